"""The page's files: what they weigh, what they ask for, that equal boards give equal bytes."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from merunibench.errors import InputError
from merunibench.leaderboard.page import render_site
from merunibench.leaderboard.page.environment import PAPER
from merunibench.leaderboard.page.pairs import pack, packed_pairs
from tests.leaderboard.sample import sample

ADDRESS = re.compile(r"""(?:src|href)\s*=\s*["']([^"']+)["']|url\(([^)]+)\)|@import""")
LARGEST = 3_000_000


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A site of two hundred models; their own pages are left out."""
    results, _ = sample(200)
    folder = tmp_path_factory.mktemp("large")
    render_site(results, {}, folder)
    return folder


def test_the_page_of_two_hundred_models_is_light(large):
    """With all it can ever load: every table's comparisons, scripts, styles, fonts."""
    assert sum(path.stat().st_size for path in large.rglob("*") if path.is_file()) < LARGEST
    assert (large / "index.html").read_text(encoding="utf-8").count("<tr data-id") > 200


def test_files_ask_for_files_of_the_site_alone(site):
    for path in site.rglob("*"):
        if path.suffix not in {".html", ".css", ".js"}:
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".js":
            assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
            assert "https://" not in text
            assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function", text)
            continue
        for match in ADDRESS.finditer(text):
            address = match[1] or match[2]
            assert address is not None, f"{path.name}: @import"
            if address.startswith(("https://example.org/", PAPER, "#")):
                continue  # links of a model, the benchmark's paper, places on the page
            assert ":" not in address, (path.name, address)
            assert (path.parent / address).is_file(), (path.name, address)


def test_every_page_has_the_strict_content_policy_and_no_script_or_style_of_its_own(site):
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
        assert "unsafe" not in policy
        assert policy.startswith("default-src &#39;none&#39;;")
        assert not re.findall(r"<script(?![^>]*src=)([^>]*)>", text)
        assert "<style" not in text
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", text)


def test_equal_boards_give_equal_bytes_in_any_place_and_language(site, tmp_path):
    program = (
        "import sys; from pathlib import Path; from tests.leaderboard.sample import sample; "
        "from merunibench.leaderboard.writing import write; write(*sample(12), Path(sys.argv[1]))"
    )
    elsewhere = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    subprocess.run(
        [sys.executable, "-c", program, tmp_path / "again"],
        env={**os.environ, **elsewhere, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).parents[3],
        check=True,
    )
    assert digest(tmp_path / "again") == digest(site)


def test_pages_of_models_that_are_gone_are_deleted(tmp_path):
    results, details = sample(4)
    render_site(results, details, tmp_path)
    assert (tmp_path / "models" / "model-2.html").is_file()
    render_site(results, {key: each for key, each in details.items() if key != "model-2"}, tmp_path)
    assert not (tmp_path / "models" / "model-2.html").exists()
    assert (tmp_path / "models" / "model-1.html").is_file()


@pytest.mark.parametrize("name", ["../../evil", "/etc/x", "a/b", "a\\b", ".hidden", "", "x" * 300, "a\nb", "a<b"])
def test_an_id_that_is_no_name_of_a_file_is_refused(tmp_path, name):
    results, _ = sample(1)
    bad = results.model_copy(update={"models": (results.models[0].model_copy(update={"id": name}),)})
    with pytest.raises(InputError, match="not a valid file name"):
        render_site(bad, {}, tmp_path / "site")
    assert list(tmp_path.rglob("*")) == []


def test_a_board_without_any_row_has_a_page(tmp_path):
    results, _ = sample(2)
    render_site(results.model_copy(update={"models": (), "rows": (), "comparisons": (), "refused": ()}), {}, tmp_path)
    assert "0 models" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "None." in (tmp_path / "refused.html").read_text(encoding="utf-8")


def test_levels_are_packed_without_loss():
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
    levels = "".join(str((7 * index * index + index) % 4) for index in range(101))
    packed = pack(levels)
    assert len(packed) == 34
    assert "".join(str(alphabet.index(packed[at // 3]) >> 2 * (at % 3) & 3) for at in range(101)) == levels


def test_comparisons_of_a_board_are_one_call_of_a_script():
    results, _ = sample(3)
    text = packed_pairs(results, "official-mer2025")
    assert text.startswith('mub.takePairs("official-mer2025", {"ids":["model-0/')
    assert text.endswith(");\n")
