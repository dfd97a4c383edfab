"""What the authors' classes computed in training."""

import numpy as np
import pytest
import torch

from tests.models.affectgpt.training.clips import make_clips, make_learner


@pytest.fixture(scope="package", autouse=True)
def one_thread():
    """Sums come out the same, and two cores are not fought over."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def training_fixture(shared):
    path = shared / "fixtures" / "affectgpt_training_fixture.npz"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return path


@pytest.fixture(scope="session")
def training_arrays(training_fixture):
    with np.load(training_fixture) as archive:
        return dict(archive)


@pytest.fixture(scope="session")
def learner(tmp_path_factory):
    return make_learner(tmp_path_factory.mktemp("learner"))


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    return make_clips(tmp_path_factory.mktemp("clips"))
