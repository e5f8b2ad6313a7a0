"""Timelines of the real program, read with the parser of the package `perfetto`: slices nest, sums agree with the result."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from conftest import DATA

from simulate_export.timeline import Timeline, TimelineError, load, packets, segments

SCENARIO = "Scenarios/pd-separation.json"
SMALL = ["--variant", "base", "--set", "workloads.chat.traffic.max_requests=150"]


@pytest.fixture(scope="module")
def run(simulate, tmp_path_factory) -> tuple[Timeline, dict, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("timeline")
    simulate("run", SCENARIO, *SMALL, "-o", folder / "result.json", "--requests", folder / "requests.jsonl",
             "--timeline", folder / "run.pftrace")
    result = json.loads((folder / "result.json").read_text())["variants"]["base"]["workloads"]["chat"]
    return load(folder / "run.pftrace"), result, pd.read_json(folder / "requests.jsonl", lines=True)


def duration(slices: pd.DataFrame) -> pd.Series:
    return slices.end_ns - slices.begin_ns


def test_slices_nest(run) -> None:
    slices = run[0].slices
    assert slices.end_ns.notna().all() and (duration(slices) >= 0).all()
    for _, rows in slices.sort_values(["begin_ns", "depth"]).groupby("track"):
        stack: list = []
        for row in rows.itertuples():
            stack = stack[: row.depth]
            assert len(stack) == row.depth
            assert not stack or (stack[-1].begin_ns <= row.begin_ns and row.end_ns <= stack[-1].end_ns)
            stack.append(row)


def test_stages_of_each_request_are_those_of_its_record(run) -> None:
    timeline, _, records = run
    whole = timeline.slices[timeline.slices.name.str.match(r"request \d")]
    assert len(whole) == len(records) == 150
    stages = {"queueing": "queueing_s", "prefill": "prefill_s", "KV transfer": "kv_transfer_s"}
    for request in whole.itertuples():
        record = records.loc[int(request.name.split()[1])]
        inside = timeline.slices[(timeline.slices.track == request.track) & (timeline.slices.depth == 1)
                                 & (timeline.slices.begin_ns >= request.begin_ns)
                                 & (timeline.slices.end_ns <= request.end_ns)]
        times = duration(inside).groupby(inside.name).sum()
        for name, key in stages.items():
            assert times.get(name, 0) == round(record[key] * 1e9), (request.name, name)
        # One can see why the first token came when it did: all stages before `decode` are its time.
        assert times.sum() - times.get("decode", 0) == request.ttft_ns == round(record.ttft_s * 1e9)
        assert times.sum() == request.e2e_ns == round(record.e2e_s * 1e9)


def test_steps_and_links_agree_with_the_result(run) -> None:
    timeline, result, _ = run
    top = timeline.slices[timeline.slices.depth == 0].copy()
    top["path"] = timeline.tracks.path.loc[top.track].values
    for name, pool in result["metrics"]["pools"].items():
        steps = top[top.path.str.match(rf"chat > {name}/\d+ on .* > steps$")]
        assert len(steps) == pool["steps"]
        assert duration(steps).sum() == round(pool["busy_s"] * 1e9)
        assert steps.prompt_tokens.sum() == pool["prefill_tokens"]
    busy = duration(top).groupby(top.path).sum()
    assert len(result["links"]) > 8
    for link in result["links"]:
        assert busy[f"links > {link['name']}"] == round(link["busy_s"] * 1e9)
        load_ = timeline.counters[timeline.counters.track.isin(
            timeline.tracks.index[timeline.tracks.path == f"links > {link['name']} load"])].sort_values("time_ns")
        carried = (load_.value.shift() * load_.time_ns.diff()).sum() / 1e9
        assert carried == pytest.approx(link["bytes"], rel=1e-6)
        assert load_.value.max() <= link["bytes_per_s"] * (1 + 1e-9)


def test_arrows_lead_from_prefill_over_the_transfer_to_the_first_decode_step(run) -> None:
    timeline, _, _ = run
    paths = timeline.tracks.path
    chains = [list(paths.loc[tracks]) for _, tracks in timeline.flows.groupby("flow").track]
    complete = [chain for chain in chains if len(chain) > 2 and chain[-1].startswith("chat > decode")]
    assert len(complete) == 150
    for chain in complete:
        assert chain[0].startswith("chat > prefill") and all("> KV out" in path for path in chain[1:-1])


def test_segments_together_hold_every_slice_once(run, simulate, tmp_path: Path) -> None:
    simulate("run", SCENARIO, *SMALL, "--timeline", tmp_path / "run.pftrace", "--timeline-max-bytes", 100_000)
    files = segments(tmp_path / "run.pftrace")
    assert len(files) > 5 and all(file.stat().st_size <= 100_000 for file in files)
    columns = ["track", "name", "begin_ns", "end_ns", "depth"]
    # Each file stands alone: it is read without those before it.
    parts = [load(file, all_segments=False).slices for file in files]
    ended = pd.concat(part[part.end_ns.notna()] for part in parts)[columns].sort_values(columns)
    whole = run[0].slices[columns].sort_values(columns)
    pd.testing.assert_frame_equal(ended.reset_index(drop=True), whole.reset_index(drop=True))


def test_chrome_json_holds_the_same_slices(run, simulate, tmp_path: Path) -> None:
    simulate("run", SCENARIO, *SMALL, "--timeline", tmp_path / "run.json")
    events = json.loads((tmp_path / "run.json").read_text())["traceEvents"]
    begins = [event for event in events if event["ph"] == "B"]
    assert len(begins) == len(run[0].slices) == sum(event["ph"] == "E" for event in events)
    assert sorted(event["name"] for event in begins) == sorted(run[0].slices.name)
    assert sum(event["ph"] == "C" for event in events) == len(run[0].counters)
    assert {event["id"] for event in events if event["ph"] == "f"} <= {
        event["id"] for event in events if event["ph"] == "s"}


def test_a_window_and_a_level_show_less(run, simulate, tmp_path: Path) -> None:
    simulate("run", SCENARIO, *SMALL, "--timeline", tmp_path / "run.pftrace", "--timeline-window", "5s:10s",
             "--timeline-level", "operator")
    slices = load(tmp_path / "run.pftrace").slices
    assert slices.begin_ns.min() == 5_000_000_000 and slices.end_ns.max() == 10_000_000_000
    assert {"qkv_proj", "attention", "launch"} <= set(slices.name)
    simulate("run", SCENARIO, *SMALL, "--timeline", tmp_path / "jobs.pftrace", "--timeline-level", "job")
    assert list(load(tmp_path / "jobs.pftrace").slices.name) == ["serving"]


@pytest.mark.parametrize(("arguments", "message"), [
    (["--timeline", "run.txt"], "the name of the file says its format"),
    (["--timeline", "run.json", "--timeline-level", "stepp"], "did you mean step?"),
    (["--timeline", "run.json", "--timeline-window", "5:6"], "expected a time with its unit; write"),
    (["--timeline-level", "step"], "has an effect only with --timeline"),
])
def test_mistakes_are_explained(simulate, arguments, message) -> None:
    assert message in simulate("run", SCENARIO, *arguments, status=2).stderr


def test_a_torn_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "torn.pftrace").write_bytes(b"\x0a\x05ab")
    with pytest.raises(TimelineError, match="torn"):
        load(tmp_path / "torn.pftrace")


def test_the_whole_conversation_trace_at_step_level_stays_small(program, simulate, tmp_path: Path) -> None:
    trace = DATA / "requests" / "mooncake" / "conversation_trace.jsonl"
    if not trace.is_file() or "debug" in str(program):
        pytest.skip("no real trace (set SIMULATE_DATA), or no release build")
    simulate("run", SCENARIO, "--variant", "base", "--set", f"workloads.chat.traffic.trace={trace}",
             "-o", tmp_path / "result.json", "--timeline", tmp_path / "run.pftrace")
    files = segments(tmp_path / "run.pftrace")
    assert len(files) == 1 and files[0].stat().st_size < 200_000_000
    steps = json.loads((tmp_path / "result.json").read_text())["variants"]["base"]["workloads"]["chat"]["metrics"]
    begins = ends = 0
    for packet in packets(files[0].read_bytes()):
        begins += packet.track_event.type == 1
        ends += packet.track_event.type == 2
    assert begins == ends > sum(pool["steps"] for pool in steps["pools"].values())
