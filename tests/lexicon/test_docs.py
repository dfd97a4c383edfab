"""The examples of docs/lexicon.md do what is said of them when they are pasted."""

import re
import subprocess
import sys
from pathlib import Path

from merunibench.lexicon import load_lexicon

PAGE = (Path(__file__).parents[2] / "docs" / "lexicon.md").read_text(encoding="utf-8")
HERE = f'merunibench() {{ "{sys.executable}" -m merunibench "$@"; }}\n'


def paste(folder, word):
    """Run the block of shell commands that holds a word: what it prints, and what it says beside."""
    [block] = [each for each in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if word in each]
    done = subprocess.run(
        ["sh", "-e", "-c", HERE + block], check=False, cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_words_of_your_own(tmp_path):
    out, err = paste(tmp_path, "extend builtin")
    mine = load_lexicon(tmp_path / "mine.json")
    assert mine.sectors("salty")[1] is None
    assert mine.sectors("hangry", 2)[0] == "frustrated"
    assert mine.sectors("doomscrolly") == load_lexicon("builtin").sectors("anxious")
    assert mine.words_of("not doomscrolly") == load_lexicon("builtin").words_of("not anxious")
    assert f"wrote {mine.label}: " in err
    assert "hangry" in out


def test_wheels_of_your_own(tmp_path):
    out, err = paste(tmp_path, "wheel2.toml")
    lexicon = load_lexicon(tmp_path / "two-wheels.json")
    assert lexicon.sectors("heartbroken") == ("sadness", "unpleasant")
    assert (lexicon.sectors("furious", 2), lexicon.sectors("glad", 2)) == (("anger", "high"), ("joy", "low"))
    assert "own word of this wheel" in out
    assert f"wrote {lexicon.label}: {len(lexicon)} words, 2 wheels" in err
    assert "audit:" not in err
    assert "Pleasant and unpleasant, by arousal" in (tmp_path / "wheel.svg").read_text(encoding="utf-8")
