"""Speaker detection written out slowly, one number at a time, from the papers' and the specification's words."""

import math

import numpy as np


def mfcc(samples):
    """Frame by frame, filter by filter, with the sums of the discrete cosine transform spelled out."""
    signal = [float(samples[0])] + [samples[k] - 0.97 * samples[k - 1] for k in range(1, len(samples))]
    count = 1 if len(signal) <= 400 else 1 + math.ceil((len(signal) - 400) / 160)
    signal += [0.0] * ((count - 1) * 160 + 400 - len(signal))
    mels = [k * 2595 * math.log10(1 + 8000 / 700) / 27 for k in range(28)]
    bins = [math.floor(513 * 700 * (10 ** (mel / 2595) - 1) / 16000) for mel in mels]
    rows = []
    for frame in range(count):
        spectrum = np.fft.rfft(signal[frame * 160 : frame * 160 + 400], 512)
        power = [abs(value) ** 2 / 512 for value in spectrum]
        energies = []
        for k in range(26):
            low, middle, high = bins[k : k + 3]
            total = sum(power[b] * (b - low) / (middle - low) for b in range(low, middle))
            total += sum(power[b] * (high - b) / (high - middle) for b in range(middle, high))
            energies.append(math.log(total or np.finfo(float).eps))
        row = []
        for n in range(13):
            scale = math.sqrt((1 if n == 0 else 2) / 26)
            value = scale * sum(e * math.cos(math.pi * n * (2 * k + 1) / 52) for k, e in enumerate(energies))
            row.append(value * (1 + 11 * math.sin(math.pi * n / 22)))
        row[0] = math.log(sum(power) or np.finfo(float).eps)
        rows.append(row)
    return np.array(rows)


def anchors(side, strides):
    """Layer after layer; those that follow with the same stride are joined to it."""
    found, layer = [], 0
    while layer < len(strides):
        last = layer
        while last < len(strides) and strides[last] == strides[layer]:
            last += 1
        cells = side // strides[layer]
        for y in range(cells):
            for x in range(cells):
                found += [((x + 0.5) / cells, (y + 0.5) / cells)] * (2 * (last - layer))
        layer = last
    return np.array(found)


def overlap(a, b):
    """Intersection over union of two boxes."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(width, 0) * max(height, 0)
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return common / union if union > 0 else 0


def not_overlapping(boxes, scores, most):
    """Take the best, strike out what overlaps it, and again."""
    left, kept = sorted(range(len(boxes)), key=lambda k: -scores[k]), []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [k for k in left if overlap(boxes[best], boxes[k]) <= most]
    return kept


def speech(windows, ticks):
    """Tick by tick, sample by sample."""
    return [
        any(windows[s // 512] for s in range(640 * k, 640 * k + 640) if s // 512 < len(windows)) for k in range(ticks)
    ]


def opening(gaps, heights):
    """Mean of each opening with its neighbours; at the ends the end stands for the neighbour it has not."""
    o = [gap / float(np.median(heights)) for gap in gaps]
    last = len(o) - 1
    return [(o[max(k - 1, 0)] + o[k] + o[min(k + 1, last)]) / 3 for k in range(len(o))]


def motion(gaps, heights):
    """Range of the opening within four ticks."""
    o = opening(gaps, heights)
    return [max(o[max(k - 4, 0) : k + 5]) - min(o[max(k - 4, 0) : k + 5]) for k in range(len(o))]


def steady(times, end, rate):
    """For each tick, the last frame at or before it; a millisecond late is not late."""
    found, tick = [], 0
    while tick / rate < end - 0.001:
        found.append(max(k for k, time in enumerate(times) if time <= tick / rate + 0.001))
        tick += 1
    return found


def squares(boxes):
    """Median of up to six ticks before, the tick, and six after; the ends repeat."""
    found, last = [], len(boxes) - 1
    for k in range(len(boxes)):
        near = [boxes[min(max(k + step, 0), last)] for step in range(-6, 7)]
        found.append(
            [
                float(np.median([(b[0] + b[2]) / 2 for b in near])),
                float(np.median([(b[1] + b[3]) / 2 for b in near])),
                float(np.median([max(b[2] - b[0], b[3] - b[1]) / 2 for b in near])),
            ]
        )
    return np.array(found)


def auc(speaking, silent):
    """Share of pairs in which the speaking clip has the larger value."""
    wins = sum((a > b) + 0.5 * (a == b) for a in speaking for b in silent)
    return wins / (len(speaking) * len(silent))
