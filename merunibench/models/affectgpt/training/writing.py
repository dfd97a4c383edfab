"""What a training writes: checkpoints as the authors' are, the loss of every step, and its picture."""

import csv
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import torch

from merunibench._text import visible
from merunibench.files import open_atomic, writing
from merunibench.models.affectgpt.checkpoint import released_name
from merunibench.models.affectgpt.configuration import AffectGPTConfig


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
    with writing(path, RuntimeError), open_atomic(path, "wb") as stream:  # torch's own error for a full disk
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


def points_of(history: Sequence[Mapping[str, float]], steps_per_epoch: int) -> list[Point]:
    """The steps in the history of the Trainer, which is part of its states."""
    return [
        Point(int(each["step"]), (int(each["step"]) - 1) // steps_per_epoch + 1, each["learning_rate"], each["loss"])
        for each in history
        if "loss" in each  # the last entry is a summary
    ]


def write_points(path: Path, points: Sequence[Point]) -> None:
    """Write the losses as a table."""
    with open_atomic(path) as stream:
        csv.writer(stream, lineterminator="\n").writerows([Point._fields, *points])


def append_point(path: Path, point: Point) -> None:
    """Append a step to the table; half a line, should it be killed, is gone when the training goes on."""
    with writing(path), path.open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow(point)


_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 960.0, 420.0, 70.0, 70.0, 28.0, 52.0
_INK, _FAINT, _LINE, _CURVE = "#1b2430", "#565d66", "#c3c7cc", "#123f7d"
_MOST_POINTS = 400
_TICKS = 5


def draw_curve(points: Sequence[Point], title: str) -> str:
    """The losses as SVG; of many steps, means over equally many in a row. Equal input gives equal bytes."""
    each = -(-len(points) // _MOST_POINTS)
    groups = [points[start : start + each] for start in range(0, len(points), each)]
    means = [fmean(point.loss for point in group) for group in groups]
    last, highest = points[-1].step, max(means) or 1.0
    across, down = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    said = f"Loss of {last:,} step{'s' * (last > 1)}, from {means[0]:.3f} to {means[-1]:.3f}"
    said += f"; each point is the mean of {each} steps" if each > 1 else ""
    title, ticks = escape(visible(title, 80)), []
    for tick in range(_TICKS + 1):
        y = _HEIGHT - _BOTTOM - down * tick / _TICKS
        ticks += [
            f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="{_LINE}"/>',
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{highest * tick / _TICKS:.2f}</text>',
        ]
    for step in sorted({round(last * tick / _TICKS) for tick in range(_TICKS + 1)}):
        x = _LEFT + across * step / last
        ticks.append(f'<text x="{x:.1f}" y="{_HEIGHT - 28}" text-anchor="middle">{step:,}</text>')
    lines = "\n".join(ticks)
    ends = zip((group[-1].step for group in groups), means, strict=True)
    curve = " ".join(
        f"{_LEFT + across * step / last:.1f},{_HEIGHT - _BOTTOM - down * loss / highest:.1f}" for step, loss in ends
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" role="img" \
aria-labelledby="loss-title loss-description" font-family="Helvetica, Arial, sans-serif" font-size="13" fill="{_INK}">
<title id="loss-title">{title}</title>
<desc id="loss-description">{said}</desc>
<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>
<text x="28" y="32" font-size="18" font-weight="bold">{title}</text>
<text x="28" y="54" fill="{_FAINT}">{said}</text>
{lines}
<text x="{_WIDTH / 2}" y="{_HEIGHT - 8}" text-anchor="middle" fill="{_FAINT}">step</text>
<polyline points="{curve}" fill="none" stroke="{_CURVE}" stroke-width="1.6"/>
</svg>
"""
