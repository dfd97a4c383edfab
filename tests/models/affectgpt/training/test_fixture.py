"""What the authors' classes computed in training, computed anew; and that each check notices what it is for."""

import numpy as np
import pytest
import torch

from merunibench.errors import InputError
from merunibench.models.affectgpt.checkpoint import released_name
from merunibench.models.affectgpt.selfcheck import selfcheck
from merunibench.models.affectgpt.selfcheck_training import CASES, read_case
from merunibench.models.affectgpt.training.schedule import Schedule
from tests.cli.conftest import run  # noqa: F401 - a fixture

COMPARED = {"ids": 12, "schedule": 3, "losses": 10, "gradients": 410, "weights": 49, "decay": 49}


@pytest.fixture
def changed(training_arrays, tmp_path):
    def make(change):
        content = {key: array.copy() for key, array in training_arrays.items()}
        change(content)
        np.savez(tmp_path / "changed.npz", **content)
        return {result.name: result for result in selfcheck(tmp_path / "changed.npz")}

    return make


def test_everything_is_reproduced(training_fixture):
    results = {result.name: result for result in selfcheck(training_fixture)}
    assert {name: result.compared for name, result in results.items()} == COMPARED
    assert all(result.passed and not result.missing for result in results.values())
    tolerances = {name: result.tolerance for name, result in results.items()}
    assert tolerances == {
        "ids": 0.0,
        "schedule": 0.0,
        "losses": 1e-5,
        "gradients": 1e-3,
        "weights": 3e-7,
        "decay": 2e-6,
    }


def test_every_result_of_the_fixture_is_compared(training_arrays):
    """All but inputs, intermediate states (the other fixture's matter) and the twelve gradients that are zero."""
    gradients = [key for key in training_arrays if ".grad." in key or ".grad_norm." in key]
    zero = [key for key in gradients if "_Qformer." in key and key.endswith("self.key.bias")]
    assert len(zero) == 12
    absent = [key for key in gradients if ".grad." in key and training_arrays[key].size and "image_llama" in key]
    assert len(gradients) - len(zero) - len(absent) == COMPARED["gradients"]
    assert sum(".w3." in key for key in training_arrays) == 2 * (COMPARED["weights"] - 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "key", "change"),
    [
        ("ids", "attn.labels", 1),
        ("losses", "qformer.loss", 2e-5),
        ("gradients", "mean.grad_norm.affectgpt_proj.weight", 1.0),
        ("weights", "attn.published.w3.fc_att.bias", 4e-7),
        ("decay", "attn.decay.w3.affectgpt_proj.weight", 3e-6),
    ],
)
def test_a_wrong_number_is_noticed(changed, group, key, change):
    def wrong(content):
        content[key] = content[key] + np.asarray(change, content[key].dtype)

    found = changed(wrong)
    assert not found[group].passed
    assert found[group].where == key
    assert all(result.passed for name, result in found.items() if name != group)


def test_the_command_prints_a_line_each(run, training_fixture, changed):  # noqa: F811
    result = run("affectgpt", "selfcheck", training_fixture)
    assert result.code == 0, result.err
    assert [line.split()[0] for line in result.out.splitlines()] == list(COMPARED)


def test_a_fixture_without_some_of_the_keys(changed):
    def fewer(content):
        for key in [key for key in content if key.startswith(("attn.decay.", "qformer.", "mean."))]:
            del content[key]

    found = changed(fewer)
    assert (found["ids"].compared, found["decay"].missing) == (6, "attn.decay.lr")


def test_a_misshapen_weight_is_refused(changed):
    def wrong(content):
        content["attn.w.fc_att.bias"] = np.zeros(3, np.float32)

    with pytest.raises(InputError, match="cannot be computed"):
        changed(wrong)


@pytest.mark.parametrize("mistake", ["clipping", "no decay", "linear schedule"])
def test_what_the_defaults_of_the_trainer_would_do_is_caught(training_arrays, monkeypatch, mistake):
    """With the published bar of 3e-7, each of its usual settings is another training."""
    from merunibench.models.affectgpt import selfcheck_training
    from merunibench.models.affectgpt.training.config import RunSettings

    case = read_case("attn", training_arrays)
    schedule = Schedule(1e-5, 1e-5, 1e-6, 0, 1, 3)
    if mistake == "linear schedule":
        monkeypatch.setattr(Schedule, "rate", lambda _, step: 1e-5 * (1 - step / 3))
    else:
        changes = {"max_grad_norm": 1.0} if mistake == "clipping" else {"weight_decay": 0.0}
        monkeypatch.setattr(selfcheck_training, "RunSettings", lambda **given: RunSettings(**given, **changes))
    case.trained_in(3, schedule)
    weights = {released_name(name): value for name, value in case.network.trained().items()}
    differences = [
        np.abs(value.detach().numpy() - training_arrays[f"attn.published.w3.{key}"]).max()
        for key, value in weights.items()
    ]
    assert max(differences) > 1e-6


@pytest.mark.parametrize("name", CASES)
def test_two_micro_batches_of_one_example_are_one_batch_of_two(training_arrays, name):
    """With the number of tokens that the whole step learns, gradients add up to those of the whole batch."""
    whole, parts = (read_case(name, training_arrays) for _ in range(2))
    with torch.no_grad():  # sound normalised by sample, as cached
        heard = whole.network.acoustic_encoder(whole.batch["states"]["audio"])
    for case in (whole, parts):
        case.batch["states"]["audio"] = heard
        case.network.acoustic_encoder = None
    whole.network(**whole.batch)["loss"].backward()
    learnt = int((whole.batch["labels"] != -100).sum())
    for row in range(2):
        states = {medium: value[row : row + 1] for medium, value in parts.batch["states"].items()}
        one = {key: parts.batch[key][row : row + 1] for key in ("input_ids", "labels", "attention_mask")}
        parts.network(**one, states=states, num_items_in_batch=learnt)["loss"].backward()
    others = dict(parts.network.named_parameters())
    for key, parameter in whole.network.named_parameters():
        if parameter.grad is not None:
            largest = float(parameter.grad.abs().max())
            torch.testing.assert_close(parameter.grad, others[key].grad, rtol=0, atol=1e-3 * largest + 1e-8)
