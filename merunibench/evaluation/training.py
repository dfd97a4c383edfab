"""Who trained on what: do lists of names, or names of data sets, tell that test samples were trained on?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from merunibench.data import read_table
from merunibench.data.columns import names_given
from merunibench.data.official import corpus_names
from merunibench.data.tables import table_stem
from merunibench.errors import InputError
from merunibench.files import read_plain
from merunibench.scoring import Scored
from merunibench.tasks import TaskSet
from merunibench.tasks.names import plain_name, samples_within

_MOST_BYTES = 256 << 20
_AFTER_NAME = re.compile(r"[\t,;].*")


def read_names(path: Path) -> list[str]:
    """The names in a table (column `name`), in an official label file (.npz, all splits), or in a text, one per line.

    Training data asks several questions of a clip, so a name may repeat; each is given once. In a text, what follows a
    tab, comma or semicolon is no part of the name, and neither are quotes around it.

    Raises:
        InputError: it cannot be read, or holds no names.
    """
    if path.suffix.lower() == ".npz":
        return corpus_names(path, max_bytes=_MOST_BYTES)
    if table_stem(path) is not None:
        return list(dict.fromkeys(names_given(read_table(path)).to_pylist()))
    try:
        lines = read_plain(path, _MOST_BYTES).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path}: is neither a table nor UTF-8 text; give names, one per line") from None
    found = dict.fromkeys(_AFTER_NAME.sub("", line).strip(" '\"") for line in lines)
    found.pop("", None)
    if not found:
        raise InputError(f"{path}: holds no names; give names, one a line")
    return list(found)


def trained_on_tests(scores: Iterable[Scored], trained_on: Sequence[str | Path], tasks: TaskSet) -> Iterator[str]:
    """A line for each data set whose samples are in what a model was trained on.

    Args:
        scores: The scores, with their samples.
        trained_on: Files of names, as `read_names` takes them, or names of data sets.
        tasks: The data sets that there are.

    Raises:
        InputError: one is neither.
    """
    listed = {source: _names_or_task(str(source), tasks) for source in trained_on}
    for scored in scores:
        samples = scored.any_samples
        for source, held in listed.items():
            if isinstance(held, set):
                names = [] if samples is None else samples.names.to_pylist()
                number = sum(plain_name(name) in held for name in names)
            else:
                number = samples_within(scored.task, tasks[held])
            if number:
                yield (
                    f"{scored.dataset}: {number} of its {scored.samples} samples are in what the model was trained on "
                    f"({source}): the score is not one of unseen samples"
                )


def _names_or_task(source: str, tasks: TaskSet) -> set[str] | str:
    if Path(source).exists():
        return set(map(plain_name, read_names(Path(source))))
    task = tasks.find(source)
    if task is None:
        raise InputError(f"{source}: is neither a file of names nor a data set; known are {', '.join(tasks)}")
    return task.id
