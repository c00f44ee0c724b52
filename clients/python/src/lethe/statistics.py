"""Statistics over seeds, computed as Lethe computes them: the same numbers to the last bit."""

from __future__ import annotations

import math
from typing import List, Sequence

#: More pairs would make the exact test noticeably slow.
MOST_PAIRS = 36
#: Sums that differ by less than this share of the data's magnitude differ by rounding only.
TIE_TOLERANCE = 1e-12


def total(values: Sequence[float]) -> float:
    """Plain sum from left to right. The built-in `sum` compensates rounding from Python 3.12 on."""
    found = 0.0
    for value in values:
        found += value
    return found


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean, relative to the first value; NaN of none."""
    if not values:
        return math.nan
    first = values[0]
    return first + total([value - first for value in values]) / len(values)


def standard_deviation(values: Sequence[float]) -> float:
    """Sample standard deviation (n − 1); NaN below two values."""
    if len(values) < 2:
        return math.nan
    centre = mean(values)
    return math.sqrt(total([(value - centre) ** 2 for value in values]) / (len(values) - 1))


def paired_permutation_test(a: Sequence[float], b: Sequence[float]) -> float:
    """Exact two-sided sign-flip permutation test (Fisher's randomisation test) of paired values.

    p is the share of all 2ⁿ patterns of signs whose absolute sum of differences is at least the observed one. Pairs with
    an undefined value are left out; NaN without any pair, or with more than 36.
    """
    if len(a) != len(b):
        raise ValueError(f"paired lists differ in length: {len(a)} and {len(b)}")
    pairs = [(x, y) for x, y in zip(a, b) if math.isfinite(x) and math.isfinite(y)]
    if not pairs or len(pairs) > MOST_PAIRS:
        return math.nan
    differences = [x - y for x, y in pairs]
    magnitude = total([abs(x) + abs(y) for x, y in pairs])
    threshold = abs(total(differences)) - TIE_TOLERANCE * magnitude
    if threshold <= 0:
        return 1.0
    # Every pattern has a mirror image with the opposite sum.
    return float(2 * _patterns_reaching(threshold, differences) / 2 ** len(differences))


def smallest_reachable_p(pairs: int) -> float:
    """The smallest p that so many pairs can have: the observed signs and their mirror image, 2 / 2ⁿ."""
    return math.nan if pairs < 1 else 2 / 2**pairs


def _patterns_reaching(threshold: float, differences: List[float]) -> int:
    """How many patterns of signs have a sum of at least the threshold: both halves are listed, then paired."""
    half = len(differences) // 2
    left, right = _signed_sums(differences[:half]), _signed_sums(differences[half:])
    count = reaching = 0
    for value in left:
        while reaching < len(right) and value + right[len(right) - 1 - reaching] >= threshold:
            reaching += 1
        count += reaching
    return count


def _signed_sums(differences: Sequence[float]) -> List[float]:
    sums = [0.0]
    for difference in differences:
        sums = [value - difference for value in sums] + [value + difference for value in sums]
    return sorted(sums)
