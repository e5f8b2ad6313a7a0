"""The shards of a sweep: which are left to run, how one is run, and how all are put together.

The engines that spread shards over machines (``sweep_ray.py``, ``sweep_hyperqueue.py``) share this. A shard is one call of
``simulate sweep run … --shard i/n``; its bytes do not depend on where it runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Sweep:
    """A sweep cut into shards."""

    binary: str
    """The ``simulate`` program."""
    arguments: tuple[str, ...]
    """The sweep file or scenario, and options of ``simulate sweep run``."""
    shards: int
    jobs: int = 1
    """Points at once inside a shard."""

    def command(self, index: int, output: str) -> list[str]:
        """The call that runs a shard into a file."""
        options = ["--shard", f"{index}/{self.shards}", "--jobs", str(self.jobs), "--quiet", "-o", output]
        return [self.binary, "sweep", "run", *self.arguments, *options]

    def name(self, index: int) -> str:
        """The file of a shard in a folder of shards."""
        return f"shard-{index:0{len(str(self.shards - 1))}}-of-{self.shards}.jsonl"

    def left(self, folder: Path) -> list[int]:
        """The shards without a file in a folder."""
        return [index for index in range(self.shards) if not (folder / self.name(index)).exists()]


def run_shard(sweep: Sweep, index: int) -> bytes:
    """Run a shard here and return its result lines; what it printed is the error when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder, "shard.jsonl"))
        done = subprocess.run(sweep.command(index, output), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"shard {index} of {sweep.shards}: {done.stderr.strip()}")
        return Path(output).read_bytes()


def keep(folder: Path, sweep: Sweep, index: int, lines: bytes) -> None:
    """Write a shard's lines so that the file is there whole or not at all."""
    temporary = folder / f".{sweep.name(index)}.{os.getpid()}"
    temporary.write_bytes(lines)
    temporary.rename(folder / sweep.name(index))


def merge(sweep: Sweep, folder: Path, output: Path, pareto: str | None = None) -> int:
    """Put all shards together into one file of results; the exit status of ``simulate sweep merge``."""
    files = [str(folder / sweep.name(index)) for index in range(sweep.shards)]
    options = ["--pareto", pareto] if pareto else []
    return subprocess.run([sweep.binary, "sweep", "merge", *files, "-o", str(output), *options], check=False).returncode


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options that all engines have."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("sweep", help="a sweep file, or a scenario that --set varies")
    options.add_argument("-o", "--output", type=Path, required=True, help="the JSON Lines to write")
    options.add_argument("--set", action="append", default=[], metavar="path=value[,value]", help="as of simulate sweep run")
    options.add_argument("--shards", type=int, help="parts to hand out; four per processor of this machine unless given")
    options.add_argument("--jobs", type=int, default=1, help="points at once inside a shard")
    options.add_argument("--binary", default=".build/release/simulate", help="the simulate program")
    options.add_argument("--pareto", help="objectives of a Pareto front for the table at the end")
    return options


def sweep_of(options: argparse.Namespace) -> Sweep:
    """The sweep that options describe, paths absolute so that any working directory will do."""
    settings = [part for text in options.set for part in ("--set", text)]
    shards = options.shards or 4 * (os.cpu_count() or 1)
    return Sweep(os.path.abspath(options.binary), (os.path.abspath(options.sweep), *settings), shards, options.jobs)


def shard_folder(output: Path) -> Path:
    """Where shards wait until all are there: beside the output, so that an interrupted run goes on."""
    folder = output.with_name(output.name + ".shards")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
