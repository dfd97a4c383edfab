"""Lexicons map words to sectors of emotion wheels. This package loads, installs, compiles, audits and explains them.

    load_lexicon("builtin").sectors("joyful")      # the lexicon that comes with merunibench
    install("mer2026", Path("folder"))             # install an official release once
    load_lexicon("mer2026")                        # then load it by name

There are four subpackages. `runtime` contains everything that scoring needs to look up words. `releases` downloads,
reads and stores official releases. `workshop` compiles lexicons from text files. `critique` audits, compares and
explains lexicons.

The hash, not the name, identifies what a lexicon maps (`Lexicon.label`). Names are imported on first use, so that
importing this package is fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from merunibench.lexicon.critique.audit import Audit, Finding, audit_lexicon
    from merunibench.lexicon.critique.difference import Difference, compare_lexicons
    from merunibench.lexicon.critique.explain import (
        Explainer,
        Explanation,
        explain_words,
        explainer_for,
        explanations_to_dict,
        read_words,
    )
    from merunibench.lexicon.releases.installation import Installation, install
    from merunibench.lexicon.releases.official import ReleaseTables, compile_release, read_release
    from merunibench.lexicon.releases.published import KNOWN_RELEASES, RELEASES
    from merunibench.lexicon.releases.store import Entry, catalogue, data_dir, installed, load_lexicon
    from merunibench.lexicon.runtime.lexicon import Lexicon, SetMasks, compile_lexicon
    from merunibench.lexicon.runtime.wheels import LEVELS, PUBLISHED_WHEELS, Level, Wheel, load_wheels
    from merunibench.lexicon.workshop.own import OwnLexicon, compile_folder, extend

__all__ = [
    "KNOWN_RELEASES",
    "LEVELS",
    "PUBLISHED_WHEELS",
    "RELEASES",
    "Audit",
    "Difference",
    "Entry",
    "Explainer",
    "Explanation",
    "Finding",
    "Installation",
    "Level",
    "Lexicon",
    "OwnLexicon",
    "ReleaseTables",
    "SetMasks",
    "Wheel",
    "audit_lexicon",
    "catalogue",
    "compare_lexicons",
    "compile_folder",
    "compile_lexicon",
    "compile_release",
    "data_dir",
    "explain_words",
    "explainer_for",
    "explanations_to_dict",
    "extend",
    "install",
    "installed",
    "load_lexicon",
    "load_wheels",
    "read_release",
    "read_words",
]

_MODULES = {
    "critique.audit": ("Audit", "Finding", "audit_lexicon"),
    "critique.difference": ("Difference", "compare_lexicons"),
    "critique.explain": (
        "Explainer",
        "Explanation",
        "explain_words",
        "explainer_for",
        "explanations_to_dict",
        "read_words",
    ),
    "releases.installation": ("Installation", "install"),
    "runtime.lexicon": ("Lexicon", "SetMasks", "compile_lexicon"),
    "releases.official": ("ReleaseTables", "compile_release", "read_release"),
    "releases.published": ("KNOWN_RELEASES", "RELEASES"),
    "releases.store": ("Entry", "catalogue", "data_dir", "installed", "load_lexicon"),
    "workshop.own": ("OwnLexicon", "compile_folder", "extend"),
    "runtime.wheels": ("LEVELS", "PUBLISHED_WHEELS", "Level", "Wheel", "load_wheels"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module exports
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
