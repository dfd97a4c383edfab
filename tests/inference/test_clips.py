"""Which clips there are, and where."""

import json

import pytest

from merunibench import evaluate
from merunibench.data import load_truth
from merunibench.errors import InputError
from merunibench.files.places import inside, named_file
from merunibench.inference.clips import clips_of, find_clips, official_clips
from merunibench.leaderboard.board.inputs import load_subtitles
from merunibench.tasks import TASKS, get_task


def own_clips(path, dataset):
    return clips_of(str(path), dataset, path / "cache")


def put(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("dataset", "files"),
    [
        ("mer2023", ("video/x.avi", "audio/x.wav", "transcription-engchi-polish.csv:english")),
        ("mer2024", ("video/x.mp4", "audio/x.wav", "transcription_merge.csv:chinese")),
        ("meld", ("subvideo/x.mp4", "subaudio/x.wav", "transcription-engchi-polish.csv:english")),
        ("iemocapfour", ("subvideo-tgt/x.avi", "subaudio/x.wav", "transcription-engchi-polish.csv:english")),
        ("cmumosi", ("subvideo/x.mp4", "subaudio/x.wav", "transcription-engchi-polish.csv:english")),
        ("cmumosei", ("subvideo_new/x.mp4", "subaudio/x.wav", "transcription-engchi-polish.csv:english")),
        ("sims", ("video/x.mp4", "audio/x.wav", "transcription-engchi-polish.csv:english")),
        ("simsv2", ("video_new/x.mp4", "audio/x.wav", "transcription-engchi-polish.csv:english")),
        ("ovmerdplus", ("video/x.mp4", "audio/x.wav", "subtitle_eng.csv:sentence")),
        ("mer2025ov", ("video/x.mp4", "audio/x.wav", "subtitle_chieng.csv:english")),
        ("mer2026ov", ("video/x.mp4", "audio/x.wav", "subtitle_chieng.csv:english")),
    ],
)
def test_the_official_folders(tmp_path, dataset, files):
    task = TASKS[dataset]
    video, audio, table = files
    table, column = table.split(":")
    folder = tmp_path / task.folder
    put(folder / video), put(folder / audio)
    put(folder / table, "name,chinese,english,sentence\nx,中文,hello,hello\ny,,,\n".replace(column, column))
    nested = dataset in {"mer2025ov", "mer2026ov"}
    face = put(folder / ("openface_face/x/x.npy" if nested else "openface_face/x.npy"))
    clips = official_clips(tmp_path, task)
    first, second = clips.samples
    assert (first.name, first.video, first.audio, first.face) == ("x", folder / video, folder / audio, face)
    assert first.subtitle == ("中文" if column == "chinese" else "hello")
    assert (second.face, second.subtitle) == (None, "")
    assert not second.video.exists()
    (folder / audio).unlink()
    assert official_clips(tmp_path, task).samples[0].audio is None  # the sound is in the video


LABELS = {"basic": "0", "fine-grained": "[happy]", "sentiment": "1", "classes": "0"}
"""Of the kinds whose samples are clips; preferences are between two descriptions."""
OF_CLIPS = [task for task in TASKS.values() if task.kind in LABELS and task.layout.subtitles]


@pytest.mark.parametrize("task", OF_CLIPS, ids=[task.id for task in OF_CLIPS])
def test_the_leaderboard_and_a_run_read_the_same_subtitles(tmp_path, task):
    labels = "".join(f"{name},{LABELS[task.kind]}\n" for name in ("a", "b", "c"))
    put(tmp_path / f"{task.id}.csv", f"name,label\n{labels}")
    layout = task.layout
    put(tmp_path / task.folder / layout.subtitles, f"name,{layout.subtitle_column}\nb,I hate it\na,Thank you\nc,\n")
    on_the_board = load_subtitles(tmp_path, load_truth(task, tmp_path))
    assert on_the_board == {"a": "Thank you", "b": "I hate it", "c": ""}
    assert on_the_board == {sample.name: sample.subtitle for sample in official_clips(tmp_path, task).samples}


def test_a_data_set_without_subtitles_is_run_without(tmp_path):
    (tmp_path / "dfew" / "video").mkdir(parents=True)
    with pytest.raises(InputError, match=r"dfew: cannot choose the clips to use: there is no dfew\.csv$"):
        official_clips(tmp_path, TASKS["dfew"])
    put(tmp_path / "dfew.csv", "name,label\n1,happy\n2,sad\n")
    found = official_clips(tmp_path, TASKS["dfew"])
    assert [(sample.name, sample.subtitle) for sample in found.samples] == [("1", None), ("2", None)]
    assert load_subtitles(tmp_path, load_truth(TASKS["dfew"], tmp_path)) is None


def test_the_leaderboard_and_a_run_read_the_same_real_subtitles(shared):
    root, compared = shared / "official" / "nine" / "dataset", []
    for task in TASKS.values():
        if (root / task.folder / task.layout.subtitles).is_file():
            on_the_board = load_subtitles(root, load_truth(task, root))
            samples = official_clips(root, task).samples
            assert on_the_board == {sample.name: sample.subtitle for sample in samples}
            assert any(on_the_board.values())
            compared.append(task.id)
    assert compared == ["mer2023", "meld", "iemocapfour", "cmumosi", "sims", "simsv2"]


def test_labels_say_which_clips_count_and_in_which_order(tmp_path):
    put(tmp_path / "meld.csv", "name,label\ndia1_utt2,joy\ndia0_utt0,anger\n")
    put(
        tmp_path / "meld-process" / "transcription-engchi-polish.csv",
        "name,chinese,english\ndia0_utt0,,hi\ntrain_x,,no\ndia1_utt2,,you\n",
    )
    (clips,) = find_clips(tmp_path)
    assert [(sample.name, sample.subtitle) for sample in clips.samples] == [("dia1_utt2", "you"), ("dia0_utt0", "hi")]
    assert clips.strata == ("joy", "anger")


def test_only_the_subtitles_of_the_clips_are_looked_up(tmp_path):
    table = tmp_path / "meld-process" / "transcription-engchi-polish.csv"
    put(table, "name,english\na,hi\nb,you\ntrain,x\na,hi\ntrain,y\n,z\n")
    put(tmp_path / "meld.csv", "name,label\na,joy\nb,anger\n")
    (clips,) = find_clips(tmp_path)
    assert [(sample.name, sample.subtitle) for sample in clips.samples] == [("a", "hi"), ("b", "you")]
    put(table, "name,english\na,hi\nb,you\na,ho\n")
    with pytest.raises(InputError, match=r"transcription-engchi-polish\.csv: 1 names .* different 'english': 'a'"):
        find_clips(tmp_path)


def test_the_official_subtitles_of_iemocap(shared):
    """Two of its names are there twice, with the same text; neither is scored."""
    root = shared / "official" / "nine" / "dataset"
    if not root.is_dir():
        pytest.skip("needs the official files of all nine data sets")
    clips = official_clips(root, get_task("iemocapfour"))
    assert len(clips) == 1241
    assert all(sample.subtitle for sample in clips.samples)


@pytest.mark.parametrize("second", ["meld-process/label.npz", "MELD.tsv"])
def test_two_label_files_of_a_data_set_are_refused_as_by_score(tmp_path, second):
    put(tmp_path / "meld.csv", "name,label\ndia0_utt0,anger\n")
    put(tmp_path / "meld-process" / "transcription-engchi-polish.csv", "name,english\ndia0_utt0,hi\n")
    assert [clips.dataset for clips in find_clips(tmp_path)] == ["meld"]
    put(tmp_path / second)
    with pytest.raises(InputError, match=r"labels of meld are in .* and .*; keep one of them") as refused:
        find_clips(tmp_path)
    with pytest.raises(InputError) as by_score:
        evaluate({"meld": {"dia0_utt0": ["sad"]}}, tmp_path)
    assert str(refused.value) == str(by_score.value)


def test_strata_are_signs_polarities_or_dialogues(tmp_path):
    put(tmp_path / "cmumosi-process" / "transcription-engchi-polish.csv", "name,english\nv_1,a\nv_2,b\nw_1,c\n")
    mosi = get_task("cmumosi")
    assert official_clips(tmp_path, mosi).strata == ("v", "v", "w")
    put(tmp_path / "cmumosi.csv", "name,label\nv_1,1.5\nv_2,-0.4\nw_1,0\n")
    assert official_clips(tmp_path, mosi).strata == ("positive", "negative", "neutral")
    put(tmp_path / "ovmerdplus-process" / "ovlabel.csv", "name,openset\na,\"['happy', 'proud']\"\nb,['sad']\nc,[]\n")
    assert official_clips(tmp_path, get_task("ovmerd+")).strata == ("positive", "negative", "neutral")


def test_the_real_official_folders(shared):
    for clips, (name, count) in zip(
        find_clips(shared / "official" / "dataset"),
        [("meld", 2610), ("cmumosi", 686), ("ovmerdplus", 332)],
        strict=True,
    ):
        assert (clips.dataset, len(clips)) == (name, count)
        assert len(clips.strata) == count
        if name != "ovmerdplus":
            assert sum(sample.subtitle is None for sample in clips.samples) == 0


def test_a_missing_folder_says_what_is_expected(tmp_path):
    with pytest.raises(InputError, match=r"expected one of the official folders \(mer2023-dataset-process"):
        find_clips(tmp_path)
    with pytest.raises(InputError, match=r"meld-process: does not exist"):
        find_clips(tmp_path, [get_task("meld")])
    (tmp_path / "meld-process").mkdir()
    with pytest.raises(InputError, match=r"there is no label\.npz and no transcription-engchi-polish\.csv"):
        find_clips(tmp_path, [get_task("meld")])


def test_a_table_of_clips(tmp_path):
    put(
        tmp_path / "clips.csv",
        "name,video,audio,subtitle,label\na,x/1.mp4,,Hello,joy\nb,x/2.mp4,y/2.wav,,anger\n",
    )
    clips = own_clips(tmp_path, "MELD")
    first, second = clips.samples
    assert (clips.dataset, clips.strata) == ("meld", ("joy", "anger"))
    assert (first.video, first.audio, first.subtitle) == (tmp_path / "x" / "1.mp4", None, "Hello")
    assert (second.audio, second.subtitle) == (tmp_path / "y" / "2.wav", "")
    assert own_clips(tmp_path / "clips.csv", "meld").samples == clips.samples


def test_a_table_without_files_and_a_folder_without_a_table(tmp_path):
    for name in ("a.mp4", "b.wav", "video/c.avi", "audio/c.flac"):
        put(tmp_path / name)
    found = {sample.name: sample for sample in own_clips(tmp_path, "mine").samples}
    assert set(found) == {"a", "b"}
    assert (found["a"].video, found["b"].audio, found["a"].subtitle) == (tmp_path / "a.mp4", tmp_path / "b.wav", None)
    put(tmp_path / "clips.jsonl", "".join(json.dumps({"name": name}) + "\n" for name in "abcd"))
    a, b, c, d = own_clips(tmp_path, "mine").samples
    assert (a.video, a.audio) == (tmp_path / "a.mp4", None)
    assert (b.video, b.audio) == (None, tmp_path / "b.wav")
    assert (c.video, c.audio) == (tmp_path / "video" / "c.avi", tmp_path / "audio" / "c.flac")
    assert not d.video.exists()


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret", "a\0b", "..", "."])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(InputError, match="leads out of the folder"):
        inside(tmp_path, name)
    if name not in {".", ".."}:  # with an ending these are plain, if odd, file names
        with pytest.raises(InputError, match="leads out of the folder"):
            named_file(tmp_path, ["video/{name}.mp4"], name)
    if "\0" not in name:
        put(tmp_path / "meld-process" / "transcription-engchi-polish.csv", f"name,english\n{name}x/../y,a\n")
        put(tmp_path / "mine" / "clips.csv", f"name,video\na,{name}\n")
        with pytest.raises(InputError, match=r"clips.csv, line 2: .*leads out of the folder"):
            own_clips(tmp_path / "mine", "mine")


def test_names_may_have_folders_but_no_way_up(tmp_path):
    assert named_file(tmp_path, ["video/{name}.mp4"], "dia0/utt1") == tmp_path / "video" / "dia0" / "utt1.mp4"
    with pytest.raises(InputError, match="leads out"):
        named_file(tmp_path, ["video/{name}.mp4"], "../label")


def test_saved_data_sets(tmp_path):
    datasets = pytest.importorskip("datasets")
    path = put(tmp_path / "a.mp4", "picture")
    table = {
        "name": ["a", "b"],
        "video": [{"bytes": None, "path": str(path)}, {"bytes": b"more pictures", "path": "b.mp4"}],
        "audio": [{"bytes": b"sound", "path": "x.wav"}, None],
        "subtitle": ["hi", None],
        "label": [1, 0],
    }
    features = datasets.Features(
        {
            "name": datasets.Value("string"),
            "video": {"bytes": datasets.Value("binary"), "path": datasets.Value("string")},
            "audio": {"bytes": datasets.Value("binary"), "path": datasets.Value("string")},
            "subtitle": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["anger", "joy"]),
        }
    )
    rows = datasets.Dataset.from_dict(table, features=features).cast_column("audio", datasets.Audio(decode=False))
    rows = rows.cast_column("video", datasets.Video(decode=False))
    rows.save_to_disk(str(tmp_path / "saved"))
    clips = clips_of(str(tmp_path / "saved"), "meld", tmp_path / "cache")
    first, second = clips.samples
    assert first.video.read_bytes() == path.read_bytes()
    assert second.video.read_bytes() == b"more pictures"
    assert first.audio.read_bytes() == b"sound"
    assert first.audio.is_relative_to(tmp_path / "cache")
    assert first.audio.suffix == ".wav"
    assert (first.subtitle, second.subtitle, second.audio) == ("hi", None, None)
    assert clips.strata == ("joy", "anger")
    with pytest.raises(InputError, match="cannot be loaded"):
        clips_of("hf:" + str(tmp_path / "nothing"), "meld", tmp_path / "cache")
