"""A part of a data set that stands for the whole: seeded, stratified, nested (fifty samples are among the hundred)."""

import hashlib
from collections.abc import Sequence


def stratified_order(names: Sequence[str], strata: Sequence[str], seed: int = 0) -> list[int]:
    """An order of all N samples any beginning of which has each stratum in about the proportion of the whole.

    Within a stratum of m samples, shuffled by a hash of seed and name, the sample of rank r stands at (r + ½)/m of the
    way: systematic sampling within strata. No version of a random generator has a say in it.

    Args:
        names: Sample names, all different.
        strata: The stratum of each; empty for one stratum.
        seed: Another seed, another order.

    Returns:
        Indices into `names`, each once.

    Example:
        >>> order = stratified_order(list("abcdef"), ["x", "x", "x", "x", "y", "y"])
        >>> sorted("xxxxyy"[index] for index in order[:3])
        ['x', 'x', 'y']
    """
    shuffled = sorted(range(len(names)), key=lambda index: hashlib.sha256(f"{seed}\0{names[index]}".encode()).digest())
    members: dict[str, list[int]] = {}
    for index in shuffled:
        members.setdefault(strata[index] if strata else "", []).append(index)
    place = {index: (rank + 0.5) / len(group) for group in members.values() for rank, index in enumerate(group)}
    return sorted(shuffled, key=place.__getitem__)


def subset(names: Sequence[str], strata: Sequence[str], limit: int, seed: int = 0) -> list[int]:
    """The indices of the first `limit` samples of `stratified_order`, in the order of the data set."""
    return sorted(stratified_order(names, strata, seed)[:limit])
