"""Every clip exactly one row, whatever happens on the way."""

import json
import weakref

import pytest
import torch

from merunibench.errors import InputError, MediaError
from merunibench.inference.shards import Shard
from merunibench.models.huggingface.generation import failures
from tests.inference.fake import FakeModel, run, write_clips


def rows_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def clips(tmp_path):
    return write_clips(tmp_path / "clips")


def test_rows_stand_in_the_order_of_the_data_set_and_say_what_decided_them(clips, tmp_path):
    done = run(clips, tmp_path / "out", FakeModel(groups=3))
    rows = rows_of(done.path)
    assert done.path == tmp_path / "out" / "meld.jsonl"
    assert [row["name"] for row in rows] == [sample.name for sample in clips.samples]
    assert all(row["text"].startswith(f"{row['name']} is ") for row in rows)
    assert rows[3] | {"text": "", "inputs": "", "config": "", "prompt_sha256": ""} == {
        "name": clips.samples[3].name,
        "text": "",
        "status": "ok",
        "model": "fake",
        "modalities": "audio+video+text",
        "prompt": "open-vocabulary@1",
        "prompt_sha256": "",
        "media": {"bytes": 5},
        "inputs": "",
        "config": "",
    }
    assert len({row["inputs"] for row in rows}) == len(rows)


def test_batches_are_of_one_group_and_no_larger_than_asked_for(clips, tmp_path):
    model = FakeModel(groups=3)
    run(clips, tmp_path / "out", model, batch_size=4)
    assert max(map(len, model.batches)) == 4
    assert sorted(name for batch in model.batches for name in batch) == sorted(s.name for s in clips.samples)


def test_many_groups_do_not_pile_up(tmp_path):
    clips, model = write_clips(tmp_path / "clips", 60), FakeModel(groups=256)
    seen = []
    run(clips, tmp_path / "out", model, progress=lambda *state: seen.append((state[1], len(model.prepared))))
    most_ahead = max(prepared - done for done, prepared in seen)
    assert most_ahead <= 4 * 4 + 2 * 4 + 2 + 4  # a window, what is decoded ahead of it, and the batch in hand


def test_a_run_that_is_taken_up_forms_the_batches_of_the_first(tmp_path):
    clips = write_clips(tmp_path / "clips", 60, special={9: b"broken"})
    whole = FakeModel(groups=3)
    run(clips, tmp_path / "whole", whole)
    for stop_at in (3, 17, 31, 44):
        first, second = FakeModel(groups=3), FakeModel(groups=3)

        def stop(_, done, *__, stop_at=stop_at):
            if done >= stop_at:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(clips, tmp_path / str(stop_at), first, progress=stop)
        run(clips, tmp_path / str(stop_at), second)
        assert {*map(tuple, first.batches)} | {*map(tuple, second.batches)} == {*map(tuple, whole.batches)}


def test_a_second_start_asks_nothing_again(clips, tmp_path):
    first = run(clips, tmp_path / "out").path.read_bytes()
    again = FakeModel()
    done = run(clips, tmp_path / "out", again)
    assert done.path.read_bytes() == first
    assert not again.batches
    assert not again.prepared
    assert (done.kept, done.rows) == (20, 20)


def test_an_interrupted_run_is_taken_up_and_gives_the_same_bytes(clips, tmp_path):
    undisturbed = run(clips, tmp_path / "whole").path.read_bytes()
    model = FakeModel()

    def stop(_, done, *__):
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(clips, tmp_path / "out", model, progress=stop)
    assert not (tmp_path / "out" / "meld.jsonl").exists()
    rest = FakeModel()
    done = run(clips, tmp_path / "out", rest)
    assert done.kept == 8
    assert sum(map(len, rest.batches)) == 12
    assert done.path.read_bytes() == undisturbed


def test_another_configuration_is_refused_with_what_differs(clips, tmp_path):
    run(clips, tmp_path / "out")
    with pytest.raises(InputError, match=r"other settings: model.generation.seed 0 -> 1"):
        run(clips, tmp_path / "out", FakeModel(seed=1))


def test_a_clip_that_has_changed_is_asked_about_again(clips, tmp_path):
    before = rows_of(run(clips, tmp_path / "out").path)
    clips.samples[5].video.write_bytes(b"another clip")
    model = FakeModel()
    done = run(clips, tmp_path / "out", model)
    assert model.batches == [[clips.samples[5].name]]
    assert (done.kept, done.changed) == (19, 1)
    after = rows_of(done.path)
    assert [row for place, row in enumerate(after) if place != 5] == [r for place, r in enumerate(before) if place != 5]
    assert after[5]["media"] == {"bytes": 12}


def test_failures_stay_with_their_samples(tmp_path):
    clips = write_clips(tmp_path / "clips", special={2: b"broken", 7: b"odd", 11: b"huge"})
    clips.samples[4].video.unlink()
    done = run(clips, tmp_path / "out")
    rows = rows_of(done.path)
    assert {place: row["error"] for place, row in enumerate(rows) if row["status"] == "failed"} == {
        2: f"{clips.samples[2].video.name}: truncated",
        4: f"{clips.samples[4].video.name}: cannot be read",
        7: "ZeroDivisionError: division by zero",
    }
    assert (done.failed, done.rows) == (3, 20)
    assert all("text" not in row for row in rows if row["status"] == "failed")


def test_failed_rows_are_kept_until_they_are_to_be_retried(tmp_path):
    clips = write_clips(tmp_path / "clips", special={2: b"broken", 7: b"odd"})
    run(clips, tmp_path / "out")
    kept = FakeModel()
    run(clips, tmp_path / "out", kept)
    assert not kept.batches
    retried = FakeModel()
    assert run(clips, tmp_path / "out", retried, retry_failed=True).failed == 2
    assert retried.batches == [[clips.samples[7].name]]
    clips.samples[2].video.write_bytes(b"mended")
    assert run(clips, tmp_path / "out").failed == 1


def test_a_batch_that_does_not_fit_is_halved_for_good(tmp_path):
    clips = write_clips(tmp_path / "clips", special={0: b"huge"})
    model = FakeModel()
    done = run(clips, tmp_path / "out", model, batch_size=8)
    assert done.failed == 0
    assert [len(batch) for batch in model.batches[:4]] == [8, 4, 2, 1]
    assert max(len(batch) for batch in model.batches[3:]) == 1


def test_what_did_not_fit_is_let_go_before_a_smaller_batch_is_tried(tmp_path):
    class Hoarder(FakeModel):
        """Fails within a deep call whose locals, as tensors would, live as long as the traceback does."""

        held = None

        def answer(self, batch):
            assert self.held is None or self.held() is None
            if len(batch) > 1:
                tensor = {1, 2, 3}
                self.held = weakref.ref(tensor)
                with failures():
                    raise torch.OutOfMemoryError("out")
            return super().answer(batch)

    clips = write_clips(tmp_path / "clips", 4)
    assert run(clips, tmp_path / "out", Hoarder(), batch_size=4).failed == 0


def test_what_concerns_every_sample_ends_the_run(tmp_path):
    clips = write_clips(tmp_path / "clips", special={0: b"hopeless"})
    with pytest.raises(InputError, match="takes no video"):
        run(clips, tmp_path / "out")


def test_a_model_that_never_works_is_not_asked_for_ever(tmp_path):
    clips = write_clips(tmp_path / "clips", 40, special=dict.fromkeys(range(40), b"odd"))
    with pytest.raises(ZeroDivisionError):
        run(clips, tmp_path / "out")


def test_a_model_that_refuses_every_clip_is_not_asked_for_ever(tmp_path):
    class Refusing(FakeModel):
        def answer(self, batch):
            raise MediaError(f"{batch[0].sample.name}: HTTP 400: no video here")

    clips = write_clips(tmp_path / "clips", 40)
    with pytest.raises(InputError, match=r"the first 16 clips all failed; the last one: .*HTTP 400") as caught:
        run(clips, tmp_path / "out", Refusing())
    assert not isinstance(caught.value, MediaError)


def test_a_part_is_marked_and_can_grow_to_the_whole(tmp_path):
    clips = write_clips(tmp_path / "clips", 40)
    whole = run(clips, tmp_path / "whole").path.read_bytes()
    few = rows_of(run(clips, tmp_path / "out", limit=6).path)
    assert [row["subset"] for row in few] == [{"samples": 6, "of": 40, "seed": 0}] * 6
    model = FakeModel()
    done = run(clips, tmp_path / "out", model, limit=15)
    more = rows_of(done.path)
    assert done.kept == 6
    assert {row["name"] for row in few} < {row["name"] for row in more}
    assert [row["subset"]["samples"] for row in more] == [15] * 15
    assert run(clips, tmp_path / "out").path.read_bytes() == whole
    assert run(clips, tmp_path / "out", limit=6).path.read_bytes() == whole


def test_shards_divide_the_data_set(clips, tmp_path):
    parts = [rows_of(run(clips, tmp_path / "out", shard=Shard(part, 3)).path) for part in (1, 2, 3)]
    assert [len(part) for part in parts] == [7, 7, 6]
    names = [row["name"] for part in parts for row in part]
    assert sorted(names) == sorted(sample.name for sample in clips.samples)
    assert parts[1][0]["shard"] == {"part": 2, "of": 3, "place": 1, "samples": 20}
    assert all("subset" not in row for part in parts for row in part)
