"""Runs the built `simulate` and reads what it writes; for notebooks and scripts.

The program is `$SIMULATE`, else the release or debug build of the repository that this package lies in.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .results import Result, load_requests, load_result, load_sweep
from .timeline import Timeline, load

REPOSITORY = Path(__file__).parents[3]


class ProgramError(RuntimeError):
    """The program is not there, or did not do what it was asked; its own words say why."""


@dataclass
class Outcome:
    """What a run wrote. The timeline is there when it was asked for."""

    result: Result
    requests: pd.DataFrame
    timeline: Timeline | None = None


def program() -> Path:
    """The built program."""
    named = os.environ.get("SIMULATE")
    builds = [Path(named)] if named else [REPOSITORY / ".build" / kind / "simulate" for kind in ("release", "debug")]
    for path in builds:
        if path.is_file():
            return path
    raise ProgramError("simulate is not built: make build, or set SIMULATE to the program")


def data_folder() -> Path:
    """Where real data is, if there is any."""
    return Path(os.environ.get("SIMULATE_DATA") or REPOSITORY.parent / "shared" / "data")


def simulate(*arguments: Any) -> subprocess.CompletedProcess[str]:
    """Runs the program in the repository, so that scenarios are named as in the README.

    Raises ProgramError with what the program says when it fails.
    """
    done = subprocess.run(
        [program(), *map(str, arguments)], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ProgramError(done.stderr.strip() or f"simulate ended with status {done.returncode}")
    return done


def run(scenario: str | Path, settings: dict[str, Any] | None = None, *, variant: str | None = None,
        timeline: str | None = None, level: str = "step") -> Outcome:
    """Runs a scenario and reads its result and the records of its requests.

    settings: path and value of what is changed. timeline: a window such as "600s:660s" that is recorded, ":" for all.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = ["run", scenario, *_settings(settings or {}), "-o", folder / "result.json", "--requests",
                     folder / "requests.jsonl"]
        arguments += ["--variant", variant] if variant else []
        if timeline is not None:
            arguments += ["--timeline", folder / "run.pftrace", "--timeline-level", level,
                          "--timeline-window", timeline]
        simulate(*arguments)
        records = folder / "requests.jsonl"
        return Outcome(
            load_result(folder / "result.json"),
            load_requests(records) if records.stat().st_size else pd.DataFrame(),
            load(folder / "run.pftrace") if timeline is not None else None)


def sweep(scenario: str | Path, axes: dict[str, list[Any]]) -> pd.DataFrame:
    """Runs a scenario once for every combination of values, and reads the points."""
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "points.jsonl"
        settings = {path: ",".join(map(_text, values)) for path, values in axes.items()}
        simulate("sweep", "run", scenario, *_settings(settings), "-o", output)
        return load_sweep(output)


def _settings(settings: dict[str, Any]) -> list[str]:
    return [part for path, value in settings.items() for part in ("--set", f"{path}={_text(value)}")]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
