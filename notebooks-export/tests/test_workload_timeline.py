"""What jobs and reinforcement learning show in a timeline agrees with their results."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from simulate_export.timeline import load


def test_phases_of_learning_steps_nest_and_sum_to_the_result(
    simulate: Callable[..., CompletedProcess[str]], tmp_path: Path
) -> None:
    simulate("run", "Scenarios/rl-cocard-qwen2.5-32b.json", "--variant", "base", "-o", tmp_path / "result.json",
             "--timeline", tmp_path / "run.pftrace")
    result = json.loads((tmp_path / "result.json").read_text())
    steps = result["variants"]["base"]["workloads"]["grpo"]["steps"]
    timeline = load(tmp_path / "run.pftrace")
    slices = timeline.slices.assign(path=timeline.tracks.path.loc[timeline.slices.track].values)
    rows = slices[slices.path.str.endswith("grpo > steps")]
    seconds = (rows.end_ns - rows.begin_ns).astype(float) / 1e9
    for phase in ("rollout", "update_actor", "reshard_to_infer"):
        told = sum(step["phases"].get(phase + "_s", step["phases"].get(phase, 0)) for step in steps)
        assert seconds[rows.name == phase].sum() == pytest.approx(told, rel=1e-9) and told > 0


def test_every_run_of_a_job_is_a_slice(simulate: Callable[..., CompletedProcess[str]], tmp_path: Path) -> None:
    simulate("run", "Scenarios/jobs-two-tenants.json", "--variant", "las", "--job-records", tmp_path / "jobs.jsonl",
             "--timeline", tmp_path / "run.pftrace", "--timeline-level", "job")
    runs = [run for line in (tmp_path / "jobs.jsonl").read_text().splitlines() for run in json.loads(line)["runs"]]
    timeline = load(tmp_path / "run.pftrace")
    slices = timeline.slices.assign(path=timeline.tracks.path.loc[timeline.slices.track].values)
    rows = slices[slices.path.str.contains("batch > jobs ")]
    assert len(rows) == len(runs)
    assert ((rows.end_ns - rows.begin_ns).astype(float) / 1e9).sum() == pytest.approx(
        sum(run["end_s"] - run["start_s"] for run in runs), rel=1e-9)
