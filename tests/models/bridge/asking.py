"""Programs behind `exec:` for the tests: adapters with the file that people copy beside them, and raw ones."""

import shlex
import shutil
import sys
from pathlib import Path

import merunibench.models.bridge
from merunibench.models import Generation, Sample, load_model
from tests.models.asking import options

CHILD = Path(merunibench.models.bridge.__file__).with_name("merunibench_child.py")
RAW = Path(__file__).with_name("raw.py")


def command(script, *arguments):
    """`exec:` with an interpreter that sees the standard library alone."""
    return "exec:" + shlex.join([sys.executable, "-S", "-E", str(script), *map(str, arguments)])


def adapter(folder, body, *, name="adapter.py"):
    """A script with `merunibench_child.py` beside it, as its author has them."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(CHILD, folder)
    script = folder / name
    script.write_text(f"import merunibench_child as child\n{body}\nchild.serve(load)\n", encoding="utf-8")
    return script


def files(folder, count=3):
    """Samples whose files hold a few bytes: nothing decodes them here."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for number in range(count):
        path = folder / f"clip{number}.mp4"
        path.write_bytes(b"clip %d" % number)
        samples.append(Sample(f"clip{number}", path, subtitle=f"line {number}"))
    return samples


def bridge(script, *modalities, arguments=(), **others):
    """The model behind a script."""
    others.setdefault("generation", Generation())
    return load_model(command(script, *arguments), options(*modalities, **others))


def answers(model, samples):
    return model.answer([model.prepare(sample) for sample in samples])
