"""Writes lexicon releases as their authors lay them out, and a tiny one of our own that can be followed by hand."""

import csv
from itertools import zip_longest

import openpyxl

RUNS = 8


def write_release(folder, forms, runs, wheels):
    """A folder with format.csv, synonym.xlsx and wheel1.xlsx to wheel5.xlsx.

    Args:
        folder: Where to; it is made.
        forms: Base word and its forms.
        runs: For each of the eight runs, wheel words and their synonyms.
        wheels: For each wheel, its rows of three words.
    """
    folder.mkdir(parents=True)
    write_csv(folder / "format.csv", [("name", "format"), *forms])
    header = [name for run in range(1, RUNS + 1) for name in (f"word_run{run}", f"synonym_run{run}")]
    lines = ([cell for pair in line for cell in pair] for line in zip_longest(*runs, fillvalue=(None, None)))
    write_xlsx(folder / "synonym.xlsx", [header, *lines])
    for number, rows in enumerate(wheels, 1):
        write_xlsx(folder / f"wheel{number}.xlsx", [("level1", "level2", "level3"), *rows])
    return folder


def write_xlsx(path, rows):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


TOY_FORMS = [
    ("happy", "happy,joy,joyful,torn,Merry"),
    ("glad", "glad,cheer"),
    ("calm", "calm,cheer"),
    ("angry", "angry,anger,torn"),
    ("sad", "sad,sadness"),
    ("scared", "scared,fear"),
    ("surprised", "surprised,surprise"),
    ("mixed", ""),
    ("blue", "blue"),
    ("good", "good"),
    ("glow", "glow"),
    ("odd", "odd"),
    ("blank", "blank"),
]
TOY_RUNS = [
    [
        ("Happy ", "mixed, glad"),
        ("angry", "[anger, 'rage']"),
        ("sad", "blue"),
        ("scared", None),
        ("serene", "calm"),
        ("surprised", None),
        ("good", None),
        ("glow", None),
        ("storm", "odd"),  # on no wheel
    ],
    [],
    [(None, "blank"), ("HAPPY", "glad")],
    [("angry", "mixed")],
    [],
    [],
    [],
    [("serene", "Mixed"), ("scared", '"Blue "')],
]
TOY_WHEELS = [
    [
        (" Good", "glad ", "Happy"),
        (None, "calm", "serene"),
        ("bad", "upset", "angry"),
        (None, None, "sad"),
        (None, "afraid", "scared"),
    ],
    [("joy", "glad", "happy"), (None, "calm", "serene"), ("rage", "hot", "angry"), ("fear", "cold", "scared")],
    [
        ("up", "awake", "happy"),
        (None, None, "angry"),
        (None, None, "scared"),
        ("down", "asleep", "serene"),
        (None, None, "sad"),
        (None, "numb", "surprised"),
        ("up", "awake", "surprised"),  # read with the other words of `up`, so that `numb` is the later place
    ],
    [("blue", "low", "sad"), (None, "grey", "lonely")],
    [
        ("warm", "glow", "happy"),
        (None, "fire", "angry"),
        ("cold", "ice", "sad"),
        (None, None, "serene"),
        (None, None, "scared"),
    ],
]


def toy_release(folder):
    """The folder `toy`, with a release of a few words."""
    return write_release(folder / "toy", TOY_FORMS, TOY_RUNS, TOY_WHEELS)
