"""LLMServingSim's profiles: ``dense.csv`` and ``attention.csv`` of one model and tensor-parallel size; microseconds.

``meta.yaml`` two folders up names the engine's version and, among its overrides, the heads; the hidden size is not
in the files and comes from the caller.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from .table import DTYPES, Counts, Row


def convert(path: Path, counts: Counts, *, hidden: int = 4096, head_size: int = 128) -> Iterator[Row]:
    """Rows of ``dense.csv`` (its four projections) or ``attention.csv`` (batches of one kind only)."""
    meta = (path.parent.parent / "meta.yaml").read_text()
    ranks = int(re.sub(r"\D", "", path.parent.name) or "1")
    engine = "vllm " + _field(meta, "vllm_version")
    dtype = DTYPES.get(_field(meta, "variant"), "bf16")
    heads = int(_field(meta, "num_attention_heads")) // ranks
    groups = max(1, int(_field(meta, "num_key_value_heads")) // ranks)
    wide = int(_field(meta, "intermediate_size")) // ranks
    shapes = {
        "qkv_proj": ((heads + 2 * groups) * head_size, hidden), "o_proj": (hidden, heads * head_size),
        "gate_up_proj": (2 * wide, hidden), "down_proj": (hidden, wide),
    }
    with path.open(newline="") as file:
        for record in csv.DictReader(file):
            seconds = float(record["time_us"]) / 1e6
            if "layer" in record:
                if record["layer"] not in shapes:
                    counts[f"layer {record['layer']}"] += 1
                    continue
                n, k = shapes[record["layer"]]
                yield Row(operator="gemm", dtype=dtype, engine=engine, seconds=seconds, m=int(record["tokens"]), n=n,
                          k=k)
                continue
            chunk, batch = int(record["prefill_chunk"]), int(record["n_decode"])
            if (chunk > 0) == (batch > 0):
                counts["prompts and decoding in one kernel"] += 1
                continue
            yield Row(
                operator="prefill_attention" if chunk else "decode_attention", dtype=dtype, cache_dtype=dtype,
                engine=engine, seconds=seconds, batch=1 if chunk else batch, tokens=chunk or None,
                context=int(record["kv_prefill"] if chunk else record["kv_decode"]), query_heads=heads,
                kv_heads=groups, head_size=head_size, window=0)


def _field(text: str, key: str) -> str:
    found = re.search(rf"^\s*{key}:\s*'?([^'\n]+)'?\s*$", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"meta.yaml has no {key}: name the folder as the profiler wrote it")
    return found.group(1)
