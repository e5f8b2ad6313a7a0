from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulate_export import COLUMNS, Counts, probe


def test_shapes_are_seeded_and_begin_with_anchors() -> None:
    assert probe.gemm_shapes(16, 1, 28672) == probe.gemm_shapes(16, 1, 28672)
    assert probe.gemm_shapes(16, 1, 28672)[:6] == probe.gemm_shapes(16, 2, 28672)[:6]
    assert probe.gemm_shapes(16, 1, 28672) != probe.gemm_shapes(16, 2, 28672)
    assert all(max(shape) <= 64 for shape in probe.gemm_shapes(16, 1, 64))
    operators = [shape[0] for shape in probe.attention_shapes(4, 1, 1024)]
    assert operators == ["prefill_attention", "decode_attention"] * 2


def stand_in(calls: list[tuple[Any, ...]]) -> Any:
    """What the probe uses of torch, recording shapes; matrices wider than 2048 do not fit its memory."""
    def randn(*shape: int, device: str, dtype: str) -> tuple[int, ...]:
        if max(shape) > 2048:
            raise RuntimeError("out of memory\nmore lines")
        return shape

    functional = SimpleNamespace(
        linear=lambda rows, weights: calls.append((rows, weights)),
        scaled_dot_product_attention=lambda query, key, value, is_causal, enable_gqa: calls.append((query, key)))
    return SimpleNamespace(
        __version__="9.9.9+test", bfloat16="bf16", randn=randn, nn=SimpleNamespace(functional=functional))


def test_rows_tell_the_shapes_that_ran_and_what_did_not_fit_is_counted() -> None:
    calls: list[tuple[Any, ...]] = []
    counts = Counts()
    rows = probe.measure(stand_in(calls), "cpu", count=8, seed=1, largest=4096, least=1e-5, counts=counts)
    assert counts["out of memory"] == 16 - len(rows) > 0
    assert {row.engine for row in rows} == {"torch 9.9.9"}
    ran = set(calls)
    for row in rows:
        if row.operator == "gemm":
            assert ((row.m, row.k), (row.n, row.k)) in ran
        else:
            queries = row.tokens or 1
            keys = row.tokens or row.context
            assert ((row.batch, row.query_heads, queries, 128), (row.batch, row.kv_heads, keys, 128)) in ran
        assert row.seconds > 0


def test_the_processor_is_measured(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    output = tmp_path / "cpu.csv"
    assert probe.main(["-o", str(output), "--device", "cpu", "--count", "8", "--largest", "128", "--least-seconds",
                       "0.0005"]) == 0
    with output.open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == COLUMNS
    assert len(rows) == 16
    assert all(float(row["seconds"]) > 0 for row in rows)
