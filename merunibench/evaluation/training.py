"""Check lists of sample names, or names of data sets, for test samples that a model was trained on."""

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
    """Return the names in a table (column `name`), an official label file (.npz, all splits), or a text, one per line.

    Names may repeat, since training data asks several questions about a clip; each is returned once. In a text, the
    name ends at a tab, comma or semicolon, and quotes around it are removed.

    Raises:
        InputError: it cannot be read, or contains no names.
    """
    if path.suffix.lower() == ".npz":
        return corpus_names(path, max_bytes=_MOST_BYTES)
    if table_stem(path) is not None:
        return list(dict.fromkeys(names_given(read_table(path)).to_pylist()))
    try:
        lines = read_plain(path, _MOST_BYTES).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path}: neither a table nor UTF-8 text; give one name per line") from None
    found = dict.fromkeys(_AFTER_NAME.sub("", line).strip(" '\"") for line in lines)
    found.pop("", None)
    if not found:
        raise InputError(f"{path}: contains no names; give one name per line")
    return list(found)


def trained_on_tests(scores: Iterable[Scored], trained_on: Sequence[str | Path], tasks: TaskSet) -> Iterator[str]:
    """Yield a warning for each data set whose samples are in the training data of a model.

    Args:
        scores: The scores, with their samples.
        trained_on: Files of names for `read_names`, or names of data sets.
        tasks: The known data sets.

    Raises:
        InputError: a source is neither a file nor a data set.
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
                    f"{scored.dataset}: {number} of its {scored.samples} samples are in the training data of the model "
                    f"({source}), so the score is not on unseen samples"
                )


def _names_or_task(source: str, tasks: TaskSet) -> set[str] | str:
    if Path(source).exists():
        return set(map(plain_name, read_names(Path(source))))
    task = tasks.find(source)
    if task is None:
        raise InputError(f"{source}: neither a file of names nor a data set; data sets are {', '.join(tasks)}")
    return task.id
