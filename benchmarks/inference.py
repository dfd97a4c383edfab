"""Measure the runner's overhead: the time of a run of 64 clips, compared with that of `generate` in the same run.

    python -m benchmarks.inference [--clips 64] [--batch-size 8] [--new-tokens 64] [--width 384]

The clips are real files: mp4 with sound, 320x240, decoded, prepared, collated and written row by row as in
`merunibench infer`. The model is a LLaVA-OneVision with random weights, on the CPU, large enough that generation takes
most of the time, as with real models. Everything except `generate` counts as overhead: decoding that is not overlapped,
tokenising, the journal, its flushes to disk. The time to prepare the clips one by one shows the benefit of overlapping.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from merunibench.inference.clips import clips_of
from merunibench.inference.local import LocalEngine
from merunibench.inference.prompts import load_prompt
from merunibench.inference.runner import Request, run_clips
from merunibench.models import Generation, Modality, Options, load_model
from tests.clips import make_clip

MODALITIES: tuple[Modality, ...] = ("video", "text")


def build_model(folder: Path, width: int) -> Path:
    """Build a LLaVA-OneVision with random weights whose text tower has the given width."""
    import transformers as t

    from tests.models import tiny

    tokens = tiny.make_tokenizer({"image_token": "<image>", "video_token": "<video>"})
    square = {"height": 56, "width": 56}
    vision = {"hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = t.LlavaOnevisionConfig(
        vision_config={
            "model_type": "siglip_vision_model",
            **vision,
            "image_size": 56,
            "patch_size": 14,
            "vision_use_head": False,
        },
        text_config={
            "model_type": "qwen2",
            **tiny.text_settings(
                tokens, hidden_size=width, intermediate_size=4 * width, num_hidden_layers=8, num_attention_heads=4
            ),
        },
        image_token_index=tokens["<image>"],
        video_token_index=tokens["<video>"],
        image_grid_pinpoints=[[56, 56]],
    )
    processor = t.LlavaOnevisionProcessor(
        t.LlavaOnevisionImageProcessor(size=square, image_grid_pinpoints=[[56, 56]]),
        tokens.tokenizer,
        t.LlavaOnevisionVideoProcessor(size=square),
        num_image_tokens=16,
        vision_feature_select_strategy="full",
        chat_template=tiny.template(video="<video>\n", image="<image>\n"),
    )
    made: Path = tiny.save(folder, t.LlavaOnevisionForConditionalGeneration, config, processor, tokens)
    return made


@contextmanager
def generate_timed() -> Iterator[list[float]]:
    """Collect the seconds of every call of `generate` while the block runs."""
    import transformers

    mixin: Any = transformers.GenerationMixin
    original, seconds = mixin.generate, []

    def timed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - arguments and result of generate
        begin = time.perf_counter()
        try:
            return original(*args, **kwargs)
        finally:
            seconds.append(time.perf_counter() - begin)

    mixin.generate = timed
    try:
        yield seconds
    finally:
        mixin.generate = original


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--clips", type=int, default=64)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument("--width", type=int, default=384)
    asked = parser.parse_args()
    prompt = load_prompt("open-vocabulary")
    generation = Generation(max_new_tokens=asked.new_tokens, extra={"min_new_tokens": asked.new_tokens})
    options = Options(prompt.text, MODALITIES, frames=8, generation=generation)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = load_model(str(build_model(folder / "model", asked.width)), options)
        (folder / "clips").mkdir()
        names = [f"clip{number:03}" for number in range(asked.clips)]
        for number, clip in enumerate(names):
            make_clip(folder / "clips" / f"{clip}.mp4", 3.0, size=(320, 240), tone=200.0 + number)
        table = "".join(f"{clip},What did you say?\n" for clip in names)
        (folder / "clips" / "clips.csv").write_text(f"name,subtitle\n{table}", "utf-8")
        clips = clips_of(str(folder / "clips"), "benchmark", folder)
        engine = LocalEngine(model, MODALITIES, asked.batch_size)
        list(engine.rows([clips.samples[: asked.batch_size]]))
        begin = time.perf_counter()
        for sample in clips.samples:
            model.prepare(sample)
        preparing = time.perf_counter() - begin
        with generate_timed() as seconds:
            begin = time.perf_counter()
            done = run_clips(clips, folder / "out", engine, Request("benchmark", prompt, MODALITIES))
            whole = time.perf_counter() - begin
        if done.failed:
            raise SystemExit(f"{done.failed} rows failed: {done.path.read_text('utf-8')[:500]}")
    answering = sum(seconds)
    print(f"{asked.clips} clips in {whole:.2f} s; {len(seconds)} calls of generate: {answering:.2f} s")
    print(f"overhead of the runner: {100 * (whole / answering - 1):.1f} %")
    print(f"preparing them one by one: {preparing:.2f} s, {100 * preparing / answering:.1f} % if nothing overlapped")


if __name__ == "__main__":
    main()
