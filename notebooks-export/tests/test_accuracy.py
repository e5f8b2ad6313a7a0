"""What calibration reaches on public kernel tables, where they are there: converted here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from simulate_export.__main__ import main

SYSTEMS = "aiconfigurator/systems/data"
TABLES = [("h100", "h100_sxm", "0.14.0"), ("a100", "a100_sxm", "0.14.0")]


@pytest.fixture(scope="module", params=TABLES, ids=lambda table: table[0])
def rows(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    from conftest import DATA

    device, system, version = request.param
    tables = sorted((DATA / "kernels" / SYSTEMS / system).glob(f"*/vllm/{version}/*.parquet"))
    if not tables:
        pytest.skip("no real tables: set SIMULATE_DATA")
    table = tmp_path_factory.mktemp("tables") / "table.csv"
    main(["aiconfigurator", *map(str, tables), "-o", str(table)])
    return device, table


def test_errors_and_coverage(
    rows: tuple[str, Path], simulate: Callable[..., CompletedProcess[str]]
) -> None:
    device, table = rows
    done = simulate("calibrate", table, "--device", device, "--evaluate", "--json")
    evaluation = {(row["kernels"], row["measured"]): row for row in json.loads(done.stdout)["evaluation"]}

    def error(kernels: str, measured: str) -> float:
        return evaluation[kernels, measured]["error"]["mape"]

    # The bars that are met; what is missed is in the README.
    surface = "128, with surface"
    bars = {
        ("prefill_attention bf16", "16"): 0.12, ("prefill_attention bf16", surface): 0.09,
        ("decode_attention bf16", "16"): 0.12, ("moe bf16", "16"): 0.25, ("moe bf16", surface): 0.15,
        ("all_reduce bf16", "16"): 0.12, ("all_reduce bf16", "64, with surface"): 0.08,
    } | {
        "h100": {("gemm bf16", "nothing"): 0.10, ("gemm bf16", "16"): 0.09, ("gemm bf16", surface): 0.07,
                 ("gemm bf16", "12 small, 4 large"): 0.10, ("decode_attention bf16", surface): 0.07},
        "a100": {("gemm bf16", "nothing"): 0.18, ("gemm bf16", "16"): 0.105, ("gemm bf16", surface): 0.08,
                 ("gemm bf16", "12 small, 4 large"): 0.14, ("decode_attention bf16", surface): 0.08},
    }[device]
    for key, bar in bars.items():
        assert error(*key) <= bar, (key, error(*key))
    for key, row in evaluation.items():
        if key[1] != "nothing":
            assert row["error"]["mape"] < row["roofline"]["mape"], key
        if key[1] in ("64", "128") and "interval" in row and row["error"]["kernels"] >= 100:
            assert 0.85 <= row["interval"]["coverage"] <= 0.97, (key, row["interval"])
