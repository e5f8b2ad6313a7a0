from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as parquet

from simulate_export import Counts, Row, aiconfigurator


def convert(folder: Path, records: list[dict[str, Any]]) -> tuple[list[Row], Counts]:
    path = folder / "table.parquet"
    common = {"framework": "VLLM", "version": "0.14.0", "latency": 0.5}
    parquet.write_table(arrow.Table.from_pylist([common | record for record in records]), path)
    counts = Counts()
    return list(aiconfigurator.convert(path, counts)), counts


def test_gemm_is_in_seconds_and_other_kernel_families_are_counted(tmp_path: Path) -> None:
    gemm = {"op_name": "gemm", "m": 0, "n": 2048, "k": 4096}
    rows, counts = convert(tmp_path, [gemm | {"gemm_dtype": name} for name in ("bfloat16", "fp8", "fp8_block")])
    assert rows[0] == Row(operator="gemm", dtype="bf16", engine="vllm 0.14.0", seconds=0.0005, m=0, n=2048, k=4096)
    assert [row.dtype for row in rows] == ["bf16", "fp8"]
    assert counts == {"number type fp8_block": 1}


def test_generation_context_is_length_and_step(tmp_path: Path) -> None:
    attention = {
        "attn_dtype": "bfloat16", "kv_cache_dtype": "fp8", "batch_size": 4, "num_heads": 32, "num_key_value_heads": 8,
        "head_dim": 128,
    }
    rows, _ = convert(tmp_path, [
        attention | {"op_name": "generation_attention", "isl": 1, "step": 1023},
        attention | {"op_name": "context_attention", "isl": 512, "step": 0},
    ])
    assert (rows[0].operator, rows[0].context, rows[0].tokens) == ("decode_attention", 1024, None)
    assert (rows[1].operator, rows[1].context, rows[1].tokens) == ("prefill_attention", 0, 512)
    assert rows[0].cache_dtype == "fp8"


def test_message_size_is_in_elements(tmp_path: Path) -> None:
    rows, _ = convert(tmp_path, [
        {"op_name": "all_reduce", "allreduce_dtype": "bfloat16", "num_gpus": 8, "message_size": 128, "backend": name}
        for name in ("vllm_graph", "vllm_eager")
    ])
    assert [(row.bytes, row.launch) for row in rows] == [(256, "graph"), (256, "eager")]


def test_experts_are_cut_over_ranks_and_only_one_routing_is_kept(tmp_path: Path) -> None:
    moe = {
        "op_name": "moe", "moe_dtype": "bfloat16", "num_tokens": 32, "hidden_size": 4096, "inter_size": 1536,
        "topk": 8, "num_experts": 128, "moe_tp_size": 2, "moe_ep_size": 4,
    }
    rows, counts = convert(tmp_path, [moe | {"distribution": name} for name in ("balanced", "power_law_1.2")])
    assert [(row.intermediate, row.expert_ranks, row.routing) for row in rows] == [(768, 4, "balanced")]
    assert counts == {"another routing of tokens to experts": 1}


def test_real_tables(data: Path) -> None:
    folder = data / "aiconfigurator/systems/data/h100_sxm"
    counts = Counts()
    gemm = list(aiconfigurator.convert(folder / "gemm/vllm/0.14.0/gemm_perf.parquet", counts))
    assert len(gemm) + counts["number type fp8_block"] == 26_040
    reduce = list(aiconfigurator.convert(folder / "comm/vllm/0.14.0/custom_allreduce_perf.parquet", counts))
    assert len(reduce) == 138
    # Bus bandwidth of the largest message: read as bytes it would be half of this.
    best = max(2 * (row.ranks - 1) / row.ranks * row.bytes / row.seconds
               for row in reduce if row.ranks is not None and row.bytes is not None)
    assert 300e9 < best < 450e9
