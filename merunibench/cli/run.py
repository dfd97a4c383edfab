"""`merunibench run`: clips and a model in, scores out."""

from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _inference as options
from merunibench.cli import _options as scoring
from merunibench.cli import _running as running
from merunibench.cli._output import complain, emit, terminal_width


def run(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML file with any of these; options come first.")
    ] = None,
    model: options.ModelName = None,
    data_root: options.DataRoot = None,
    clips: options.ClipsSource = None,
    dataset: options.Dataset = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the run: run.toml, predictions, labels, report.")
    ] = None,
    name: options.Name = None,
    prompt: options.Prompt = None,
    modalities: options.Modalities = None,
    on_unsupported: options.Unsupported = None,
    frames: options.Frames = None,
    max_new_tokens: options.MaxNewTokens = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    seed: options.Seed = None,
    dtype: options.DType = None,
    device: options.Device = None,
    trust_remote_code: options.TrustRemoteCode = None,
    processor_kwarg: options.ProcessorKwarg = None,
    gen_kwarg: options.GenKwarg = None,
    model_option: options.ModelOption = None,
    llm: options.Llm = None,
    visual: options.Visual = None,
    acoustic: options.Acoustic = None,
    batch_size: options.BatchSize = None,
    workers: options.Workers = None,
    limit: options.Limit = None,
    limit_seed: options.LimitSeed = None,
    retry_failed: options.RetryFailed = None,
    engine: options.Engine = None,
    ray_address: options.RayAddress = None,
    actors: options.Actors = None,
    gpus_per_actor: options.GpusPerActor = None,
    lexicon: Annotated[
        str | None, typer.Option(help="builtin, an installed release, or a release's folder.", show_default="builtin")
    ] = None,
    protocol: Annotated[
        scoring.ProtocolName | None, typer.Option(help="How to score.", show_default="official")
    ] = None,
    level: Annotated[
        int | None, typer.Option(min=1, max=2, metavar="1|2", help="Wheel level.", show_default="1")
    ] = None,
    bootstrap: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Resamples behind the intervals.", show_default="1000")
    ] = None,
    extractor: Annotated[
        str | None,
        typer.Option(
            metavar="BACKEND", help="What reads labels: rules, hf:MODEL, openai:URL#MODEL.", show_default="rules"
        ),
    ] = None,
    polarity_extractor: Annotated[
        str | None, typer.Option(metavar="BACKEND", help="What decides polarity.", show_default="as --extractor")
    ] = None,
    parity: Annotated[
        bool | None, typer.Option("--parity", help="Labels as the authors' extractor mostly cut them.")
    ] = None,
    check: options.Check = False,
) -> None:
    """Infer, extract and score in one go, resumable at each stage; ends with the report.

    Example: `merunibench run --model Qwen/Qwen2.5-Omni-7B --data-root dataset/ --dataset meld --out runs/omni`
    """
    given = options.fields({key: value for key, value in locals().items() if key not in {"config", "check"}})
    from merunibench.inference.settings import RunSettings, read_settings
    from merunibench.pipeline import plan_run
    from merunibench.pipeline import run as run_all

    with running.interruptible():
        settings = read_settings(config, given, RunSettings)
        planned = plan_run(settings)
        running.report_preflight(planned, check=check)
        with running.run_progress() as progress:
            outcome = run_all(settings, planned, progress, complain)
    running.report_done(list(outcome.done))
    for warning in outcome.report.warnings:
        complain(f"warning: {warning}")
    complain(f"{settings.out}: run.toml, predictions, labels, report.json, report.md")
    width = terminal_width()
    emit(outcome.report.to_text(width=width, color=width is not None))
