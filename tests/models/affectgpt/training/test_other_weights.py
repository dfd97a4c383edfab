"""A fixture of other sizes, weights and texts, which an oracle in plain torch computed: it passes, and faults show."""

import numpy as np
import pytest

from merunibench.models.affectgpt.selfcheck import selfcheck
from tests.cli.conftest import run  # noqa: F401 - a fixture
from tests.oracle.affectgpt_training import make_fixture

LINES = ["ids", "schedule", "losses", "gradients", "weights", "decay"]


@pytest.fixture(scope="module")
def arrays():
    return make_fixture(seed=24)


def test_it_passes(run, arrays, tmp_path):  # noqa: F811
    np.savez(tmp_path / "other.npz", **arrays)
    result = run("affectgpt", "selfcheck", tmp_path / "other.npz")
    assert result.code == 0, result.out
    assert [line.split()[0] for line in result.out.splitlines()] == LINES
    compared = {line.split()[0]: int(line.split()[1]) for line in result.out.splitlines()}
    results = [key for key in arrays if ".grad." in key or ".grad_norm." in key]
    assert compared["gradients"] == len(results) > 100
    assert compared["weights"] == compared["decay"] == 1 + sum(".published.w3." in key for key in arrays)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "key", "change"),
    [
        ("ids", "none.input_ids", 1),
        ("ids", "attn.labels", 1),
        ("losses", "attn.loss", 2e-5),
        ("losses", "none.token_nll", 2e-5),
        ("gradients", "attn.grad.multi_llama_proj.weight", None),
        ("gradients", "none.grad_norm.audio_llama_proj.bias", None),
        ("weights", "attn.published.w3.fc_att.weight", 5e-7),
        ("decay", "attn.decay.w3.attention_mlp.weight", 3e-6),
    ],
)
def test_a_corrupted_one_fails_on_its_line_alone(run, arrays, tmp_path, line, key, change):  # noqa: F811
    wrong = np.array(arrays[key])
    place = np.unravel_index(np.abs(wrong).argmax(), wrong.shape)
    wrong[place] += wrong[place] * 2e-3 if change is None else change
    np.savez(tmp_path / "wrong.npz", **{**arrays, key: wrong})
    found = {result.name: result for result in selfcheck(tmp_path / "wrong.npz")}
    assert [name for name, result in found.items() if not result.passed] == [line]
    assert found[line].where == key


def test_what_is_learnt_from_other_texts_fails_on_ids(arrays, tmp_path):
    """Not a number is changed but the answer: everything after it is another's, and ids say so."""
    other = {**arrays, "attn.text0.answer": np.frombuffer(b"The character's emotional state is glad.", np.uint8)}
    np.savez(tmp_path / "wrong.npz", **other)
    with pytest.raises(ValueError, match=r"attn\.input_ids has the shape"):
        selfcheck(tmp_path / "wrong.npz")
