"""Results, sweeps and records of `simulate` as pandas tables.

Nothing here is needed to read them: a result is one JSON document, a sweep is JSON Lines, records are JSON Lines or CSV.
These few functions only lay nested objects out flat: `ttft_s.p99`, `pools.prefill.utilisation`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

RESULT_SCHEMA = "simulate-result/1"


class ResultError(ValueError):
    """A file that is not what it was taken for, with what it is instead."""


@dataclass
class Result:
    """A result.

    document: the JSON as it is.
    metrics: one row per variant and workload, one column per figure (SI base units, the unit in the name).
    distributions: one row per variant, workload and metric, with mean, p50, p90, p95, p99, max and count.
    pools, memory, links, checks, provenance: one row per thing, with its variant and workload.
    intervals: 5 % and 95 % of figures under drawn parameters; empty without draws.
    """

    document: dict[str, Any]
    metrics: pd.DataFrame
    distributions: pd.DataFrame
    pools: pd.DataFrame
    memory: pd.DataFrame
    links: pd.DataFrame
    checks: pd.DataFrame
    provenance: pd.DataFrame
    intervals: pd.DataFrame

    @property
    def name(self) -> str:
        return self.document["scenario"]["document"].get("name", "result")

    @property
    def comparison(self) -> dict[str, Any] | None:
        """The verdict over variants; absent where there is one variant."""
        return self.document.get("comparison")


def flat(value: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Members of nested objects with the path as their name; arrays and absent values stay as they are."""
    for key, member in value.items():
        if isinstance(member, dict):
            yield from flat(member, f"{prefix}{key}.")
        else:
            yield prefix + key, member


def load_result(path: str | Path) -> Result:
    """Reads a result. Raises ResultError when the file is something else."""
    return result_tables(_document(Path(path)))


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        hint = "; a sweep is read with load_sweep" if is_sweep(path) else ""
        raise ResultError(f"{path}: line {error.lineno}: not one JSON document{hint}") from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != RESULT_SCHEMA:
        raise ResultError(f"{path}: schema is {schema!r} instead of {RESULT_SCHEMA!r}; "
                          "write a result with: simulate run scenario.json -o result.json")
    return document


def result_tables(document: dict[str, Any]) -> Result:
    """The tables of a result that has been read."""
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in
        ("metrics", "distributions", "pools", "memory", "links", "checks", "provenance", "intervals")}
    for variant, run in document["variants"].items():
        for workload, entry in run["workloads"].items():
            place = {"variant": variant, "workload": workload}
            metrics = entry.get("metrics") or {}
            tables["metrics"].append(place | dict(flat(metrics)))
            for metric, member in metrics.items():
                if isinstance(member, dict) and "p99" in member:
                    tables["distributions"].append(place | {"metric": metric} | member)
            for kind, rows in (("pools", metrics.get("pools")), ("memory", entry.get("memory"))):
                for name, row in (rows or {}).items():
                    if isinstance(row, dict):
                        tables[kind].append(place | {"pool": name} | row)
            for kind in ("links", "checks"):
                tables[kind] += [place | row for row in entry.get(kind) or [] if isinstance(row, dict)]
            tables["provenance"] += [place | row for row in _provenance(entry.get("provenance") or {})]
            tables["intervals"] += [place | row for row in _intervals(entry.get("intervals") or {})]
    return Result(document, **{name: pd.DataFrame(rows) for name, rows in tables.items()})


def _provenance(provenance: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for pool, profile in provenance.items():
        for parameter, row in profile.get("parameters", {}).items():
            yield {"pool": pool, "device": profile.get("device"), "parameter": parameter} | row


def _intervals(intervals: dict[str, Any]) -> Iterator[dict[str, Any]]:
    metrics = (intervals.get("common_mode") or {}).get("metrics") or {}
    for name, interval in metrics.items():
        parts = {name: interval} if "p5" in interval else {f"{name}.{key}": part for key, part in interval.items()}
        for metric, part in parts.items():
            if isinstance(part, dict):
                yield {"metric": metric, "p5": part["p5"], "p95": part["p95"]}


def is_sweep(path: str | Path) -> bool:
    """Whether a file looks like the results of a sweep: JSON Lines that begin with a point."""
    with open(path, encoding="utf-8") as file:
        try:
            first = json.loads(file.readline())
        except json.JSONDecodeError:
            return False
    return isinstance(first, dict) and "set" in first and "id" in first


def load_sweep(path: str | Path) -> pd.DataFrame:
    """Reads the results of a sweep: one row per point, in the order of points.

    Columns: `i`, `id`, `status`, `error`, `meets_slo`; what was set under `set.` and its path; figures as
    `metrics.<workload>.<figure>`. A torn last line, as a run that was killed leaves it, is left out.
    """
    rows = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                point = json.loads(line)
            except json.JSONDecodeError as error:
                if not line.endswith("\n"):
                    break
                raise ResultError(f"{path}: line {number}: no JSON") from error
            if "set" not in point:
                raise ResultError(f"{path}: line {number}: no point of a sweep")
            # Paths have dots of their own, so that they stay whole.
            row = {key: point[key] for key in ("i", "id", "status", "error", "seed", "meets_slo") if key in point}
            row |= {f"set.{path}": value for path, value in point["set"].items()}
            rows.append(row | dict(flat(point.get("metrics") or {}, "metrics.")))
    if not rows:
        raise ResultError(f"{path}: no points")
    return pd.DataFrame(rows).sort_values("i", kind="stable").reset_index(drop=True)


def short_names(paths: list[str]) -> dict[str, str]:
    """The shortest ends of dotted paths that tell them apart, of two parts at least where there are two."""
    names = {}
    for path in paths:
        parts = path.split(".")
        for count in range(min(2, len(parts)), len(parts) + 1):
            end = ".".join(parts[-count:])
            if sum(other == end or other.endswith("." + end) for other in paths) == 1:
                break
        names[path] = end
    return names


def load_requests(path: str | Path) -> pd.DataFrame:
    """Reads the records of `simulate run --requests`, JSON Lines or CSV: one row per request."""
    path = Path(path)
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_json(path, lines=True)


def pareto(points: pd.DataFrame, objectives: dict[str, str]) -> pd.Series:
    """Which rows no other row beats: as good in every objective and better in one.

    objectives: column to "max" or "min". Rows with an absent figure are never on the front.
    """
    values = pd.DataFrame({
        column: points[column] * (1 if goal == "min" else -1) for column, goal in objectives.items()})
    present = values.notna().all(axis=1)
    front = present.copy()
    array = values.to_numpy(dtype=float)
    for index in range(len(array)):
        if present.iloc[index]:
            beaten = (array <= array[index]).all(axis=1) & (array < array[index]).any(axis=1)
            front.iloc[index] = not beaten.any()
    return front


def load_text_tables(text: str) -> list[pd.DataFrame]:
    """The tables in what `simulate` prints, such as the errors of `calibrate --evaluate`: columns stand under dashes.

    Cells stay texts; `number` reads those that are numbers.
    """
    lines = text.splitlines()
    tables = []
    for ruler, line in enumerate(lines):
        if ruler == 0 or not line.startswith("--") or set(line) != {"-", " "}:
            continue
        spans = []
        start = 0
        for part in line.split("  "):
            spans.append((start, start + len(part)))
            start += len(part) + 2
        cells = []
        for row in lines[ruler - 1 : ruler] + lines[ruler + 1 :]:
            if not row.strip():
                break
            cells.append([row[begin:end].strip() for begin, end in spans])
        tables.append(pd.DataFrame(cells[1:], columns=cells[0]))
    return tables


def number(text: str) -> float:
    """The number in a cell, a share for a percentage; NaN where there is none."""
    try:
        return float(text.removesuffix("%").replace(",", "")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return float("nan")
