"""Run a sweep on a Ray cluster, shard by shard, and merge the results.

    python notebooks-export/sweep_ray.py Scenarios/sweeps/pd-ratio-kv-router.json -o out.jsonl
    python sweep_ray.py sweep.json -o out.jsonl --address auto --shards 1000 --ship .

Without --address it starts Ray on this machine. The bytes are those of ``simulate sweep run``. A shard whose worker dies is
run again; interrupted, the same command goes on with the shards that are left.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray  # noqa: E402

from simulate_export import shards  # noqa: E402


def unpack(binary: bytes) -> str:
    """Write a program that came with the task to a file of this machine, once per program."""
    path = Path(tempfile.gettempdir(), f"simulate-{hashlib.sha256(binary).hexdigest()[:16]}-{os.getuid()}")
    if not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(binary)
        temporary.chmod(stat.S_IRWXU)
        temporary.rename(path)
    return str(path)


def run_shard(sweep: shards.Sweep, index: int, binary: bytes | None) -> bytes:
    """One task: a shard's lines."""
    if binary is not None:
        sweep = replace(sweep, binary=unpack(binary))
    return shards.run_shard(sweep, index)


def start(options) -> None:
    """Join a cluster, or start one here."""
    environment = {"working_dir": str(options.ship)} if options.ship else None
    common = {"log_to_driver": False, "logging_level": "ERROR", "runtime_env": environment}
    if options.address:
        ray.init(address=options.address, **common)
    else:
        ray.init(num_cpus=options.processors, include_dashboard=False, **common)
    ray.cloudpickle.register_pickle_by_value(shards)


def run(sweep: shards.Sweep, folder: Path, program: bytes | None) -> list[str]:
    """Run the shards that are left, at most as many at once as Ray has processors; the errors of those that failed."""
    task = ray.remote(num_cpus=sweep.jobs, max_retries=10)(run_shard)
    binary = ray.put(program) if program is not None else None
    pending = {task.remote(sweep, index, binary): index for index in sweep.left(folder)}
    errors = []
    while pending:
        done, _ = ray.wait(list(pending), num_returns=1)
        for reference in done:
            index = pending.pop(reference)
            try:
                shards.keep(folder, sweep, index, ray.get(reference))
            except ray.exceptions.RayTaskError as error:
                errors.append(str(error.cause))
            except ray.exceptions.RayError as error:
                errors.append(f"shard {index} of {sweep.shards}: {error}")
    return errors


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 done, 1 a shard or the merge failed."""
    parser = shards.parser(__doc__)
    parser.add_argument("--address", help="a Ray cluster, e.g. auto or ray://head:10001")
    parser.add_argument("--processors", type=int, default=os.cpu_count(), help="of the Ray that is started here")
    parser.add_argument("--ship", type=Path, help="upload this folder to machines that do not share this disk, and the "
                        "program (built so that it runs there) with it; the sweep file lies in it")
    options = parser.parse_args(arguments)
    sweep = shards.sweep_of(options)
    folder = shards.shard_folder(options.output)
    program = None
    if options.ship:
        program = Path(sweep.binary).read_bytes()
        inside = os.path.relpath(options.sweep, options.ship)
        sweep = replace(sweep, arguments=(inside, *sweep.arguments[1:]))
    began = time.monotonic()
    if sweep.left(folder):
        start(options)
    started = time.monotonic()
    errors = run(sweep, folder, program) if sweep.left(folder) else []
    print(f"start {started - began:.1f} s, {sweep.shards} shards {time.monotonic() - started:.1f} s", file=sys.stderr)
    if ray.is_initialized():
        ray.shutdown()
    for error in errors:
        print(error, file=sys.stderr)
    if errors:
        return 1
    status = shards.merge(replace(sweep, binary=os.path.abspath(options.binary)), folder, options.output, options.pareto)
    if status == 0:
        for index in range(sweep.shards):
            (folder / sweep.name(index)).unlink()
        folder.rmdir()
    return status


if __name__ == "__main__":
    sys.exit(main())
