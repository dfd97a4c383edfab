"""Typesets LaTeX, where there is a LaTeX."""

import shutil
import subprocess

import pytest

HOSTILE = r"[2em] _ & % $ # { } ~ ^ \ \input{/etc/passwd} <a> | ’é − – *"
"""A name of everything that LaTeX takes for something else."""


def typeset(text, folder):
    """The log of typesetting a table with nothing but booktabs and graphicx; fails on every error.

    The document alone decides: no shell, no reading outside the folder. As a draft, since a PDF needs every font.
    """
    latex = shutil.which("pdflatex")
    if latex is None:
        pytest.skip("no pdflatex here (Debian: texlive-latex-base, texlive-latex-recommended)")
    head = "\\documentclass{article}\n\\usepackage{booktabs,graphicx}\n\\begin{document}\n"
    document = f"{head}{text}\n\\end{{document}}\n"
    (folder / "table.tex").write_text(document, encoding="utf-8")
    command = [latex, "-no-shell-escape", "-halt-on-error", "-interaction=nonstopmode", "-draftmode", "table.tex"]
    environment = {"PATH": "/usr/bin:/bin", "openin_any": "p"}
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120, env=environment)
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said[-2000:]
    log = (folder / "table.log").read_text("utf-8", "replace")
    assert "! " not in log, log[-2000:]
    return log
