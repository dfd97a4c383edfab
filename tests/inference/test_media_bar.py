"""Thirty files broken in thirty ways among a hundred good ones: thirty failed rows with their reasons."""

import json

from merunibench.inference.clips import clips_of
from merunibench.inference.local import LocalEngine
from merunibench.inference.prompts import load_prompt
from merunibench.inference.runner import Request, run_clips
from merunibench.media import read_frames, read_sound
from merunibench.models.base import Model, Prepared
from tests.clips import broken_files, make_clip

MODALITIES = ("audio", "video")


class Watcher(Model):
    """Sees and hears for real, and says how bright and how loud it was."""

    name = "watcher"
    modalities = frozenset(MODALITIES)
    settings = {"model": "watcher"}  # noqa: RUF012

    def prepare(self, sample):
        frames, sound = read_frames(sample.video, 4), read_sound(sample.video)
        return Prepared(sample, MODALITIES, {"seconds": frames.seconds}, frames.pixels.shape, (frames, sound))

    def answer(self, batch):
        return [
            f"{frames.pixels.mean():.1f} {abs(sound.samples).mean():.3f}" for frames, sound in self._payloads(batch)
        ]

    def _payloads(self, batch):
        return [prepared.payload for prepared in batch]


def test_thirty_broken_files_among_a_hundred(tmp_path):
    folder, table = tmp_path / "clips", []
    folder.mkdir()
    original = make_clip(folder / "original.mp4", seconds=0.4).read_bytes()
    broken = broken_files(folder)
    for number in range(100):
        (folder / f"good{number:03}.mp4").write_bytes(original)
        table.append({"name": f"good{number:03}", "video": f"good{number:03}.mp4"})
        if number < 30:
            path = list(broken.values())[number]
            table.append({"name": f"broken_{path.name}", "video": path.relative_to(folder).as_posix()})
    (folder / "clips.jsonl").write_text("".join(json.dumps(row) + "\n" for row in table), "utf-8")
    engine = LocalEngine(Watcher(), MODALITIES, batch_size=8)
    request = Request("watcher", load_prompt("open-vocabulary"), MODALITIES)
    done = run_clips(clips_of(str(folder), "mine", tmp_path), tmp_path / "out", engine, request)
    rows = [json.loads(line) for line in done.path.read_text("utf-8").splitlines()]
    assert [row["name"] for row in rows] == [row["name"] for row in table]
    failed = {row["name"]: row["error"] for row in rows if row["status"] == "failed"}
    assert len(failed) == done.failed == 30
    assert all(name.startswith("broken_") and name.removeprefix("broken_") in why for name, why in failed.items())
    assert all(str(tmp_path) not in why for why in failed.values())
    good = [row for row in rows if row["status"] == "ok"]
    assert len(good) == 100
    assert len({row["text"] for row in good}) == 1
    assert all("text" not in row for row in rows if row["status"] == "failed")
