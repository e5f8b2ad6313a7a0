"""Results, sweeps and records as tables: the same numbers as in the files, and readable without any of this."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from simulate_export.results import (
    ResultError, load_requests, load_result, load_sweep, pareto, short_names)

SCENARIO = "Scenarios/pd-separation.json"
SMALL = ["--set", "workloads.chat.traffic.max_requests=120"]


@pytest.fixture(scope="module")
def folder(simulate, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    simulate("run", SCENARIO, *SMALL, "-o", folder / "result.json", "--requests", folder / "requests.jsonl")
    simulate("run", SCENARIO, *SMALL, "--requests", folder / "requests.csv")
    simulate("sweep", "run", SCENARIO, *SMALL, "--set", "workloads.chat.kv.dtype=bf16,int8",
             "--set", "workloads.chat.router.prefill=round-robin,least-loaded", "-o", folder / "sweep.jsonl")
    return folder


def test_tables_hold_what_the_document_holds(folder: Path) -> None:
    result = load_result(folder / "result.json")
    document = json.loads((folder / "result.json").read_text())
    for row in result.metrics.itertuples():
        metrics = document["variants"][row.variant]["workloads"][row.workload]["metrics"]
        assert row.requests_completed == metrics["requests_completed"] == 120
    ttft = result.distributions.query("metric == 'ttft_s' and variant == 'base'").iloc[0]
    assert ttft.p99 == document["variants"]["base"]["workloads"]["chat"]["metrics"]["ttft_s"]["p99"]
    assert set(result.pools.pool) == {"prefill", "decode", "mixed"}
    assert result.checks.holds.all() and len(result.links) > 0 and len(result.provenance) > 20
    assert result.memory.query("variant == 'base'").pool.tolist() == ["prefill", "decode"]
    assert result.comparison["best"] in document["variants"]


def test_records_agree_with_the_distributions(folder: Path) -> None:
    result, requests = load_result(folder / "result.json"), load_requests(folder / "requests.jsonl")
    for row in result.distributions.query("metric in ('ttft_s', 'e2e_s', 'queueing_s', 'kv_transfer_s')").itertuples():
        values = requests[requests.variant == row.variant][row.metric].dropna()
        assert values.mean() == pytest.approx(row.mean) and values.max() == pytest.approx(row.max)
        # Nearest rank, as the result has it.
        assert sorted(values)[-(-99 * len(values) // 100) - 1] == pytest.approx(row.p99)
        assert len(values) == row.count


def test_csv_and_json_lines_hold_the_same_records(folder: Path) -> None:
    lines, csv = load_requests(folder / "requests.jsonl"), load_requests(folder / "requests.csv")
    pd.testing.assert_frame_equal(csv[lines.columns], lines, check_dtype=False)
    # As a spreadsheet reads it: one heading, as many fields in every row.
    rows = (folder / "requests.csv").read_text().splitlines()
    assert len(rows) == 1 + 3 * 120 and len({row.count(",") for row in rows}) == 1


def test_a_spreadsheet_takes_the_records(folder: Path, tmp_path: Path) -> None:
    """What a spreadsheet saves again is what it read."""
    pytest.importorskip("openpyxl")
    csv = pd.read_csv(folder / "requests.csv")
    csv.to_excel(tmp_path / "requests.xlsx", index=False)
    pd.testing.assert_frame_equal(pd.read_excel(tmp_path / "requests.xlsx"), csv, check_dtype=False)


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_jq_reads_results_sweeps_and_records(folder: Path) -> None:
    def jq(program: str, file: str, *options: str) -> str:
        return subprocess.run(["jq", "-r", *options, program, folder / file], capture_output=True, text=True,
                              check=True).stdout.strip()

    result = load_result(folder / "result.json")
    p99 = jq(".variants.base.workloads.chat.metrics.ttft_s.p99", "result.json")
    assert float(p99) == result.distributions.query("metric == 'ttft_s' and variant == 'base'").p99.iloc[0]
    best = jq("map(select(.status == \"ok\")) | max_by(.metrics.chat.goodput_requests_per_s_per_device) | .i",
              "sweep.jsonl", "-s")
    sweep = load_sweep(folder / "sweep.jsonl")
    assert int(best) == sweep.i[sweep["metrics.chat.goodput_requests_per_s_per_device"].idxmax()]
    slow = jq("select(.variant == \"base\" and .ttft_s > 1) | .request", "requests.jsonl")
    requests = load_requests(folder / "requests.jsonl")
    assert len(slow.splitlines()) == ((requests.variant == "base") & (requests.ttft_s > 1)).sum()


def test_a_sweep_is_one_row_per_point(folder: Path) -> None:
    sweep = load_sweep(folder / "sweep.jsonl")
    assert list(sweep.i) == [0, 1, 2, 3] and (sweep.status == "ok").all()
    assert set(sweep["set.workloads.chat.kv.dtype"]) == {"bf16", "int8"}
    assert sweep["metrics.chat.ttft_s.p99"].gt(0).all()


def test_what_a_killed_sweep_leaves_is_read(folder: Path, tmp_path: Path) -> None:
    text = (folder / "sweep.jsonl").read_text()
    (tmp_path / "torn.jsonl").write_text(text[:-100])
    assert list(load_sweep(tmp_path / "torn.jsonl").i) == [0, 1, 2]


def test_wrong_files_say_what_they_are(folder: Path) -> None:
    with pytest.raises(ResultError, match="a sweep is read with load_sweep"):
        load_result(folder / "sweep.jsonl")
    with pytest.raises(ResultError, match="simulate run scenario.json -o result.json"):
        load_result(Path(__file__).parents[2] / SCENARIO)
    with pytest.raises(ResultError, match="no point of a sweep"):
        load_sweep(folder / "requests.jsonl")


def test_the_front_holds_what_nothing_beats() -> None:
    points = pd.DataFrame({"gain": [1, 2, 3, 3, 2, None], "cost": [1, 2, 3, 4, 1, 0]})
    assert list(pareto(points, {"gain": "max", "cost": "min"})) == [False, False, True, False, True, False]


def test_short_names_tell_paths_apart() -> None:
    names = short_names(["a.pools.p.replicas", "a.pools.d.replicas", "b.pools.d.replicas", "seed"])
    assert names["seed"] == "seed" and names["a.pools.p.replicas"] == "p.replicas"
    assert names["a.pools.d.replicas"] == "a.pools.d.replicas"
