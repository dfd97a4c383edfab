"""`merunibench leaderboard`: check submissions; build, verify, compare and preview leaderboards."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from merunibench.cli import _options as options
from merunibench.cli._output import complain, emit, spare_pandas

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Check submissions; build, verify, compare and preview leaderboards that anyone can recompute.",
)


class CheckFormat(StrEnum):
    """Formats of what is said about a submission."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


Submissions = Annotated[
    Path, typer.Option(metavar="DIR", help="Folder with a folder for each submission, or the folder of one.")
]
Lexicons = Annotated[
    list[str] | None,
    typer.Option(
        "--lexicon",
        metavar="NAME|PATH",
        help="Lexicon of an official board, beside builtin; repeat for several. Default: every installed release.",
    ),
]
Published = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Published figures. Default: published.csv beside the submissions, else ours."),
]
Processes = Annotated[int, typer.Option(min=0, metavar="N", help="Processes that check and score; 0 for one a core.")]
CacheFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Where figures are kept between builds. Default: the user's cache.")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Compute everything anew, and keep nothing.")]

SUBMISSIONS = Path("leaderboard/submissions")

OptionalDataRoot = Annotated[
    Path | None,
    typer.Option("--data-root", metavar="DIR", help="Folder with the ground truth, as far as you have it."),
]


@app.command("check")
def check(
    submission: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the submission.")],
    data_root: OptionalDataRoot = None,
    output_format: Annotated[CheckFormat, typer.Option("--format", help="Format of the result.")] = CheckFormat.TABLE,
) -> None:
    """Say everything that is wrong with a submission, and why a row of it would not show.

    Exit code 0 if it is valid (though perhaps incomplete), 2 if it is refused.
    """
    spare_pandas()
    from merunibench.leaderboard.checking import check as check_submission
    from merunibench.leaderboard.inputs import load_truths

    checked = check_submission(submission, load_truths(data_root))
    if output_format is CheckFormat.JSON:
        emit(json.dumps(checked.to_dict(), indent=2, ensure_ascii=False) + "\n")
    else:
        emit(checked.to_text() if output_format is CheckFormat.TABLE else checked.to_markdown())
    if not checked.valid:
        raise typer.Exit(2)


@app.command("build")
def build(
    submissions: Submissions = SUBMISSIONS,
    data_root: OptionalDataRoot = None,
    lexicon: Lexicons = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where results, tables and page are written.")] = Path(
        "leaderboard"
    ),
    committed: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Results that stand for what cannot be recomputed. Default: results.json beside the submissions.",
        ),
    ] = None,
    published: Published = None,
    processes: Processes = 0,
    cache: CacheFile = None,
    no_cache: NoCache = False,
) -> None:
    """Recompute the leaderboard from predictions: results, tables and page.

    Without labels, scores stand as committed, and it is said which. A refused submission is left out and listed.
    """
    spare_pandas()
    from dataclasses import replace

    from merunibench._gc import gc_paused
    from merunibench.leaderboard.build import build as build_board
    from merunibench.leaderboard.inputs import Request
    from merunibench.leaderboard.writing import write

    request = Request(submissions, data_root, tuple(lexicon or ()), committed, published, cache, processes)
    request = request.with_usual_places()
    if no_cache:
        request = replace(request, cache=None)
    with gc_paused():
        results, details = build_board(request)
        write(results, details, out)
    for refused in results.refused:
        complain(f"refused: {refused.submission}: {'; '.join(refused.reasons)}")
    for gap in results.not_recomputed:
        complain(f"not recomputed: {gap.model_id} on {gap.dataset}: {gap.reason}")
    emit(f"{out / 'results.json'}\n")


@app.command("verify")
def verify(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="results.json to verify.")] = Path(
        "leaderboard/results.json"
    ),
    submissions: Submissions = SUBMISSIONS,
    data_root: OptionalDataRoot = None,
    lexicon: Lexicons = None,
    processes: Processes = 0,
) -> None:
    """Recompute a leaderboard from predictions and labels, and compare.

    Exit code 1 if a score or rank is different. Nothing is taken from the results or a cache.
    """
    spare_pandas()
    from merunibench.errors import InputError
    from merunibench.leaderboard.build import build as build_board
    from merunibench.leaderboard.difference import verify as hold_against
    from merunibench.leaderboard.inputs import Request
    from merunibench.leaderboard.results import read_results

    if data_root is None:
        raise InputError("nothing can be recomputed without labels: give --data-root")
    stated = read_results(results)
    bare = Request(submissions, data_root, tuple(lexicon or ()), processes=processes)
    recomputed, _ = build_board(bare)
    outcome = hold_against(stated, recomputed)
    for line in outcome.unverified:
        complain(f"not verified: {line}")
    emit("".join(f"different: {line}\n" for line in outcome.differences))
    counts = f"{len(outcome.differences)} different, {len(outcome.unverified)} not verified"
    emit(f"{outcome.verified} scores verified, {counts}\n")
    if outcome.differences:
        raise typer.Exit(1)


@app.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="results.json of before.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="results.json of now.")],
    output_format: options.TableOrJson = options.TableFormat.TABLE,
) -> None:
    """Say what changed between two leaderboards, and why: lexicon, metric version, labels, predictions."""
    from merunibench.leaderboard.difference import changes, to_dict
    from merunibench.leaderboard.results import read_results

    found = changes(read_results(old), read_results(new))
    if output_format is options.TableFormat.JSON:
        emit(json.dumps(to_dict(found), indent=2, ensure_ascii=False) + "\n")
    else:
        emit("".join(f"{change.to_text()}\n" for change in found) or "nothing changed\n")


@app.command("serve")
def serve(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where `build` has written the page.")] = Path(
        "leaderboard"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any that is free.")] = 8000,
) -> None:
    """Show a finished page in the browser, over HTTP on this machine alone, until interrupted."""
    from contextlib import suppress

    from merunibench.leaderboard.serving import LOOPBACK, serving

    with serving(folder, port) as server, suppress(KeyboardInterrupt):
        emit(f"http://{LOOPBACK}:{server.server_port}/\n")
        complain("stop with Ctrl-C")
        server.serve_forever()
