"""One world for all tests of a module's folder."""

import threading
from pathlib import Path

import pytest

from merunibench.tasks import BUILTIN
from merunibench.viewing import load_results
from merunibench.viewing.serving import serving
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


@pytest.fixture(scope="module")
def server(collection):
    """The page of both models, served."""
    with serving(collection) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()
