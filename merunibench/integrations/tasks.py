"""Write task folders for harnesses configured by YAML: questions, truths and clips of data sets, and the scorer.

The folders contain labels, which are licensed: do not share them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from merunibench._text import short_repr
from merunibench.data.truth import find_labels, read_subtitles, read_truth
from merunibench.errors import InputError
from merunibench.files import whole_set, write_text
from merunibench.files.places import named_file
from merunibench.inference.prompts import OPEN_VOCABULARY, load_prompt
from merunibench.models.prompting import fill
from merunibench.tasks import BUILTIN, Task

HARNESSES = ("lm-eval", "lmms-eval")
"""The supported harnesses."""

MODULE = "mer_unibench"
"""The Python module of a task folder."""

_TEMPLATES = Path(__file__).parent / "templates"
_HEAD = '''"""Written by merunibench {version}: `merunibench integrations write {harness}`."""

from functools import partial
from pathlib import Path

from merunibench.integrations import lm_eval{more}

_FOLDER = Path(__file__).parent
_SETTINGS = {settings}


def process_results(doc, results):
    return lm_eval.process_results(doc, results, _SETTINGS)


aggregate = lm_eval.aggregate
'''
_OF_LMMS_EVAL = """visual = lmms_eval.visual


def question(doc, lmms_eval_specific_kwargs=None):
    return doc["question"]
"""


class TaskFolder(NamedTuple):
    """The written tasks.

    Attributes:
        tasks: The names of the tasks in the harness.
        samples: The number of samples of each task.
        remarks: Warnings for the user.
    """

    tasks: tuple[str, ...]
    samples: tuple[int, ...]
    remarks: tuple[str, ...]


def write_tasks(
    harness: str,
    folder: Path,
    data_root: Path,
    *,
    datasets: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> TaskFolder:
    """Write a folder for `--include_path` of a harness, with one task per data set.

    Args:
        harness: One of `HARNESSES`.
        folder: The folder; existing files of the same names are replaced.
        data_root: The folder with the ground truth, and for lmms-eval the clips.
        datasets: The data sets; by default all whose labels are found.
        settings: `protocol`, `lexicon` and `level` of the scores.

    Raises:
        InputError: the harness is unknown, labels, subtitles or clips are missing, or the folder cannot be written. In
            this case no file is written.
    """
    if harness not in HARNESSES:
        raise InputError(f"{harness}: unknown harness; harnesses are {', '.join(HARNESSES)}")
    found = find_labels(data_root)
    wanted = [BUILTIN.get_task(name).id for name in datasets] or list(found)
    if not wanted:
        raise InputError(f"{data_root}: contains no labels; expected official folders, or tables such as meld.csv")
    lacking = [name for name in wanted if name not in found]
    if lacking:
        raise InputError(f"{data_root}: contains no labels of {', '.join(lacking)}; found labels of {', '.join(found)}")
    unread = [name for name in wanted if not BUILTIN[name].of_kind.is_read]
    if unread:
        raise InputError(f"{unread[0]}: its answers cannot be extracted from text, so harnesses cannot evaluate it")
    with whole_set(folder) as place:
        counts, remarks = [], []
        for name in wanted:
            documents, remark = _documents(BUILTIN[name], found[name], data_root, clips=harness == "lmms-eval")
            lines = [json.dumps(each, ensure_ascii=False) + "\n" for each in documents]
            write_text(place / f"{name}.jsonl", "".join(lines))
            write_text(place / f"{_task_name(name)}.yaml", _yaml(harness, name, folder))
            counts.append(len(documents))
            remarks += remark
        write_text(place / f"{MODULE}.py", _module(harness, wanted, dict(settings or {})))
    return TaskFolder(tuple(map(_task_name, wanted)), tuple(counts), tuple(remarks))


def _task_name(dataset: str) -> str:
    return f"merunibench_{dataset}"


def _documents(task: Task, labels: Path, root: Path, *, clips: bool) -> tuple[list[dict[str, str]], list[str]]:
    """Return the samples of a data set as documents, and warnings about them."""
    truth = read_truth(task, labels)
    names: list[str] = truth.names.to_pylist()
    subtitles = read_subtitles(root, task, names)
    if subtitles is None and not clips:
        raise InputError(
            f"{task.id}: its subtitles ({task.folder}/{task.layout.subtitles}) are not below {root}; without clips, "
            "they are a model's only input"
        )
    said = subtitles or {}
    prompt = load_prompt(OPEN_VOCABULARY).text
    rows = [
        {
            "dataset": task.id,
            "name": name,
            "question": fill(prompt, said.get(name)),
            "truth": json.dumps(_truth(task, truth, row), ensure_ascii=False),
            **({"clip": _clip(task, root, name)} if clips else {}),
        }
        for row, name in enumerate(names)
    ]
    silent = [name for name in names if not said.get(name)]
    if not silent:
        return rows, []
    return rows, [f"{task.id}: {len(silent)} of {len(names)} samples have no subtitle, such as {short_repr(silent[0])}"]


def _truth(task: Task, truth: Any, row: int) -> object:  # noqa: ANN401 - a GroundTruth
    if truth.values is not None:
        return float(truth.values[row])
    words = list(truth.labels[row])
    return words[0] if task.of_kind.truth == "class" else words


def _clip(task: Task, root: Path, name: str) -> str:
    folder = task.place(root.absolute())
    if folder is not None:
        for patterns in (task.layout.video, task.layout.audio):
            path = named_file(folder, patterns, name, outside=False)
            if path.is_file():
                return str(path)
    raise InputError(f"{task.id}: neither video nor audio of {short_repr(name)} is in {folder}")


def _yaml(harness: str, dataset: str, folder: Path) -> str:
    template = Template((_TEMPLATES / f"{harness}.yaml").read_text(encoding="utf-8"))
    documents = json.dumps(str(folder.absolute() / f"{dataset}.jsonl"))
    return template.substitute(task=_task_name(dataset), dataset=dataset, module=MODULE, documents=documents)


def _module(harness: str, datasets: Sequence[str], settings: Mapping[str, Any]) -> str:
    version = import_module("merunibench").__version__
    more = ", lmms_eval" if harness == "lmms-eval" else ""
    head = _HEAD.format(version=version, harness=harness, more=more, settings=repr(dict(settings)))
    if harness == "lmms-eval":
        return (
            head.replace("from functools import partial\nfrom pathlib import Path\n\n", "").replace(
                "_FOLDER = Path(__file__).parent\n", ""
            )
            + _OF_LMMS_EVAL
        )
    return head + "".join(_loaders(datasets))


def _loaders(datasets: Sequence[str]) -> Iterator[str]:
    """Yield a loader for each data set, since the harness calls functions by name."""
    for name in datasets:
        yield f"documents_of_{name} = partial(lm_eval.documents, _FOLDER, {name!r})\n"
