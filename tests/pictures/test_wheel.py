"""The picture of a wheel: a well-formed file of its own that shows every sector and every word safely."""

import xml.etree.ElementTree as ET

import pytest

from merunibench.errors import InputError
from merunibench.lexicon import compile_lexicon, load_lexicon, load_wheels
from merunibench.pictures.wheel import draw_wheel, draw_wheels

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("number", range(1, 6))
def test_every_sector_and_inner_word_is_named(number):
    shown = texts(draw_wheel(number, ["relieved"], load_lexicon("builtin")))
    wheel = load_wheels()[number - 1]
    assert set(shown) >= {*wheel.sectors, *(word for group in wheel.sectors.values() for word in group), "relieved"}


def test_equal_input_gives_equal_bytes_and_repeated_words_are_drawn_once():
    lexicon = load_lexicon("builtin")
    svg = draw_wheel(2, ["happy", "sad"], lexicon)
    assert svg == draw_wheel(2, ["Happy ", "happy", "sad"], lexicon)
    assert svg != draw_wheel(2, ["happy"], lexicon)


def test_it_needs_nothing_else_and_can_be_read_aloud():
    svg = draw_wheel(3, ["happy", "table"], load_lexicon("builtin"))
    root = ET.fromstring(svg)
    assert root.find(f"{SVG}title").text == "Wheel 3: Feelings wheel, first variant"
    assert "happy: joyful. Without a sector: table." in root.find(f"{SVG}desc").text
    assert root.get("aria-labelledby") == "title description"
    assert all(f"{SVG}{name}" not in {e.tag for e in root.iter()} for name in ("image", "script", "style", "use"))
    assert "href" not in svg
    assert svg.count("http") == 1  # the name space


@pytest.mark.parametrize(
    "word", ["<script>alert(1)</script>", "a&b", "]]>", "\x00\x08", "\ud800", "\u202e", "x" * 5000]
)
def test_words_of_strangers_are_text(word):
    svg = draw_wheel(1, [word], load_lexicon("builtin"))
    svg.encode("utf-8")
    assert "<script" not in svg
    assert any(text.startswith("No sector on this wheel:") for text in texts(svg))


def test_hostile_names_of_lexicons_are_text():
    lexicon = load_lexicon("builtin").renamed('<b>&"')
    assert any('<b>&"@' in text for text in texts(draw_wheel(1, [], lexicon)))


def test_many_words():
    words = sorted(load_lexicon("builtin").codes)
    shown = texts(draw_wheel(4, words, load_lexicon("builtin")))
    assert f"{len(words) - 48} more words are not shown." in shown
    heights = [
        float(e.get("y"))
        for e in ET.fromstring(draw_wheel(4, words, load_lexicon("builtin"))).iter(f"{SVG}text")
        if e.get("font-size") == "16"
    ]
    assert len(heights) == 48
    assert min(heights) > 80


def test_what_cannot_be_drawn():
    with pytest.raises(InputError, match="lexicon builtin has no wheel 6; its wheels are 1 to 5"):
        draw_wheel(6, [], load_lexicon("builtin"))
    sectors = {level: [("a",)] * 5 for level in (1, 2)}
    strange = compile_lexicon("strange", {level: [{}] * 5 for level in (1, 2)}, sectors, {})
    with pytest.raises(InputError, match=r"wheel 1 of strange@.* is not the published one"):
        draw_wheel(1, [], strange)


def test_all_five_wheels_stand_in_one_picture():
    lexicon = load_lexicon("builtin")
    svg = draw_wheels(["happy", "<b>"], lexicon)
    shown = texts(svg)
    for number, wheel in enumerate(load_wheels(), start=1):
        assert f"Wheel {number}: {wheel.title}" in shown
        assert set(texts(draw_wheel(number, ["happy", "<b>"], lexicon))) <= set(shown)
    root = ET.fromstring(svg)
    assert [root.get("aria-labelledby"), svg.count(" id=")] == ["title description", 2]
    assert all(f"{wheel.title}." in root.find(f"{SVG}desc").text for wheel in load_wheels())
