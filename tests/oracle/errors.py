"""The error analysis written from its definition (docs/errors.md): sets, dictionaries and loops."""

from collections import Counter


def confusion(pairs):
    """(true set, predicted set) of every sample -> Counter of (true sector, said instead), Counter of false alarms."""
    counts, wrong = Counter(), Counter()
    for true, predicted in pairs:
        if not true:
            continue
        extra = predicted - true
        wrong.update(extra)
        for sector in true:
            if sector in predicted:
                counts[sector, sector] += 1
            elif extra:
                for other in extra:
                    counts[sector, other] += 1 / len(extra)
            else:
                counts[sector, "nothing"] += 1
    return counts, wrong


def off_target(samples, sectors_of, wheels, *, missed):
    """(true words, predicted words) of every sample -> word -> [times off target, times it could be], averaged."""
    found = {}
    for true, predicted in samples:
        for wheel in wheels:
            true_sectors = {sectors_of(word)[wheel] for word in true} - {None}
            predicted_sectors = {sectors_of(word)[wheel] for word in predicted} - {None}
            if not true_sectors:
                continue
            for word in set(true if missed else predicted):
                sector = sectors_of(word)[wheel]
                if sector is not None:
                    entry = found.setdefault(word, [0, 0])
                    entry[0] += sector not in (predicted_sectors if missed else true_sectors)
                    entry[1] += 1
    return {word: (off / len(wheels), of / len(wheels)) for word, (off, of) in found.items() if off}
