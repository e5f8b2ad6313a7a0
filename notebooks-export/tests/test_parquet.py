"""Sweep results as Parquet."""

from __future__ import annotations

import json
from pathlib import Path

from pyarrow import parquet

from simulate_export.parquet import main


def test_columns_are_settings_and_metrics(tmp_path: Path) -> None:
    lines = [
        {"i": 0, "of": 2, "id": "a" * 16, "status": "ok", "set": {"workloads.chat.kv.dtype": "int8", "x.n": 1},
         "cluster": {"devices": 8}, "metrics": {"chat": {"ttft_s": {"p99": 1.5}, "list": [1], "goodput": 2}}},
        {"i": 1, "of": 2, "id": "b" * 16, "status": "failed", "set": {"x.n": "two"}, "error": "no"},
        {"i": 2, "status": "ok", "metrics": {"chat": {"goodput": 2.5}}},
    ]
    source, target = tmp_path / "out.jsonl", tmp_path / "out.parquet"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main([str(source), "-o", str(target)]) == 0
    found = parquet.read_table(target).to_pydict()
    assert found["workloads.chat.kv.dtype"] == ["int8", None, None]
    assert found["x.n"] == ["1", "two", None]
    assert found["cluster.devices"] == [8, None, None]
    assert found["chat.ttft_s.p99"] == [1.5, None, None]
    assert found["chat.goodput"] == [2.0, None, 2.5]
    assert found["status"] == ["ok", "failed", "ok"]
    assert "chat.list" not in found
