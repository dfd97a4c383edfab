"""The sizes that README.md states are those of the installed packages."""

import re
import sys

import pytest

from tools import doc_examples, sizes


def test_a_closure_holds_what_is_required_by_what_is_required():
    found = sizes.closure(sizes.required("merunibench", frozenset()))
    assert {"numpy", "spacy", "thinc", "blis"} <= found
    assert not {"torch", "pytest", "matplotlib"} & found
    with pytest.raises(sizes.MissingError, match="no-such-package"):
        sizes.closure([("no-such-package", frozenset())])


@pytest.mark.skipif(sys.platform != "linux", reason="the sizes stated are those of Linux")
def test_the_base_install_is_as_large_as_the_readme_says():
    readme = (doc_examples.ROOT / "README.md").read_text(encoding="utf-8")
    stated = int(re.search(r"^\| `merunibench` \| (\d+) \|", readme, re.MULTILINE)[1])
    own = 13
    measured = own + sum(map(sizes.size, sizes.closure(sizes.required("merunibench", frozenset()))))
    assert measured == pytest.approx(stated, rel=0.25)
