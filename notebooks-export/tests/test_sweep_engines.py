"""Sweeps through HyperQueue and Ray: the bytes of one machine, also when workers die or a start is interrupted."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from simulate_export.shards import Sweep

REPOSITORY = Path(__file__).parents[2]
TOOLS = REPOSITORY / "notebooks-export"


def has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


@pytest.fixture
def binary(program: Path) -> str:
    return str(program.absolute())


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """54 tiny points, of which six do not fit."""
    lengths = {"input_tokens": {"kind": "constant", "value": 100}, "output_tokens": {"kind": "constant", "value": 9}}
    arrivals = {"kind": "poisson", "rate_per_s": 4}
    scenario = {
        "schema": "simulate/1", "name": "tiny", "seed": 1,
        "cluster": {"nodes": {"h20": {"type": "hgx-h20", "count": 1}}},
        "workloads": {"chat": {
            "kind": "serving", "model": "qwen2.5-7b",
            "traffic": {"generate": {"requests": 20, "arrivals": arrivals, **lengths}},
            "pools": {"m": {"role": "mixed", "nodes": "h20", "replicas": 1}}}},
    }
    (tmp_path / "tiny.json").write_text(json.dumps(scenario))
    axes = {"workloads.chat.pools.m.replicas": {"range": [1, 9]}, "workloads.chat.engine.max_sequences": [1, 8, 64]}
    file = tmp_path / "sweep.json"
    file.write_text(json.dumps({"schema": "simulate-sweep/1", "base": "tiny.json", "axes": axes, "seeds": [1, 2]}))
    return file


@pytest.fixture
def expected(binary: str, sweep: Path, tmp_path: Path) -> bytes:
    """The results with one job on one machine."""
    output = tmp_path / "one.jsonl"
    command = [binary, "sweep", "run", str(sweep), "--jobs", "1", "--quiet", "-o", str(output)]
    subprocess.run(command, check=True, capture_output=True)
    assert output.read_bytes().count(b"\n") == 54
    return output.read_bytes()


def start(tool: str, binary: str, sweep: Path, output: Path, *options: str, **environment: str) -> subprocess.Popen:
    command = [sys.executable, str(TOOLS / tool), str(sweep), "-o", str(output), "--binary", binary, *options]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})


def finish(process: subprocess.Popen, status: int = 0) -> str:
    output, errors = process.communicate(timeout=180)
    assert process.returncode == status, errors
    return output + errors


def test_names_of_shards_are_those_of_the_program(binary: str, sweep: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shards"
    for count in (8, 11):
        cut = Sweep(binary, (str(sweep),), count)
        subprocess.run(cut.command(3, f"{folder}/"), check=True, capture_output=True)
        assert (folder / cut.name(3)).exists()
        assert 3 not in cut.left(folder) and len(cut.left(folder)) == count - 1


@pytest.mark.skipif(not has("hyperqueue"), reason="hyperqueue is not installed")
def test_hyperqueue_gives_the_bytes_of_one_machine(binary: str, sweep: Path, expected: bytes, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    text = finish(start("sweep_hyperqueue.py", binary, sweep, output, "--shards", "8"))
    assert output.read_bytes() == expected
    assert "points: 48 ok, 6 failed" in text
    assert not output.with_name("out.jsonl.shards").exists()


@pytest.mark.skipif(not has("hyperqueue"), reason="hyperqueue is not installed")
def test_a_shard_that_fails_is_named_and_the_rest_is_kept(binary: str, sweep: Path, expected: bytes, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text(f'#!/bin/sh\ncase "$*" in *2/4*) echo "no such luck" >&2; exit 1;; esac\nexec {binary} "$@"\n')
    broken.chmod(0o755)
    output = tmp_path / "out.jsonl"
    assert "no such luck" in finish(start("sweep_hyperqueue.py", str(broken), sweep, output, "--shards", "4"), 1)
    assert not output.exists()
    finish(start("sweep_hyperqueue.py", binary, sweep, output, "--shards", "4"))
    assert output.read_bytes() == expected


def kill_a_worker(mark: str) -> None:
    """Kill a worker of the Ray that has this mark in its environment, once it runs a shard."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if not (process / "cmdline").read_bytes().startswith(b"ray::run_shard"):
                    continue
                if mark.encode() in (process / "environ").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
                    return
            except OSError:
                continue
        time.sleep(0.05)
    raise AssertionError("no worker ran a shard")


@pytest.mark.ray
@pytest.mark.skipif(not has("ray"), reason="ray is not installed")
def test_ray_gives_the_bytes_of_one_machine_though_a_worker_dies(
        binary: str, sweep: Path, expected: bytes, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text(f'#!/bin/sh\n[ "$2" = merge ] || sleep 1\nexec {binary} "$@"\n')
    slow.chmod(0o755)
    output, mark = tmp_path / "out.jsonl", f"simulate-test-{uuid.uuid4()}"
    process = start(
        "sweep_ray.py", str(slow), sweep, output, "--shards", "8", "--processors", "2", SIMULATE_TEST_MARK=mark)
    kill_a_worker(mark)
    finish(process)
    assert output.read_bytes() == expected
