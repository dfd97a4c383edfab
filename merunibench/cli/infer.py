"""`merunibench infer`: clips and a model in, answers out."""

from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _inference as options
from merunibench.cli import _running as running
from merunibench.cli._output import emit


def infer(
    model: options.ModelName = None,
    data_root: options.DataRoot = None,
    clips: options.ClipsSource = None,
    dataset: options.Dataset = None,
    out: options.Out = None,
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
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="Part i of n, for machines apart; then `merunibench merge`.")
    ] = None,
    retry_failed: options.RetryFailed = None,
    engine: options.Engine = None,
    ray_address: options.RayAddress = None,
    actors: options.Actors = None,
    gpus_per_actor: options.GpusPerActor = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML file with any of these; options come first.")
    ] = None,
    check: options.Check = False,
) -> None:
    """Ask a model about clips, resumably; one row a clip, in JSON Lines that score and extract read.

    Example: `merunibench infer --model Qwen/Qwen2.5-Omni-7B --data-root dataset/ --dataset meld --out preds/`
    """
    given = options.fields({key: value for key, value in locals().items() if key not in {"config", "check"}})
    from merunibench.inference.session import carry_out, plan
    from merunibench.inference.settings import InferSettings, read_settings

    with running.interruptible():
        planned = plan(read_settings(config, given, InferSettings))
        running.report_preflight(planned, check=check)
        with running.run_progress() as progress:
            done = carry_out(planned, progress)
    running.report_done(done)
    emit("".join(f"{each.path}\n" for each in done))
