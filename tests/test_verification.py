"""`verify` compares with figures of the reference implementation, and notices when something differs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from merunibench import verification
from merunibench._resources import resource
from merunibench.lexicon import load_lexicon
from merunibench.protocols import PROTOCOLS
from merunibench.tasks import benchmark_tasks
from tests.oracle import golden as reference


def test_the_golden_figures_are_those_of_the_oracle():
    stored = json.loads(resource("golden.json").read_text(encoding="utf-8"))
    computed = reference.golden()
    assert stored["figures"].keys() == computed["figures"].keys()
    for baseline, data_sets in computed["figures"].items():
        assert list(stored["figures"][baseline]) == [task.id for task in benchmark_tasks()]
        for name, figures in data_sets.items():
            assert stored["figures"][baseline][name] == pytest.approx(figures, abs=1e-14)
    assert {key: stored[key] for key in ("metric_version", "wheels", "builtin")} == {
        key: computed[key] for key in ("metric_version", "wheels", "builtin")
    }


def test_every_check_passes():
    checks = list(verification.run_checks())
    assert [check for check in checks if not check.passed] == []
    assert {"golden cases", "wheels", "lexicon builtin"} <= {check.name for check in checks}


def test_a_changed_metric_is_noticed(monkeypatch):
    metric = type(PROTOCOLS["official"]["fine-grained"])
    statistics = metric.statistics
    scale = np.tile([1, 0.999, 1], 5)[:, None]
    monkeypatch.setattr(metric, "statistics", lambda self, truth, guess: statistics(self, truth, guess) * scale)
    failed = {check.name for check in verification.run_checks() if not check.passed}
    assert "golden cases" in failed


def test_a_changed_wheel_is_noticed(monkeypatch):
    lexicon = verification.wheels_lexicon()
    words = dict(lexicon.codes)
    words.pop("joyful")
    changed = type(lexicon)("wheels", lexicon.sectors_of_wheels, words)
    monkeypatch.setattr(verification, "wheels_lexicon", lambda: changed)
    failed = {check.name for check in verification.run_checks() if not check.passed}
    assert "wheels" in failed


def test_an_edited_builtin_lexicon_is_said_to_be_one():
    golden = json.loads(resource("golden.json").read_text(encoding="utf-8"))
    lexicon = load_lexicon("builtin")
    edited = replace(lexicon, codes={word: code for word, code in lexicon.codes.items() if word != "joyful"})
    check = verification._check_lexicon(edited, golden)
    assert not check.passed
    assert f"edited: it is not the builtin ({golden['builtin'][:8]}) that others use" in check.detail
    assert "merunibench lexicon extend" in check.detail
    assert verification._check_lexicon(edited.renamed("mine"), golden).passed
