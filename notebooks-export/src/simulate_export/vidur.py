"""Vidur's profiles: ``mlp.csv`` (projections by tokens), ``attention.csv`` and ``all_reduce.csv``; milliseconds."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from .table import Counts, Row

Record = dict[str, str]
ENGINE = "vidur"


def convert(path: Path, counts: Counts) -> Iterator[Row]:
    """Rows of one table, told apart by its columns."""
    with path.open(newline="") as file:
        for record in csv.DictReader(file):
            if "time_stats.mlp_up_proj.median" in record:
                yield from _projections(record, counts)
            elif "kv_cache_size" in record:
                yield from _attention(record, counts)
            elif record.get("collective") == "all_reduce":
                yield from _all_reduce(record, counts)
            else:
                counts["no operator of the kernel table"] += 1


def _median(record: Record, operator: str) -> float:
    text = record.get(f"time_stats.{operator}.median") or ""
    return float(text) / 1e3 if text else 0.0


def _projections(record: Record, counts: Counts) -> Iterator[Row]:
    ranks = int(record["num_tensor_parallel_workers"])
    heads, groups = int(record["n_head"]), int(record["n_kv_head"])
    width, wide = int(record["n_embd"]), int(record["n_expanded_embd"]) // ranks
    size = width // heads
    gated = 2 if record["use_gated_mlp"] == "True" else 1
    shapes = {
        "attn_pre_proj": ((heads // ranks + 2 * max(1, groups // ranks)) * size, width),
        "attn_post_proj": (width, heads // ranks * size),
        "mlp_up_proj": (gated * wide, width),
        "mlp_down_proj": (width, wide),
    }
    for name, (n, k) in shapes.items():
        seconds = _median(record, name)
        if seconds <= 0:
            counts["no time"] += 1
            continue
        # fp16: the profiler's default type.
        yield Row(operator="gemm", dtype="fp16", engine=ENGINE, seconds=seconds, m=int(record["num_tokens"]), n=n, k=k)


def _attention(record: Record, counts: Counts) -> Iterator[Row]:
    ranks = int(record["num_tensor_parallel_workers"])
    heads = int(record["n_q_head"])
    is_prefill = record["is_prefill"] == "True"
    seconds = _median(record, "attn_prefill" if is_prefill else "attn_decode")
    if seconds <= 0:
        counts["no time"] += 1
        return
    yield Row(
        operator="prefill_attention" if is_prefill else "decode_attention", dtype="fp16", cache_dtype="fp16",
        engine=ENGINE, seconds=seconds, batch=int(record["batch_size"]),
        tokens=int(record["prefill_chunk_size"]) if is_prefill else None, context=int(record["kv_cache_size"]),
        query_heads=heads // ranks, kv_heads=max(1, int(record["n_kv_head"]) // ranks),
        head_size=int(record["n_embd"]) // heads, window=0)


def _all_reduce(record: Record, counts: Counts) -> Iterator[Row]:
    seconds = _median(record, "all_reduce")
    if seconds <= 0:
        counts["no time"] += 1
        return
    yield Row(operator="all_reduce", dtype="fp16", engine=ENGINE, seconds=seconds,
              ranks=int(record["num_workers"]), bytes=int(record["size"]), launch="eager")
