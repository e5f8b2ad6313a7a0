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


@pytest.mark.parametrize(("scenario", "variant", "workload"), [
    ("Scenarios/jobs-two-tenants.json", "las", "batch"), ("Scenarios/mixed-cards-in-rounds.json", "base", "batch")])
def test_every_wait_of_a_job_is_a_slice_with_its_reason(
    simulate: Callable[..., CompletedProcess[str]], tmp_path: Path, scenario: str, variant: str, workload: str
) -> None:
    simulate("run", scenario, "--variant", variant, "--job-records", tmp_path / "jobs.jsonl",
             "--timeline", tmp_path / "run.pftrace", "--timeline-level", "job", "-o", tmp_path / "result.json")
    jobs = [json.loads(line) for line in (tmp_path / "jobs.jsonl").read_text().splitlines()]
    timeline = load(tmp_path / "run.pftrace")
    slices = timeline.slices.assign(path=timeline.tracks.path.loc[timeline.slices.track].values)
    rows = slices[slices.path.str.contains(" > waiting ")]
    told = sorted(
        (f"{job['job']}: {wait['reason']}" + (f", {wait['job']}" if "job" in wait else ""), round(wait["start_s"] * 1e9))
        for job in jobs for wait in job["waits"])
    assert sorted(zip(rows.name, rows.begin_ns.astype(int), strict=True)) == told and told
    assert ((rows.end_ns - rows.begin_ns).astype(float) / 1e9).sum() == pytest.approx(
        sum(wait["end_s"] - wait["start_s"] for job in jobs for wait in job["waits"]), rel=1e-9)
    # The result sums them up by reason.
    metrics = next(iter(json.loads((tmp_path / "result.json").read_text())["variants"].values()))
    waiting = next(
        part["metrics"]["waiting_s"] for part in metrics["workloads"].values() if "waiting_s" in part["metrics"])
    for reason, seconds in waiting.items():
        assert seconds == pytest.approx(sum(
            wait["end_s"] - wait["start_s"] for job in jobs for wait in job["waits"] if wait["reason"] == reason))
