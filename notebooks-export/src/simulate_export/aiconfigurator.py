"""AIConfigurator's Parquet tables (systems/data/<system>/<family>/<framework>/<version>/*.parquet).

Latencies are milliseconds. Lines with ``m = 0`` and duplicate keys are passed on: the reader of the table counts
them. ``message_size`` is in elements of the type, so bytes are twice that for bf16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from .expert_load import RankLoad, power_law_load
from .table import DTYPES, Counts, Row

Record = dict[str, Any]
SIZES = {"bf16": 2, "fp16": 2, "fp32": 4, "fp8": 1, "int8": 1}


def convert(path: Path, counts: Counts, *, routing: str | None = None) -> Iterator[Row]:
    """Rows of one table.

    ``routing`` picks the distribution of tokens over experts; by default ``balanced`` where the table has it, else
    the flattest power law: times under another routing are of another load.
    """
    records: list[Record] = parquet.read_table(path).to_pylist()
    if not records:
        return
    distributions = sorted({str(record["distribution"]) for record in records if "distribution" in record})
    chosen = routing or (distributions[0] if distributions else None)
    for record in records:
        if chosen is not None and record.get("distribution", chosen) != chosen:
            counts["another routing of tokens to experts"] += 1
            continue
        kind = READERS.get(str(record["op_name"]))
        if kind is None:
            counts[f"operator {record['op_name']}"] += 1
            continue
        row = kind(record, counts)
        if row is not None:
            yield row


def _common(record: Record, key: str, counts: Counts) -> dict[str, Any] | None:
    dtype = DTYPES.get(str(record[key]))
    if dtype is None:
        counts[f"number type {record[key]}"] += 1
        return None
    engine = f"{str(record['framework']).lower()} {record['version']}"
    return {"dtype": dtype, "engine": engine, "seconds": float(record["latency"]) / 1e3}


def _gemm(record: Record, counts: Counts) -> Row | None:
    common = _common(record, "gemm_dtype", counts)
    if common is None:
        return None
    return Row(operator="gemm", m=int(record["m"]), n=int(record["n"]), k=int(record["k"]), **common)


def _attention(record: Record, counts: Counts) -> Row | None:
    common = _common(record, "attn_dtype", counts)
    cache = DTYPES.get(str(record["kv_cache_dtype"]))
    if common is None or cache is None:
        return None
    is_decode = record["op_name"] == "generation_attention"
    length, step = int(record["isl"]), int(record["step"])
    return Row(
        operator="decode_attention" if is_decode else "prefill_attention", cache_dtype=cache,
        batch=int(record["batch_size"]), tokens=None if is_decode else length,
        context=length + step if is_decode else step, query_heads=int(record["num_heads"]),
        kv_heads=int(record["num_key_value_heads"]) or int(record["num_heads"]), head_size=int(record["head_dim"]),
        window=int(record.get("window_size") or 0), **common)


def _moe(record: Record, counts: Counts) -> Row | None:
    common = _common(record, "moe_dtype", counts)
    if common is None:
        return None
    distribution, load = str(record["distribution"]), _load(record)
    return Row(
        operator="moe", tokens=int(record["num_tokens"]), hidden=int(record["hidden_size"]),
        intermediate=int(record["inter_size"]) // int(record["moe_tp_size"]), experts=int(record["num_experts"]),
        experts_per_token=int(record["topk"]), expert_ranks=int(record["moe_ep_size"]),
        routing="balanced" if distribution == "balanced" else "random",
        rank_rows=load and load.rows, active_experts=load and load.active_experts, **common)


def _load(record: Record) -> RankLoad | None:
    """The load of the rank that was timed, where the collector drew it from a power law."""
    name, exponent = str(record["distribution"]).rpartition("_")[::2]
    tokens, experts, ranks = (int(record[key]) for key in ("num_tokens", "num_experts", "moe_ep_size"))
    if name != "power_law" or tokens == 0 or experts % ranks:
        return None
    return power_law_load(tokens, experts, int(record["topk"]), ranks, float(exponent))


def _all_reduce(record: Record, counts: Counts) -> Row | None:
    common = _common(record, "allreduce_dtype", counts)
    if common is None:
        return None
    launch = "graph" if "graph" in str(record.get("backend", record.get("kernel_source", ""))) else "eager"
    size = int(record["message_size"]) * SIZES[common["dtype"]]
    return Row(operator="all_reduce", ranks=int(record["num_gpus"]), bytes=size, launch=launch, **common)


READERS: dict[str, Callable[[Record, Counts], Row | None]] = {
    "gemm": _gemm, "context_attention": _attention, "generation_attention": _attention, "moe": _moe,
    "all_reduce": _all_reduce,
}
