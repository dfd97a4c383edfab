"""Whatever a stranger's table, folder or data set names, no file outside of it is handed over unasked."""

import json
import os

import pytest

from merunibench.errors import InputError
from merunibench.files.places import inside, named_file
from merunibench.inference.clips import clips_of, official_clips
from merunibench.inference.saved_clips import saved_table
from merunibench.tasks import get_task

LEAD_OUT = [
    "{outside}/mine.mp4",
    "../outside/mine.mp4",
    "deep/../../outside/mine.mp4",
    "./../outside/mine.mp4",
    "/etc/passwd",
    "link.mp4",
    "links/mine.mp4",
    "chain.mp4",
    "dangling.mp4",
    "..",
    ".",
    "",
    "x" * 300,
    "d/" * 2500 + "a.mp4",
    "a\0b.mp4",
    "half \ud800.mp4",
]
STAY = ["own.mp4", "./own.mp4", "deep/own.mp4", "deep/../own.mp4", "{folder}/own.mp4", "within.mp4", "absent.mp4"]


@pytest.fixture
def folder(tmp_path):
    """A stranger's folder, `given`, and one of the user's beside it, `outside`."""
    given, outside = tmp_path / "given", tmp_path / "outside"
    (given / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "mine.mp4").write_bytes(b"mine")
    (given / "own.mp4").write_bytes(b"own")
    (given / "deep" / "own.mp4").write_bytes(b"own")
    (given / "link.mp4").symlink_to(outside / "mine.mp4")
    (given / "links").symlink_to(outside)
    (given / "chain.mp4").symlink_to("deep/next.mp4")
    (given / "deep" / "next.mp4").symlink_to("../../outside/mine.mp4")
    (given / "dangling.mp4").symlink_to(outside / "not there yet.mp4")
    (given / "within.mp4").symlink_to("deep/own.mp4")
    return given


def filled(name, folder):
    return name.replace("{outside}", str(folder.parent / "outside")).replace("{folder}", str(folder))


@pytest.mark.parametrize("name", LEAD_OUT)
def test_what_leads_out_is_refused(folder, name):
    with pytest.raises(InputError, match="leads out of the folder"):
        inside(folder, filled(name, folder))


@pytest.mark.parametrize("name", STAY)
def test_what_stays_is_taken(folder, name):
    assert os.path.realpath(inside(folder, filled(name, folder))).startswith(os.path.realpath(folder))


def test_a_folder_may_itself_be_a_link(folder):
    (folder.parent / "alias").symlink_to(folder)
    for root, path in [("alias", folder / "own.mp4"), ("given", folder.parent / "alias" / "own.mp4")]:
        assert inside(folder.parent / root, str(path)).read_bytes() == b"own"


@pytest.mark.parametrize("name", LEAD_OUT[:9])
@pytest.mark.parametrize("kind", ["video", "audio", "face"])
def test_a_table_hands_over_nothing_from_outside(folder, name, kind):
    rows = [{"name": "a", kind: "own.mp4"}, {"name": "b", kind: filled(name, folder)}]
    (folder / "clips.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with pytest.raises(InputError, match=r"clips.jsonl, line 2: .*leads out of the folder") as caught:
        clips_of(str(folder), "mine", folder / "cache")
    assert "--allow-outside" in str(caught.value)
    taken = clips_of(str(folder), "mine", folder / "cache", outside=True)
    assert getattr(taken.samples[1], kind).name.endswith((".mp4", "passwd"))


@pytest.mark.parametrize("link", ["b.mp4", "b.wav", "video/b.mp4", "video"])
def test_neither_does_a_folder_of_clips_named_after_their_samples(folder, link):
    given = folder / "clips"
    (given / "video").mkdir(parents=True)
    target = folder.parent / "outside"
    (target / "b.mp4").write_bytes(b"mine")
    if link == "video":
        (given / "video").rmdir()
    (given / link).symlink_to(target if link == "video" else target / "mine.mp4")
    (given / "clips.csv").write_text("name,subtitle\nb,hi\n")
    with pytest.raises(InputError, match=r"leads out of the folder.*--allow-outside"):
        clips_of(str(given), "mine", given / "cache")
    (sample,) = clips_of(str(given), "mine", given / "cache", outside=True).samples
    assert (sample.video or sample.audio).read_bytes() == b"mine"


def test_neither_does_a_folder_of_clips_alone(folder):
    with pytest.raises(InputError, match="leads out of the folder"):
        clips_of(str(folder), "mine", folder / "cache")
    names = {sample.name for sample in clips_of(str(folder), "mine", folder / "cache", outside=True).samples}
    assert names == {"own", "link", "chain", "within", "dangling"}


def test_neither_does_a_table_that_is_a_link(folder):
    given = folder / "deep"
    (folder.parent / "outside" / "list.csv").write_text("name\nmine\n")
    (given / "clips.csv").symlink_to("../../outside/list.csv")
    with pytest.raises(InputError, match="leads out of the folder"):
        clips_of(str(given), "mine", given / "cache")


def test_nor_the_official_folders(folder):
    root = folder.parent / "dataset"
    clips = root / "meld-process" / "subvideo"
    clips.mkdir(parents=True)
    (root / "meld.csv").write_text("name,label\na,joy\nb,anger\n")
    (clips / "a.mp4").write_bytes(b"own")
    (clips / "b.mp4").symlink_to(folder.parent / "outside" / "mine.mp4")
    with pytest.raises(InputError, match="leads out of the folder"):
        official_clips(root, get_task("meld"))
    assert official_clips(root, get_task("meld"), outside=True).samples[1].video.read_bytes() == b"mine"
    (clips / "b.mp4").unlink()
    (clips / "b.mp4").symlink_to("../b.mp4")  # within the data set
    (clips.parent / "b.mp4").write_bytes(b"own")
    assert official_clips(root, get_task("meld")).samples[1].video.read_bytes() == b"own"


def test_a_pattern_of_ours_that_is_a_link_is_followed_within_the_folder(folder):
    (folder / "subvideo").symlink_to("deep")
    assert named_file(folder, ["subvideo/{name}.mp4"], "own").read_bytes() == b"own"


@pytest.fixture
def saved(folder):
    """Saves rows of media as a data set within the stranger's folder."""
    datasets = pytest.importorskip("datasets")
    media = {"bytes": datasets.Value("binary"), "path": datasets.Value("string")}

    def save(*values, feature=media):
        features = datasets.Features({"name": datasets.Value("string"), "video": feature})
        rows = {"name": [f"s{number}" for number in range(len(values))], "video": list(values)}
        path = folder / "saved"
        datasets.Dataset.from_dict(rows, features=features).save_to_disk(str(path))
        (path / "clip.mp4").write_bytes(b"own")
        return path

    return save


@pytest.mark.parametrize("name", [*LEAD_OUT[:5], "link.mp4", *LEAD_OUT[-7:-1], "own.mp4", "../given/own.mp4"])
@pytest.mark.parametrize("plain", [True, False])
def test_a_saved_data_set_hands_over_nothing_from_outside(folder, saved, monkeypatch, name, plain):
    datasets = pytest.importorskip("datasets")
    value = filled(name, folder)
    path = saved(value, feature=datasets.Value("string")) if plain else saved({"bytes": None, "path": value})
    (path / "link.mp4").symlink_to(folder.parent / "outside" / "mine.mp4")
    monkeypatch.chdir(folder)  # own.mp4 is there, as a file of the user's might be
    if name == "own.mp4":
        (sample,) = clips_of(str(path), "mine", folder / "cache").samples
        assert sample.video == path / "own.mp4"
    else:
        with pytest.raises(InputError):
            clips_of(str(path), "mine", folder / "cache")


def test_what_lies_in_a_saved_data_set_is_taken(folder, saved):
    path = saved({"bytes": None, "path": "clip.mp4"}, {"bytes": None, "path": str(folder / "saved" / "clip.mp4")})
    assert [each.video.read_bytes() for each in clips_of(str(path), "mine", folder / "cache").samples] == [b"own"] * 2
    path = saved({"bytes": None, "path": str(folder.parent / "outside" / "mine.mp4")})
    (sample,) = clips_of(str(path), "mine", folder / "cache", outside=True).samples
    assert sample.video.read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["a.\0x", "a." + "x" * 5000, "a.sh", "a.mp4/../../x", "", ".mp4", "a.MP4"])
def test_bytes_are_laid_down_whatever_their_name(folder, saved, name):
    path = saved({"bytes": b"content", "path": name})
    (sample,) = clips_of(str(path), "mine", folder / "cache").samples
    assert sample.video.parent == folder / "cache"
    assert sample.video.read_bytes() == b"content"
    assert sample.video.suffix == (".mp4" if name == "a.MP4" else "")


def _elsewhere(path):
    (path / "data-00000-of-00001.arrow").rename(path.parent / "elsewhere.arrow")
    _named(path, "../elsewhere.arrow")


def _named(path, name):
    state = json.loads((path / "state.json").read_text())
    state["_data_files"] = [{"filename": name}]
    (path / "state.json").write_text(json.dumps(state))


def _pipe(path):
    (path / "data-00000-of-00001.arrow").unlink()
    os.mkfifo(path / "data-00000-of-00001.arrow")


def _linked(path):
    part = path / "data-00000-of-00001.arrow"
    part.rename(path.parent / "elsewhere.arrow").chmod(0o644)
    part.symlink_to("../elsewhere.arrow")


def _packed(path):
    """A part of a few kilobytes that unpacks to a gigabyte."""
    pa = pytest.importorskip("pyarrow")
    schema = pa.schema(
        {"name": pa.large_string(), "video": pa.struct({"bytes": pa.large_binary(), "path": pa.string()})}
    )
    clip = {"bytes": bytes(64 << 20), "path": None}
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    (path / "data-00000-of-00001.arrow").unlink()
    with pa.ipc.new_stream(path / "data-00000-of-00001.arrow", schema, options=options) as stream:
        for number in range(2):
            stream.write_batch(pa.RecordBatch.from_pylist([{"name": str(number), "video": clip}], schema=schema))


@pytest.mark.parametrize(
    "spoil",
    [
        _elsewhere,
        _packed,
        _pipe,
        _linked,
        lambda path: _named(path, "/etc/passwd"),
        lambda path: _named(path, "/dev/zero"),
        lambda path: _named(path, "a\0b"),
        lambda path: (path / "state.json").write_text("[" * 100_000),
        lambda path: (path / "state.json").write_text('{"_data_files": 3}'),
        lambda path: (path / "state.json").write_text(" " * (2 << 20)),
        lambda path: (path / "dataset_dict.json").write_text('{"splits": ["../../outside"]}'),
        lambda path: (path / "dataset_dict.json").write_text('{"splits": 3}'),
        lambda path: os.mkfifo(path / "dataset_dict.json"),
    ],
    ids=range(13),
)
def test_a_saved_data_set_whose_parts_lie_elsewhere_is_refused(folder, saved, spoil):
    path = saved({"bytes": b"content", "path": None})
    spoil(path)
    with pytest.raises(InputError) as caught:
        saved_table(str(path), folder / "cache")
    assert "\n" not in str(caught.value)
