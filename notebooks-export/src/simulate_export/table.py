"""The kernel table: one CSV line per measured kernel.

Every line has ``operator, dtype, engine, seconds`` and the shape columns of its operator; the others stay empty.

==================  ==========================================================================================
operator            shape columns
==================  ==========================================================================================
gemm                m, n, k: ``[m, k] x [k, n]``
prefill_attention   batch, tokens (new, of each sequence), context (before them), query_heads, kv_heads,
                    head_size, window (0: none), cache_dtype
decode_attention    batch, context (keys read by each sequence, the new token's among them), query_heads,
                    kv_heads, head_size, window (0: none), cache_dtype
moe                 tokens, hidden, intermediate (of this rank), experts (of all ranks), experts_per_token,
                    expert_ranks, routing (balanced or random): gate-up, activation and down projection in
                    one time; where known, rank_rows (rows of this rank's experts together) and
                    active_experts (how many of them get any)
all_reduce          ranks, bytes (of the tensor on each rank), launch (graph or eager)
elementwise         bytes (read and written)
==================  ==========================================================================================

Head counts are those of one rank. Times are in seconds.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TextIO

Counts = Counter[str]
"""How many rows a converter left out, by reason."""

DTYPES = {
    "bfloat16": "bf16", "bf16": "bf16", "float16": "fp16", "half": "fp16", "fp16": "fp16", "float": "fp32",
    "float32": "fp32", "fp8": "fp8", "int8": "int8",
}
"""Spellings of number types in public tables and in ours. Block-scaled and 4-bit kernels are other kernel
families with parameters of their own, which the profile does not tell apart: their rows are left out."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured kernel; shape columns that the operator does not use are ``None``."""

    operator: str
    dtype: str
    engine: str
    seconds: float
    cache_dtype: str | None = None
    m: int | None = None
    n: int | None = None
    k: int | None = None
    batch: int | None = None
    tokens: int | None = None
    context: int | None = None
    query_heads: int | None = None
    kv_heads: int | None = None
    head_size: int | None = None
    window: int | None = None
    hidden: int | None = None
    intermediate: int | None = None
    experts: int | None = None
    experts_per_token: int | None = None
    expert_ranks: int | None = None
    routing: str | None = None
    rank_rows: float | None = None
    active_experts: float | None = None
    ranks: int | None = None
    bytes: int | None = None
    launch: str | None = None


COLUMNS: list[str] = [column.name for column in fields(Row)]
"""Columns of the file, in order."""


def write_table(rows: Iterable[Row], file: TextIO) -> int:
    """Write the header and the rows; returns how many rows."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for row in rows:
        values = (getattr(row, column) for column in COLUMNS)
        writer.writerow("" if value is None else format(value, ".9g") if isinstance(value, float) else value
                        for value in values)
        count += 1
    return count
