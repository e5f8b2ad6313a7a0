from __future__ import annotations

import pytest

from simulate_export.expert_load import power_law_load


@pytest.mark.parametrize("tokens", [1, 7, 64, 4096])
def test_one_rank_has_all_rows(tokens: int) -> None:
    load = power_law_load(tokens, 128, 8, 1, 1.01)
    # No expert takes a token twice, so that a few rows of the most popular are lost.
    assert 0.9 * 8 * tokens <= load.rows <= 8 * tokens
    assert 1 <= load.active_experts <= min(128, 8 * tokens)


def test_the_busiest_rank_has_more_than_its_share_and_less_than_all() -> None:
    rows = [power_law_load(1024, 256, 8, ranks, 1.01).rows for ranks in (1, 2, 4, 8, 16, 32)]
    assert rows == sorted(rows, reverse=True)
    for ranks, load in zip((2, 4, 8, 16, 32), rows[1:]):
        assert 1024 * 8 / ranks < load < 1024 * 8


def test_fewer_experts_wake_than_under_even_routing() -> None:
    even = 128 * (1 - (1 - 8 / 128) ** 64)
    assert power_law_load(64, 128, 8, 1, 1.01).active_experts < 0.95 * even


def test_the_answer_is_the_same_every_time() -> None:
    first = power_law_load(333, 64, 6, 4, 1.2)
    power_law_load.cache_clear()
    assert power_law_load(333, 64, 6, 4, 1.2) == first
