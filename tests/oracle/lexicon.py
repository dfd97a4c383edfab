"""The official look-up of words, one word at a time, from three plain tables.

Wheels are numbered 0..4, as in the other references.
"""

import math
from dataclasses import dataclass

import pandas as pd

from tests.oracle.metrics import parse


@dataclass
class OfficialLexicon:
    """forms: form -> base words; synonyms: base word -> wheel words; wheels[wheel][level]: wheel word -> sector."""

    forms: dict
    synonyms: dict
    wheels: list

    def sector(self, word, wheel, level=1):
        """The sector of a label on a wheel, or None."""
        word = word.lower().strip()
        if word not in self.forms:
            return None
        reachable = set()
        for base in self.forms[word]:
            for wheel_word in self.synonyms.get(base, []):
                reachable.add(wheel_word)
        for wheel_word in sorted(reachable):
            if wheel_word in self.wheels[wheel][level]:
                return self.wheels[wheel][level][wheel_word]
        return None


def read_tables(folder):
    """The lexicon of a release folder with format.csv, synonym.xlsx and wheel1.xlsx to wheel5.xlsx."""
    wheels = []
    for number in range(1, 6):
        rows = pd.read_excel(folder / f"wheel{number}.xlsx").ffill().to_numpy().tolist()
        rows = [[word.strip().lower() for word in row] for row in rows]
        wheels.append({1: wheel_level_1(rows), 2: wheel_level_2(rows)})
    return OfficialLexicon(read_forms(folder / "format.csv"), read_synonyms(folder / "synonym.xlsx"), wheels)


def read_forms(path):
    forms = {}
    for base, text in pd.read_csv(path, keep_default_na=False).to_numpy().tolist():
        for form in text.split(","):
            if form != "":
                forms.setdefault(form, []).append(base)
        forms.setdefault(base, []).append(base)
    return forms


def read_synonyms(path):
    table = pd.read_excel(path)
    synonyms = {}
    for run in range(1, 9):
        for word, text in zip(table[f"word_run{run}"], table[f"synonym_run{run}"], strict=True):
            if isinstance(word, float) and math.isnan(word):
                continue
            wheel_word = word.strip().lower()
            for base in [wheel_word, *parse(text)]:
                synonyms.setdefault(base, []).append(wheel_word)
    return synonyms


def unique(items):
    return list(dict.fromkeys(items))


def wheel_level_1(rows):
    places = {}
    for level1 in unique(row[0] for row in rows):
        places[level1] = level1
        for level2 in unique(row[1] for row in rows if row[0] == level1):
            places[level2] = level1
            for row in rows:
                if row[0] == level1 and row[1] == level2:
                    places[row[2]] = level1
    return places


def wheel_level_2(rows):
    places = {}
    for level1 in unique(row[0] for row in rows):
        inner = unique(row[1] for row in rows if row[0] == level1)
        places[level1] = min(inner)
        for level2 in inner:
            places[level2] = level2
            for row in rows:
                if row[0] == level1 and row[1] == level2:
                    places[row[2]] = level2
    return places
