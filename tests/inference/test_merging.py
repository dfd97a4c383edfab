"""Shards together are what one machine would have written; what is missing is said."""

import json

import pytest

from merunibench.data import open_predictions
from merunibench.errors import InputError
from merunibench.inference.shards import Shard, merge_shards
from tests.inference.fake import FakeModel, run, write_clips


@pytest.fixture
def clips(tmp_path):
    return write_clips(tmp_path / "clips", 21, special={3: b"broken"})


def parts(clips, out, of=4, **wanted):
    return [run(clips, out, shard=Shard(part, of), **wanted).path for part in range(1, of + 1)]


def test_merged_shards_are_the_undisturbed_run(clips, tmp_path):
    whole = run(clips, tmp_path / "whole").path.read_bytes()
    parts(clips, tmp_path / "out")
    (merged,) = merge_shards([tmp_path / "out"], tmp_path / "out")
    assert merged.path.read_bytes() == whole
    assert (merged.rows, merged.failed) == (21, 1)
    assert merge_shards([tmp_path / "out"], tmp_path / "out", "meld")[0].path.read_bytes() == whole
    assert merge_shards([tmp_path / "out"], tmp_path / "out", "ME-LD")[0].path.read_bytes() == whole
    again = FakeModel()
    assert run(clips, tmp_path / "out", again).kept == 21  # the merged file can be taken up like any other
    assert not again.batches


def test_shards_of_several_machines_and_of_a_subset(clips, tmp_path):
    limited = run(clips, tmp_path / "whole", limit=8).path.read_bytes()
    for part in (1, 2, 3):
        run(clips, tmp_path / f"node{part}", shard=Shard(part, 3), limit=8)
    (merged,) = merge_shards([tmp_path / f"node{part}" for part in (1, 2, 3)], tmp_path / "all")
    assert merged.path.read_bytes() == limited


def test_shards_under_a_limit_beyond_the_data_set_are_the_whole(clips, tmp_path):
    whole = run(clips, tmp_path / "whole").path.read_bytes()
    parts(clips, tmp_path / "out", limit=1000)
    assert merge_shards([tmp_path / "out"], tmp_path / "out")[0].path.read_bytes() == whole


def test_shards_that_were_last_asked_for_less_than_they_hold_are_told_apart(clips, tmp_path):
    parts(clips, tmp_path / "out", of=2)
    parts(clips, tmp_path / "out", of=2, limit=8)
    with pytest.raises(InputError, match="contain 21 samples, but the last --limit was 8"):
        merge_shards([tmp_path / "out"], tmp_path / "out")
    whole = run(clips, tmp_path / "whole").path.read_bytes()
    parts(clips, tmp_path / "out", of=2)
    assert merge_shards([tmp_path / "out"], tmp_path / "out")[0].path.read_bytes() == whole


def test_more_shards_than_samples(tmp_path):
    clips = write_clips(tmp_path / "clips", 2)
    parts(clips, tmp_path / "out")
    assert merge_shards([tmp_path / "out"], tmp_path / "out")[0].rows == 2


def test_shards_are_not_taken_for_predictions(clips, tmp_path):
    parts(clips, tmp_path / "out")
    with pytest.raises(InputError, match="no predictions"):
        open_predictions(tmp_path / "out")
    merge_shards([tmp_path / "out"], tmp_path / "out")
    assert list(open_predictions(tmp_path / "out").files) == ["meld"]


def test_missing_and_unfinished_shards_are_named(clips, tmp_path):
    run(clips, tmp_path / "out", shard=Shard(1, 3))

    def stop(_, done, *__):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(clips, tmp_path / "out", shard=Shard(2, 3), progress=stop)
    with pytest.raises(
        InputError, match=r"2 of 3 shards are missing: 2/3 \(not finished, 4 rows: .*\), 3/3 \(not started"
    ):
        merge_shards([tmp_path / "out"], tmp_path / "out")


def test_what_does_not_belong_together_is_refused(clips, tmp_path):
    with pytest.raises(InputError, match="no shard files found"):
        merge_shards([tmp_path], tmp_path)
    run(clips, tmp_path / "a", shard=Shard(1, 2))
    run(clips, tmp_path / "b", FakeModel(seed=1), shard=Shard(2, 2))
    with pytest.raises(
        InputError, match=r"different settings from meld\.1-of-2\.jsonl: model\.generation\.seed 0 -> 1"
    ):
        merge_shards([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    with pytest.raises(InputError, match="shard 1/2 is given twice"):
        merge_shards([tmp_path / "a", tmp_path / "a"], tmp_path / "out")
    run(clips, tmp_path / "a", shard=Shard(2, 3))
    with pytest.raises(InputError, match="different numbers of parts: i/2, i/3"):
        merge_shards([tmp_path / "a"], tmp_path / "out")


def test_shards_with_rows_missing_or_astray_are_refused(clips, tmp_path):
    first, second = parts(clips, tmp_path / "out", 2)
    lines = second.read_text("utf-8").splitlines(keepends=True)
    second.write_text("".join(lines[1:]), "utf-8")
    with pytest.raises(InputError, match=r"1 of 21 samples are missing \(the first: number 2 of the data set\)"):
        merge_shards([tmp_path / "out"], tmp_path / "all")
    row = json.loads(lines[0])
    row["shard"]["part"] = 1
    second.write_text(json.dumps(row) + "\n", "utf-8")
    with pytest.raises(InputError, match="line 1: is not a row of shard 2/2"):
        merge_shards([tmp_path / "out"], tmp_path / "all")
    twice = json.loads(first.read_text("utf-8").splitlines()[0])
    twice["shard"] |= {"part": 2}
    second.write_text(json.dumps(twice) + "\n", "utf-8")
    with pytest.raises(InputError, match="is also in another shard"):
        merge_shards([tmp_path / "out"], tmp_path / "all")


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/2"])
def test_what_is_no_shard(text):
    with pytest.raises(InputError, match="must be i/n"):
        Shard.parse(text)
