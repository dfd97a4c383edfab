"""Write what commands print into the console blocks of README.md and docs/.

python -m tests.docs.record PAGE…    # then look at the difference
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.docs import running
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
            for block in doc_examples.blocks(page):
                if block.reason or block.elsewhere or block.language not in doc_examples.LANGUAGES:
                    continue
                if block.language == "python":
                    running.run_python(block.code, names)
                elif block.language != "console":
                    running.run_shell(block.code)
                else:
                    done = zip(block.code.split("$ ")[1:], running.run_console(block.code), strict=True)
                    text = text.replace(
                        block.code,
                        "".join(
                            "$ " + (old if "\n…\n" in old else old.removesuffix(shown) + now.rstrip() + "\n")
                            for old, (shown, now) in done
                        ),
                    )
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
