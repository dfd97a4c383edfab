"""Write what commands print into the console blocks of README.md and docs/.

python -m tests.docs.record PAGE…    # then look at the difference
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.docs import running, stages
from tools import doc_examples


def main(pages):
    """Run all blocks of these pages in order, and write the outputs of console blocks anew."""
    os.environ["COLUMNS"] = running.WIDTH
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MERUNIBENCH_HOME"] = f"{folder}/home"
        (Path(folder) / "world").mkdir()
        world = running.world(Path(folder) / "world")
        for page in pages:
            scratch, names = Path(folder) / page.replace("/", "-"), {}
            shutil.copytree(world, scratch)
            os.chdir(scratch)
            path = doc_examples.ROOT / page
            text = path.read_text(encoding="utf-8")
            with stages.staged(page, scratch) as replaced:
                for block in doc_examples.examples([page]):
                    if block.reason or block.elsewhere:
                        continue
                    printed = running.run(block, stages.replace(block.code, replaced), names)
                    parts = block.code.split("$ ")[1:] if printed else []
                    done = zip(parts, printed, strict=True)
                    text = text.replace(block.code, "".join(map(_again, done))) if printed else text
            path.write_text(text, encoding="utf-8")


def _again(done):
    """A command of a console block with what it prints now, unless lines are left out of what the page shows."""
    old, (shown, now) = done
    return "$ " + (old if "\n…\n" in old else old.removesuffix(shown) + now.rstrip() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
