"""What a training writes: checkpoints as the authors' are, the loss of every step, and its picture."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import torch

from merunibench._text import visible
from merunibench.errors import InputError
from merunibench.files import open_atomic, write_text
from merunibench.files.reading import reading
from merunibench.models.affectgpt.checkpoint import released_name
from merunibench.models.affectgpt.configuration import AffectGPTConfig

CURVE = "loss.csv"
PICTURE = "loss.svg"
_HEAD = ("step", "epoch", "lr", "loss")


def write_checkpoint(folder: Path, epoch: int, loss: float, trained: Mapping[str, torch.Tensor], config: Any) -> Path:  # noqa: ANN401
    """Write `checkpoint_{epoch}_loss_{loss}.pth`, with the authors' keys; whole or not at all.

    Without the optimizer's state, which is two thirds of theirs and serves nobody: the run's own states hold it.

    Args:
        folder: Where to.
        epoch: Number of the epoch that has ended, from 1.
        loss: Mean loss of its steps, for the name.
        trained: Name of ours -> values.
        config: The authors' sections (`authors_sections`).
    """
    path = folder / f"checkpoint_{epoch:06d}_loss_{loss:.3f}.pth"
    model = {released_name(name): value.detach().float().cpu().contiguous() for name, value in trained.items()}
    with open_atomic(path, "wb") as stream:
        torch.save({"model": model, "config": config, "epoch": epoch}, stream)
    return path


def authors_sections(config: AffectGPTConfig, run: Mapping[str, Any]) -> dict[str, Any]:
    """The sections of the authors' configuration that decide inference, and how it was trained.

    Frozen models are named as theirs; other ones of the same kinds are given when the checkpoint is run (`--llm` …).
    """
    return {
        "model": {
            "arch": "affectgpt",
            "llama_model": "Qwen25",
            "visual_encoder": "CLIP_VIT_LARGE",
            "acoustic_encoder": "HUBERT_LARGE",
            "video_fusion_type": config.visual_pooling,
            "audio_fusion_type": config.acoustic_pooling,
            "image_fusion_type": config.image_pooling,
            "multi_fusion_type": config.pre_fusion,
            "num_video_query_token": config.visual_tokens,
            "num_audio_query_token": config.acoustic_tokens,
            "num_multi_query_token": config.multi_tokens,
            "num_image_query_token": config.image_tokens,
            "lora_r": config.lora_rank,
            "vis_processor": {"train": {"name": "alpro_video_train", "n_frms": config.frames, "image_size": 224}},
        },
        "datasets": {"own": {"data_type": "video", "face_or_frame": config.mode}},
        "run": dict(run),
    }


class Point(NamedTuple):
    """A step: its number and its epoch, from 1, its learning rate and its loss."""

    step: int
    epoch: int
    lr: float
    loss: float


class Curve:
    """The loss of every step so far, kept in `loss.csv`.

    Args:
        folder: Where it is kept.
        steps_per_epoch: Steps of an epoch.
        done: Steps of the state that the training goes on from; what was written after them is taken back.
    """

    def __init__(self, folder: Path, steps_per_epoch: int, done: int) -> None:
        self._path, self._each = folder / CURVE, steps_per_epoch
        self.points = [point for point in _read(self._path) if point.step <= done] if done else []
        if [point.step for point in self.points] != list(range(1, done + 1)):
            raise InputError(
                f"{self._path}: does not hold the losses of steps 1 to {done}; choose another folder (out)"
            )
        write_text(self._path, _lines([_HEAD, *map(_written, self.points)]))

    def add(self, step: int, rate: float, loss: float) -> None:
        """Append a step."""
        point = Point(step, (step - 1) // self._each + 1, rate, loss)
        self.points.append(point)
        with self._path.open("a", encoding="utf-8", newline="") as stream:
            stream.write(_lines([_written(point)]))

    def mean_of_epoch(self, epoch: int) -> float:
        """Mean loss of an epoch's steps, the number in a checkpoint's name."""
        return fmean(point.loss for point in self.points[(epoch - 1) * self._each : epoch * self._each])

    def draw(self, title: str) -> None:
        """Write the picture."""
        write_text(self._path.with_name(PICTURE), draw_curve(self.points, title))


def _read(path: Path) -> list[Point]:
    with reading(path, ValueError, KeyError, TypeError), path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
        # A killed process may have left half of a last line.
        whole = rows[:-1] + [row for row in rows[-1:] if row["loss"]]
        return [Point(int(row["step"]), int(row["epoch"]), float(row["lr"]), float(row["loss"])) for row in whole]


def _written(point: Point) -> tuple[str, ...]:
    return str(point.step), str(point.epoch), repr(point.lr), repr(point.loss)


def _lines(rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 960.0, 420.0, 70.0, 70.0, 28.0, 52.0
_INK, _FAINT, _LINE, _CURVE = "#1b2430", "#565d66", "#c3c7cc", "#123f7d"
_MOST_POINTS = 400
_TICKS = 5


def draw_curve(points: Sequence[Point], title: str) -> str:
    """The losses as SVG; of many steps, means over equally many in a row. Equal input gives equal bytes."""
    each = -(-len(points) // _MOST_POINTS) or 1
    groups = [points[start : start + each] for start in range(0, len(points), each)]
    means = [(group[-1].step, fmean(point.loss for point in group)) for group in groups]
    last, highest = (points[-1].step, max(loss for _, loss in means)) if means else (1, 1.0)
    highest = highest or 1.0

    def x(step: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * step / last

    def y(loss: float) -> float:
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * loss / highest

    said = f"Loss of {last:,} steps, from {means[0][1]:.3f} to {means[-1][1]:.3f}" if means else "No step yet"
    said += f"; each point is the mean of {each} steps" if each > 1 else ""
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" '
            'aria-labelledby="loss-title loss-description" font-family="Helvetica, Arial, sans-serif" font-size="13">'
        ),
        f'<title id="loss-title">{escape(visible(title, 80))}</title>',
        f'<desc id="loss-description">{escape(said)}</desc>',
        f'<rect width="{_WIDTH:.0f}" height="{_HEIGHT:.0f}" fill="#ffffff"/>',
        f'<text x="28" y="32" font-size="18" font-weight="bold" fill="{_INK}">{escape(visible(title, 80))}</text>',
        f'<text x="28" y="54" fill="{_FAINT}">{escape(said)}</text>',
    ]
    for tick in range(_TICKS + 1):
        loss, step = highest * tick / _TICKS, round(last * tick / _TICKS)
        lines += [
            f'<path d="M{_LEFT:.0f} {y(loss):.1f}H{_WIDTH - _RIGHT:.0f}" stroke="{_LINE}"/>',
            f'<text x="{_LEFT - 8:.0f}" y="{y(loss) + 4:.1f}" text-anchor="end" fill="{_INK}">{loss:.2f}</text>',
            f'<text x="{x(step):.1f}" y="{_HEIGHT - 28:.0f}" text-anchor="middle" fill="{_INK}">{step:,}</text>',
        ]
    lines.append(f'<text x="{_WIDTH / 2:.0f}" y="{_HEIGHT - 8:.0f}" text-anchor="middle" fill="{_FAINT}">step</text>')
    if means:
        path = " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in means)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{_CURVE}" stroke-width="1.6"/>')
    return "\n".join([*lines, "</svg>"]) + "\n"
