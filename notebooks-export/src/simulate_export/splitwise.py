"""Splitwise's ``perf_model.csv``: whole prompt and token phases of a model, not kernels.

A phase is the sum of all kernels of a step and cannot be split into operators without a model of the rest, so it
has no line in a kernel table. It becomes a table of phases, for validation end to end.
"""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import median
from typing import TextIO

COLUMNS = [
    "model", "hardware", "tensor_parallel", "prompt_tokens", "batch", "output_tokens", "runs", "ttft_s", "tpot_s",
]


def convert(path: Path, file: TextIO) -> int:
    """Write one line per point, the median over its runs, in seconds; returns how many points."""
    points: dict[tuple[str, str, int, int, int, int], list[tuple[float, float]]] = {}
    with path.open(newline="") as source:
        for record in csv.DictReader(source):
            key = (record["model"], record["hardware"], int(record["tensor_parallel"]), int(record["prompt_size"]),
                   int(record["batch_size"]), int(record["token_size"]))
            times = (float(record["prompt_time"]) / 1e3, float(record["token_time"]) / 1e3)
            points.setdefault(key, []).append(times)
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key in sorted(points):
        runs = points[key]
        writer.writerow([*key, len(runs), format(median(run[0] for run in runs), ".9g"),
                         format(median(run[1] for run in runs), ".9g")])
    return len(points)
