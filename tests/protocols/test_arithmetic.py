"""The arithmetic that metrics share, at its edges."""

import numpy as np

from merunibench.protocols import ratio
from merunibench.protocols.arithmetic import share, sizes


def test_shares_of_all_sizes_that_a_set_of_64_bits_can_have():
    sets = np.array([(1 << size) - 1 for size in range(65)], np.uint64)
    part, whole = (side.ravel() for side in np.meshgrid(sizes(sets), sizes(sets)))
    assert whole.max() == 64
    np.testing.assert_array_equal(share(part, whole), ratio(part, whole))
