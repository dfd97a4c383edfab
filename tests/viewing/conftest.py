"""One world for all tests of a module's folder."""

from pathlib import Path

import pytest

from merunibench.tasks import BUILTIN
from merunibench.viewing import load_results
from tests.viewing.world import make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Path:
    """A folder with two models, truth and clips; to be read, not changed."""
    return make_world(tmp_path_factory.mktemp("view"))


@pytest.fixture(scope="session")
def collection(world):
    """Both models, scored."""
    return load_results(
        [world / "a", world / "b"], world / "data", clips=world / "clips", tasks=BUILTIN, missing="zero"
    )
