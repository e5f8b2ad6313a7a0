"""Turn results of sweeps into Parquet: ``python -m simulate_export.parquet out.jsonl -o out.parquet``.

A row per point; columns are named as by ``simulate sweep merge --csv``: settings by their paths, metrics by workload and
name. Lists are left out. Figures are numbers, so that a column of mixed settings becomes text.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet


def cells(line: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The columns of a result line with their values."""
    for key, value in line.items():
        if key in ("set", "metrics") and isinstance(value, dict):
            for name, inner in value.items():
                yield from below(name, inner)
        else:
            yield from below(key, value)


def below(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value's columns: those of its members where it is an object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from below(f"{name}.{key}", inner)
    elif not isinstance(value, list):
        yield name, value


def column(values: list[Any]) -> pyarrow.Array:
    """Numbers, truths or texts; what is mixed becomes text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} and len(kinds) == 2:
        return pyarrow.array([None if value is None else float(value) for value in values])
    if len(kinds) > 1:
        return pyarrow.array([None if value is None else str(value) for value in values])
    return pyarrow.array(values)


def table(lines: list[dict[str, Any]]) -> pyarrow.Table:
    """The lines as a table, columns in the order in which they first appear."""
    rows = [dict(cells(line)) for line in lines]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pyarrow.table({name: column([row.get(name) for row in rows]) for name in names})


def main(arguments: list[str] | None = None) -> int:
    """Convert files of results, one after the other."""
    parser = argparse.ArgumentParser(prog="simulate_export.parquet", description=__doc__)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    lines = [json.loads(line) for path in options.results for line in path.read_text().splitlines()]
    parquet.write_table(table(lines), options.output)
    print(f"{len(lines)} rows", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
