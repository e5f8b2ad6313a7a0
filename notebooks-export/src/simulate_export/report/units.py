"""Numbers as people read them: three digits, with a unit that fits."""

from __future__ import annotations

import math
from typing import Any

TIMES = ((86400, "d"), (3600, "h"), (1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))
ABBREVIATIONS = {"ttft": "TTFT", "tpot": "TPOT", "itl": "ITL", "e2e": "E2E", "mfu": "MFU", "jct": "job completion time"}
COUNTS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def digits(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}"


def seconds(value: float) -> str:
    """A time. Hours begin at two, so that a run of 4000 s stays in seconds."""
    for size, unit in TIMES:
        if abs(value) >= size * (2 if size > 1 else 1):
            return f"{digits(value / size)} {unit}"
    return "0 s"


def quantity(value: float, unit: str) -> str:
    """An amount with the prefix that fits, such as 21.3 GB/s."""
    for size, prefix in COUNTS:
        if abs(value) >= size:
            return f"{digits(value / size)} {prefix}{unit}"
    return f"{digits(value)} {unit}"


def title(name: str) -> str:
    """The name of a figure as it is read: `ttft_s.p99` is TTFT p99."""
    words = []
    for part in name.split("."):
        if part.endswith("_s") and not part.endswith("per_s"):
            part = part.removesuffix("_s")
        words.append(ABBREVIATIONS.get(part, part))
    text = " ".join(words).replace("_per_s", "/s").replace("_per_device", "/card").replace("_", " ")
    return text.replace("goodput requests", "good requests").replace("slo ", "SLO ")


def by_name(name: str, value: Any) -> str:
    """A figure of a result: its name ends in its unit."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, (int, float)):
        return str(value)
    parts = name.split(".")
    ends = [part for part in parts if part.endswith("_s") and not part.endswith("per_s")]
    if ends:
        return seconds(value)
    if parts[-1].endswith(("_share", "_attainment", "_ratio")) or parts[-1] in ("utilisation", "mfu"):
        return f"{digits(100 * value)} %"
    if parts[-1].endswith("_bytes"):
        return quantity(value, "B")
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e15):
        return f"{int(value):,}"
    return digits(value)
