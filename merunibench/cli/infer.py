"""`merunibench infer`: run a model on clips and write its answers."""

from dataclasses import asdict
from typing import Literal

from merunibench.cli import _running as running
from merunibench.cli._options import DRY_RUN
from merunibench.cli._output import emit, emit_json
from merunibench.inference.settings import InferSettings
from merunibench.settings import option

_FORMAT = option(
    "paths", "Format of the result: paths of the files written, or a JSON summary of each.", flag="--format"
)


def infer(settings: InferSettings, dry_run: bool = DRY_RUN, output_format: Literal["paths", "json"] = _FORMAT) -> None:
    """Run a model on video clips. Writes one JSON line per clip; interrupted runs resume.

    Example: `merunibench infer --model Qwen/Qwen2.5-Omni-7B --data-root dataset/ --dataset meld --out preds/`
    """
    from merunibench.inference.session import carry_out, plan

    done = []
    with running.interruptible():
        plans = [plan(each) for each in settings.each_run()]
        running.report_preflight(plans[0], dry_run=dry_run)  # of the same clips and model
        for planned in plans:
            with running.progress_bar("clips") as progress:
                finished = carry_out(planned, progress)
            running.report_done(finished)
            done += finished
    if output_format == "json":
        emit_json([{**asdict(each), "path": str(each.path)} for each in done])
    else:
        emit("".join(f"{each.path}\n" for each in done))
