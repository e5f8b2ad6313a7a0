"""What the busiest rank's experts have to do under a power law of tokens, as AIConfigurator's collector draws it.

Its collector draws the popularity of each expert from a power law, gives each expert its share of all tokens, and
times the rank whose experts got the most. A table says only the exponent, so the expected load is found by drawing
as the collector does, many times, with a fixed seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

DRAWS = 32


@dataclass(frozen=True)
class RankLoad:
    """The busiest rank: rows of all its experts together, and how many of them get any; means over draws."""

    rows: float
    active_experts: float


@cache
def power_law_load(tokens: int, experts: int, experts_per_token: int, ranks: int, exponent: float) -> RankLoad:
    """The expected load of the busiest of ``ranks`` ranks, each of which has ``experts / ranks`` experts.

    An expert's popularity is between 1 and 0.8 times the tokens with a density that falls as its power
    ``-exponent``; where tokens are fewer than experts, between 0.01 and 2. No expert gets more rows than there are
    tokens.
    """
    random = np.random.default_rng([tokens, experts, experts_per_token, ranks])
    total = tokens * experts_per_token
    low, high = (1.0, 0.8 * tokens) if total > experts else (0.01, 2.0)
    power = 1 - exponent
    uniform = random.random((DRAWS, experts))
    popularity = ((high**power - low**power) * uniform + low**power) ** (1 / power)
    rows, active = [], []
    for shares in popularity / popularity.sum(axis=1, keepdims=True):
        counts = _whole(shares * total, total)
        by_rank = counts.reshape(ranks, -1)
        busiest = np.minimum(by_rank[by_rank.sum(axis=1).argmax()], tokens)
        rows.append(int(busiest.sum()))
        active.append(int((busiest > 0).sum()))
    return RankLoad(rows=float(np.mean(rows)), active_experts=float(np.mean(active)))


def _whole(expected: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers near the expected ones that sum to the total; what is left over goes to the most popular."""
    counts = np.rint(expected).astype(np.int64)
    order = np.argsort(-counts, kind="stable")
    missing = total - int(counts.sum())
    if missing > 0:
        counts[order] += missing // len(counts)
        counts[order[: missing % len(counts)]] += 1
    while missing < 0:
        for expert in order[::-1]:
            if missing < 0 and counts[expert] > 0:
                counts[expert] -= 1
                missing += 1
    return counts
