from __future__ import annotations

import io
from pathlib import Path

import pytest

from simulate_export import COLUMNS, Counts, Row, llmservingsim, splitwise, vidur, write_table
from simulate_export.__main__ import main


def test_the_table_has_a_cell_for_every_column() -> None:
    file = io.StringIO()
    row = Row(operator="gemm", dtype="bf16", engine="e", seconds=1.5e-5, m=1, n=2, k=3)
    assert write_table([row], file) == 1
    header, line = file.getvalue().splitlines()
    assert header.split(",") == COLUMNS
    assert line.split(",")[:8] == ["gemm", "bf16", "e", "1.5e-05", "", "1", "2", "3"]
    assert len(line.split(",")) == len(COLUMNS)


def test_vidur_projections(tmp_path: Path) -> None:
    path = tmp_path / "mlp.csv"
    names = ["attn_pre_proj", "attn_post_proj", "mlp_up_proj", "mlp_down_proj"]
    columns = [f"time_stats.{name}.median" for name in names]
    path.write_text(",".join(columns) + ",n_head,n_kv_head,n_embd,n_expanded_embd,use_gated_mlp,num_tokens,"
                    "num_tensor_parallel_workers\n0.1,0.2,0.3,,64,8,8192,28672,True,16,2\n")
    counts = Counts()
    rows = list(vidur.convert(path, counts))
    # 32 + 2 x 4 heads of 128 numbers; 32 heads; twice half of 28,672.
    assert [(row.m, row.n, row.k) for row in rows] == [(16, 5120, 8192), (16, 8192, 4096), (16, 28672, 8192)]
    assert rows[0].seconds == pytest.approx(1e-4)
    assert counts == {"no time": 1}


def test_llmservingsim(tmp_path: Path) -> None:
    folder = tmp_path / "bf16" / "tp2"
    folder.mkdir(parents=True)
    (folder.parent / "meta.yaml").write_text(
        "vllm_version: 0.19.0\nvariant: bf16\nengine_effective:\n  hf_overrides:\n    intermediate_size: 14336\n"
        "    num_attention_heads: 32\n    num_key_value_heads: 8\n")
    (folder / "dense.csv").write_text("layer,tokens,time_us\r\nqkv_proj,8,20\r\nact_fn,8,3\r\n")
    (folder / "attention.csv").write_text(
        "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n64,128,0,0,9\n0,0,4,1024,10\n64,0,4,16,11\n")
    counts = Counts()
    dense = list(llmservingsim.convert(folder / "dense.csv", counts))
    assert [(row.m, row.n, row.k, row.engine) for row in dense] == [(8, 3072, 4096, "vllm 0.19.0")]
    attention = list(llmservingsim.convert(folder / "attention.csv", counts))
    assert [(row.operator, row.batch, row.tokens, row.context) for row in attention] == [
        ("prefill_attention", 1, 64, 128), ("decode_attention", 4, None, 1024)]
    assert counts == {"layer act_fn": 1, "prompts and decoding in one kernel": 1}


def test_splitwise_is_a_table_of_phases(tmp_path: Path) -> None:
    path, output = tmp_path / "perf_model.csv", tmp_path / "phases.csv"
    path.write_text(
        "model,hardware,prompt_size,batch_size,token_size,prompt_time,token_time,e2e_time,tensor_parallel\n"
        + "".join(f"llama2-70b,a100-80gb,512,1,128,{time},50,7000,2\n" for time in (190, 200, 230)))
    assert main(["splitwise", str(path), "-o", str(output)]) == 0
    assert output.read_text().splitlines()[1] == "llama2-70b,a100-80gb,2,512,1,128,3,0.2,0.05"


def test_real_tables(data: Path, tmp_path: Path) -> None:
    counts = Counts()
    assert len(list(vidur.convert(data / "vidur/compute/h100/Qwen/Qwen-72B/mlp.csv", counts))) == 4 * 1044
    assert len(list(vidur.convert(data / "vidur/history/a100/attention.csv", counts))) == 14_658
    folder = data / "llmservingsim/perf/RTX4090/meta-llama/Llama-3.1-8B/bf16/tp1"
    assert len(list(llmservingsim.convert(folder / "dense.csv", counts))) == 4 * 152
    with (tmp_path / "phases.csv").open("w") as file:
        assert splitwise.convert(data / "splitwise-sim/perf_model.csv", file) > 200
