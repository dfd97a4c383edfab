"""What the official lexicon can tell apart, the builtin one orders the same way, under either protocol. Slow."""

from itertools import combinations

import pytest

from merunibench import compare, evaluate


def reports(shared, checkpoints, **options):
    official = shared / "official"
    return {
        name: evaluate(official / "output", official / "dataset", checkpoint=name, bootstrap=0, **options)
        for name in checkpoints
    }


@pytest.mark.slow
def test_significantly_different_checkpoints_keep_their_order(shared):
    folder = next((shared / "official" / "output" / "results-meld").iterdir())
    checkpoints = sorted({path.stem.removesuffix("-openset") for path in folder.glob("*.npz")})
    official = reports(shared, checkpoints, lexicon=shared / "official" / "emotion_wheel" / "mer2026")
    apart = []
    for first, second in combinations(checkpoints, 2):
        for each in compare(official[first], official[second], resamples=1000).datasets:
            if each.test.ci[0] > 0 or each.test.ci[1] < 0:
                apart.append((each.dataset, first, second, each.test.difference))
    assert len(apart) >= 10
    for protocol in ("official", "strict"):
        builtin = reports(shared, checkpoints, protocol=protocol)
        for dataset, first, second, difference in apart:
            ours = builtin[first][dataset].score - builtin[second][dataset].score
            assert ours * difference > 0, (protocol, dataset, first, second)
