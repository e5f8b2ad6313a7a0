"""Run a sweep through HyperQueue, shard by shard, and merge the results.

    python notebooks-export/sweep_hyperqueue.py Scenarios/sweeps/pd-ratio-kv-router.json -o out.jsonl
    python sweep_hyperqueue.py sweep.json -o out.jsonl --server ~/.hq-server --shards 1000

Without --server it starts one with a worker on this machine, in half a second. With one (``hq server start``, workers by
``hq alloc`` under Slurm or PBS) the machines share the disk. Interrupted, the same command goes on.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "src"))
# Its progress bar is drawn with tqdm; a file of it helps nobody.
if not sys.stderr.isatty():
    os.environ.setdefault("TQDM_DISABLE", "1")

from hyperqueue import Client, Job, LocalCluster  # noqa: E402
from hyperqueue.cluster import WorkerConfig  # noqa: E402
from hyperqueue.ffi.protocol import ResourceRequest  # noqa: E402

from simulate_export import shards  # noqa: E402


@contextlib.contextmanager
def client(server: Path | None) -> Iterator[Client]:
    """A running server's client, or that of one that lives as long as this."""
    if server is not None:
        yield Client(server)
        return
    with LocalCluster() as cluster:
        cluster.start_worker(WorkerConfig())
        yield cluster.client()


def run(sweep: shards.Sweep, folder: Path, server: Path | None) -> bool:
    """Run the shards that are left; each keeps its own log, so that a task that is started again goes on."""
    job = Job(max_fails=sweep.shards)
    for index in sweep.left(folder):
        job.program(
            sweep.command(index, str((folder / sweep.name(index)).absolute())), stdout=None, cwd=folder,
            stderr=str((folder / f"{sweep.name(index)}.errors").absolute()),
            resources=ResourceRequest(cpus=str(sweep.jobs)))
    with client(server) as connection:
        return connection.wait_for_jobs([connection.submit(job)], raise_on_error=False)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 done, 1 a shard or the merge failed."""
    parser = shards.parser(__doc__)
    parser.add_argument("--server", type=Path, help="folder of a running HyperQueue server")
    options = parser.parse_args(arguments)
    sweep = shards.sweep_of(options)
    folder = shards.shard_folder(options.output)
    if sweep.left(folder) and not run(sweep, folder, options.server):
        for index in sweep.left(folder):
            errors = folder / f"{sweep.name(index)}.errors"
            print(errors.read_text().strip() if errors.exists() else f"shard {index} failed", file=sys.stderr)
        return 1
    status = shards.merge(sweep, folder, options.output, options.pareto)
    if status == 0:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    return status


if __name__ == "__main__":
    sys.exit(main())
