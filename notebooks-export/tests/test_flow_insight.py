"""The package flow-insight takes the events of a run and shows what the result says."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from simulate_export import flow_insight as flow

SCENARIO = {
    "schema": "simulate/1", "name": "flow", "seed": 1,
    "cluster": {"nodes": {"h20": {"type": "hgx-h20", "count": 2}}},
    "workloads": {
        "chat": {
            "kind": "serving", "model": "qwen2.5-7b",
            "traffic": {"generate": {
                "requests": 60, "arrivals": {"kind": "poisson", "rate_per_s": 2},
                "input_tokens": {"kind": "uniform", "min": 10, "max": 4000},
                "output_tokens": {"kind": "uniform", "min": 1, "max": 50}}},
            "pools": {"p": {"role": "prefill", "nodes": "h20", "replicas": 2},
                      "d": {"role": "decode", "nodes": "h20", "replicas": 2}}},
        "batch": {
            "kind": "jobs", "nodes": ["h20"], "policy": {"queue": "sjf"},
            "traffic": {"generate": {
                "jobs": 30, "arrivals": {"kind": "poisson", "rate_per_s": 2}, "devices": {"1": 2, "4": 1},
                "duration": {"median": "3 s", "p90": "10 s"}}}}}}


class Run:
    """The files of one run."""

    def __init__(self, folder: Path, simulate: Callable[..., CompletedProcess[str]]) -> None:
        (folder / "scenario.json").write_text(json.dumps(SCENARIO))
        self.path = folder / "flow.jsonl"
        simulate("run", folder / "scenario.json", "--flow", self.path, "-o", folder / "result.json",
                 "--requests", folder / "requests.jsonl", "--job-records", folder / "jobs.jsonl")
        self.lines = list(flow.read(self.path))
        self.result = json.loads((folder / "result.json").read_text())["variants"]["base"]["workloads"]
        self.requests = [json.loads(line) for line in (folder / "requests.jsonl").read_text().splitlines()]
        self.jobs = [json.loads(line) for line in (folder / "jobs.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, simulate: Callable[..., CompletedProcess[str]]) -> Run:
    return Run(tmp_path_factory.mktemp("flow"), simulate)


def test_calls_and_bytes_are_those_of_the_result(run: Run) -> None:
    summary = flow.Summary.of(run.lines)
    chat, batch = run.result["chat"]["metrics"], run.result["batch"]["metrics"]
    router, scheduler = "chat.router[router].generate", "batch.scheduler[scheduler].submit_job"
    assert summary.calls["_main", router] == chat["requests_arrived"] == 60
    assert summary.calls["_main", scheduler] == batch["jobs_arrived"] == 30
    # Every edge, against the records of requests and jobs.
    for index in (0, 1):
        for role in ("prefill", "decode"):
            name = f"{role[0]}/{index}"
            own = [request for request in run.requests if request[f"{role}_replica"] == name]
            calls = summary.calls[router, f"chat.{role[0]}[{name}].{role}"]
            assert calls == sum(role == "prefill" or request["output_tokens"] > 1 for request in own) > 0
            time_s = summary.seconds[f"chat.{role[0]}[{name}].{role}"]
            if role == "prefill":
                assert time_s == pytest.approx(sum(request["prefill_s"] for request in own), abs=1e-6)
    assert sum(size for (_, receiver), size in summary.bytes.items() if receiver.endswith("receive_kv")) == sum(
        request["kv_transfer_bytes"] for request in run.requests) == summary.bytes_put > 0
    assert sum(count for (_, callee), count in summary.calls.items() if callee.endswith(".run")) == sum(
        len(job["runs"]) for job in run.jobs)
    waited = Counter(wait["reason"] for job in run.jobs for wait in job["waits"])
    assert waited and waited == Counter({
        callee.rsplit("_", 1)[1]: count for (_, callee), count in summary.calls.items() if ".wait_" in callee})


def test_stages_of_a_request_sum_to_it(run: Run) -> None:
    parents: dict[str, float] = {}
    children: Counter[str] = Counter()
    for line in run.lines:
        record = line["record"]
        if line["record_type"] != "call_end" or not record["span_id"].startswith("chat/"):
            continue
        if record["span_id"].count("/") == 1:
            parents[record["span_id"]] = record["duration"]
        else:
            children[record["span_id"].rsplit("/", 1)[0]] += record["duration"]
    assert len(parents) == 60
    for span, duration in parents.items():
        assert children[span] == pytest.approx(duration, abs=1e-7)


def test_lines_are_in_order_of_time_and_nothing_ends_before_it_begins(run: Run) -> None:
    times = [line["time_ns"] for line in run.lines]
    assert times == sorted(times)
    begun: set[str] = {"_main"}
    for line in run.lines:
        record = line["record"]
        if line["record_type"] == "call_begin":
            assert record["parent_span_id"] in begun
            begun.add(record["span_id"])
        elif line["record_type"] == "call_end":
            assert record["span_id"] in begun
        assert record["timestamp"] == line["time_ns"] // 1_000_000


def test_every_ten_seconds_nodes_tell_what_the_result_tells_of_the_whole(run: Run) -> None:
    samples = [line for line in run.lines if line["record_type"] == "node_physical_stats_add"]
    times = [line["time_ns"] / 1e9 for line in samples]
    assert times[:4] == [0, 10, 20, 30] and len(times) == 5
    used = 0.0
    for (before, after), line in zip(zip(times, times[1:]), samples[1:], strict=True):
        devices = [device for node in line["record"]["stats"]["stats"] for device in node["devices"]["gpu"]]
        assert len(devices) == 16 and all(0 <= device["memory_used"] <= device["memory_total"] for device in devices)
        # The last slice is cut by the end of the run, its share is of all of it.
        used += sum(device["utilization"] for device in devices) / 100 * 10
    serving = sum(pool["busy_s"] for pool in run.result["chat"]["metrics"]["pools"].values())
    held = sum(job["device_s"] for job in run.jobs)
    assert used == pytest.approx(serving + held, rel=1e-6)


def events(package: Any, lines: list[flow.Line]) -> Iterator[Any]:
    """The lines as the package's own models, with nothing missing and nothing unknown."""
    models = {
        "call_submit": package.CallSubmitEvent, "call_begin": package.CallBeginEvent, "call_end": package.CallEndEvent,
        "object_put": package.ObjectPutEvent, "object_get": package.ObjectGetEvent,
        "context_add": package.ContextEvent, "resource_usage_add": package.ResourceUsageEvent,
        "service_physical_stats_add": package.BatchServicePhysicalStatsEvent,
        "node_physical_stats_add": package.BatchNodePhysicalStatsEvent,
        "meta_info_register": package.MetaInfoRegisterEvent}
    for line in lines:
        model = models[line["record_type"]]
        assert set(line["record"]) <= set(model.model_fields)
        yield model.model_validate(line["record"], extra="forbid")


@pytest.fixture(scope="module")
def package() -> Any:
    return pytest.importorskip("flow_insight", reason="flow-insight is not installed: pip install flow-insight==1.1.1")


def test_the_packages_engine_builds_the_same_graph(run: Run, package: Any, tmp_path: Path) -> None:
    from flow_insight.engine import InsightEngine

    async def views() -> tuple[Any, Any, Any, Any, Any]:
        engine = InsightEngine(storage_dir=str(tmp_path))
        for event in events(package, run.lines):
            await engine.record_event(event)
        await engine.create_snapshot("flow.base")
        return (
            await engine.get_call_graph_data("flow.base"), await engine.get_flame_graph_data("flow.base"),
            await engine.get_physical_view_data("flow.base"), await engine.get_context("flow.base"),
            await engine.get_resource_usage("flow.base"))

    graph, flame, physical, contexts, usage = asyncio.run(views())
    names = {function.id: function.method.name for function in graph.functions}
    names |= {
        item.id: f"{item.service.service_name}[{item.service.instance_id}].{item.method.name}" for item in graph.methods}
    summary = flow.Summary.of(run.lines)
    assert {(names[call.source_id], names[call.target_id]): call.count for call in graph.callFlows} == dict(summary.calls)
    assert {(names[data.source_id], names[data.target_id]) for data in graph.dataFlows} == set(summary.bytes)
    # The package keeps the last object of an edge, in MiB.
    last = {
        (request["prefill_replica"], request["decode_replica"]): request["kv_transfer_bytes"]
        for request in sorted(run.requests, key=lambda item: item["arrival_s"] + item["ttft_s"])}
    sizes = {
        tuple(names[end].split("[")[1].split("]")[0] for end in (data.source_id, data.target_id)): data.size
        for data in graph.dataFlows}
    assert set(sizes) == set(last)
    for edge, size in sizes.items():
        moved = {request["kv_transfer_bytes"] for request in run.requests
                 if (request["prefill_replica"], request["decode_replica"]) == edge}
        assert round(size * 1_048_576) in moved
    assert flame.span_id == "_main" and len(flame.children) == 90
    assert all(child.start_time <= child.end_time for top in flame.children for child in top.children)
    assert {node for node in physical.nodes} == {"h20/0", "h20/1"}
    replicas = [item for item in physical.services if item.service.service_name.startswith("chat.")]
    assert len(replicas) == 4 and all(item.stats.state == "running" for item in replicas)
    done = [item for item in physical.services if item.service.service_name == "batch.job"]
    assert done and all(item.stats.state == "terminated" for item in done)
    waits = [context.context for context in contexts if "reason" in context.context]
    told = [
        (job["job"], wait["reason"], wait["start_s"]) for job in run.jobs for wait in job["waits"]]
    assert sorted((wait["job"], wait["reason"], wait["start_s"]) for wait in waits) == sorted(told)
    assert len([context for context in contexts if "ttft_s" in context.context]) == 60
    assert len(usage) == 4 * 4 and all(item.usage["kv_cache"].base == "gpu" for item in usage)


def test_a_server_takes_them(run: Run, package: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uvicorn = pytest.importorskip("uvicorn")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = package.FastAPIInsightServer(storage_dir=str(tmp_path)).app
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        url = f"http://127.0.0.1:{port}"
        assert package.InsightClient(url).ping()["result"]
        assert flow.main([str(run.path), "--url", url, "--window", "5s:15s"]) == 0
        graph = flow.Server(url).request("GET", "/get_call_graph_data?flow_id=flow.base")["data"]
    finally:
        server.should_exit = True
        thread.join(30)
    sent = [request for request in run.requests if 5 <= request["arrival_s"] < 15]
    router = [item["id"] for item in graph["methods"] if item["method"]["name"] == "generate"]
    counts = [call["count"] for call in graph["callFlows"] if call["target_id"] in router]
    assert counts == [len(sent)] and 0 < len(sent) < 60
    assert "events of flow flow.base" in capsys.readouterr().err


def test_mistakes_are_told(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "other.jsonl").write_text('{"request": 1}\n')
    for arguments, message in [
        ([str(tmp_path / "other.jsonl")], "other.jsonl:1: no line of simulate run --flow"),
        ([str(tmp_path / "none.jsonl")], "No such file"),
        ([str(run.path), "--window", "9s:3s"], "it ends before it begins"),
        ([str(run.path), "--window", "9 parsecs:"], "expected a time"),
        ([str(run.path), "--url", "http://127.0.0.1:9"], "is a Flow Insight server running there?"),
        ([str(run.path), "--url", "ftp://x"], "expected http://host:port"),
        ([str(run.path), "--url", "http://127.0.0.1:9", "--epoch", "soon"], "or now"),
    ]:
        assert flow.main(arguments) == 2
        assert message in capsys.readouterr().err, arguments
    assert flow.main([str(run.path)]) == 0
    assert "call_submit" in capsys.readouterr().out
