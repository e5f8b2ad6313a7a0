"""Give the events of a run to a Flow Insight server: ``python -m simulate_export.flow_insight flow.jsonl --url …``.

``simulate run --flow`` writes them in the form that the server of the package ``flow-insight`` takes at ``/emit``, so that
this needs nothing but the standard library. ``--window`` sends what was submitted in a part of simulated time, whole calls
with everything inside: the server looks through all spans for each new one, some ten thousand of them are slow there.
``--epoch`` moves simulated time to another one in milliseconds since 1970, or to ``now``, for views that show dates.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Line = dict[str, Any]

UNITS = {"": 1.0, "us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


class FlowError(Exception):
    """Something that the user can put right."""


def read(path: Path) -> Iterator[Line]:
    """The lines of a file, in order of time."""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            try:
                line = json.loads(text)
                line["record_type"], line["record"]["timestamp"], line["time_ns"]
            except (json.JSONDecodeError, KeyError, TypeError) as error:
                raise FlowError(f"{path}:{number}: no line of simulate run --flow ({error})") from None
            yield line


def within(lines: Iterable[Line], start_s: float, end_s: float) -> Iterator[Line]:
    """What was submitted in a part of simulated time, whole calls with everything inside, and what is not of a call."""
    kept: set[str] = set()
    for line in lines:
        record, kind = line["record"], line["record_type"]
        inside = start_s <= line["time_ns"] / 1e9 < end_s
        if kind == "call_submit" and record["parent_span_id"] == "_main":
            is_kept = inside
        elif kind in ("call_submit", "call_begin"):
            root = record["parent_span_id"] == "_main"
            is_kept = inside if root else record["parent_span_id"] in kept
            if is_kept and kind == "call_begin":
                kept.add(record["span_id"])
        elif kind == "call_end":
            is_kept = record["span_id"] in kept
        elif kind in ("object_put", "object_get"):
            is_kept = record["object_id"].rsplit("/", 1)[0] in kept
        else:
            is_kept = inside or kind == "meta_info_register"
        if is_kept:
            yield line


@dataclass
class Summary:
    """What a file holds: events by type, calls by caller and callee, bytes by sender and receiver."""

    events: Counter[str] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    bytes: Counter[tuple[str, str]] = field(default_factory=Counter)
    bytes_put: int = 0

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Summary:
        """Count."""
        summary = cls()
        sent: dict[str, tuple[str, int]] = {}
        for line in lines:
            record, kind = line["record"], line["record_type"]
            summary.events[kind] += 1
            if kind == "call_submit":
                summary.calls[method(record, "source"), method(record, "target")] += 1
            elif kind == "call_end":
                summary.seconds[method(record, "target")] += record["duration"]
            elif kind == "object_put":
                summary.bytes_put += record["object_size"]
                sent[record["object_id"]] = method(record, "sender"), record["object_size"]
            elif kind == "object_get" and record["object_id"] in sent:
                sender, size = sent.pop(record["object_id"])
                summary.bytes[sender, method(record, "receiver")] += size
        return summary


def method(record: Line, role: str) -> str:
    """``chat.p[p/0].prefill``, or the plain name of a function."""
    name = record[f"{role}_method"]
    service, instance = record.get(f"{role}_service"), record.get(f"{role}_instance_id")
    return name if service is None else f"{service}[{instance}].{name}"


class Server:
    """A connection to a Flow Insight server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url if "//" in url else f"http://{url}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FlowError(f"--url {url}: expected http://host:port")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = kind(parts.hostname, parts.port, timeout=60)
        self.path = parts.path.rstrip("/")
        self.url = url

    def request(self, verb: str, path: str, body: Line | None = None) -> Any:
        """The server's answer to one request."""
        try:
            self.connection.request(
                verb, self.path + path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise FlowError(f"{self.url}: {error or type(error).__name__}; is a Flow Insight server running there?") from None
        if answer.status != 200:
            raise FlowError(f"{self.url}{path}: status {answer.status}: {text[:200].decode(errors='replace')}")
        return json.loads(text)

    def emit(self, line: Line, shift_ms: int = 0) -> None:
        """Hand over one event."""
        record = line["record"] | {"timestamp": line["record"]["timestamp"] + shift_ms}
        answer = self.request("POST", "/emit", {"record_type": line["record_type"], "record": record})
        if not answer.get("result"):
            raise FlowError(f"{self.url}/emit: {answer.get('msg', answer)}")


def seconds(text: str) -> float:
    """A time with its unit; a bare number is seconds."""
    match = re.fullmatch(r"([0-9.]+)\s*([a-z]*)", text.strip())
    if match is None or match[2] not in UNITS:
        raise FlowError(f"--window: {text}: expected a time such as 600s or 10min")
    try:
        return float(match[1]) * UNITS[match[2]]
    except ValueError:
        raise FlowError(f"--window: {text}: expected a time such as 600s or 10min") from None


def window(text: str) -> tuple[float, float]:
    """``from:to``, either of which may be absent."""
    start, colon, end = text.partition(":")
    if not colon:
        raise FlowError(f"--window {text}: expected from:to, such as 600s:660s")
    bounds = seconds(start) if start else 0.0, seconds(end) if end else math.inf
    if bounds[0] >= bounds[1]:
        raise FlowError(f"--window {text}: it ends before it begins")
    return bounds


def main(arguments: list[str] | None = None) -> int:
    """Send a file, or say what is in it."""
    parser = argparse.ArgumentParser(prog="simulate_export.flow_insight", description=__doc__)
    parser.add_argument("flow", type=Path, help="a file of simulate run --flow")
    parser.add_argument("--url", help="the server, such as http://localhost:8000; without it the file is summed up")
    parser.add_argument("--window", default=":", help="only what was submitted in this part of simulated time, from:to")
    parser.add_argument("--epoch", default="0", help="what simulated time 0 is, in ms since 1970, or now")
    options = parser.parse_args(arguments)
    try:
        start, end = window(options.window)
        lines = within(read(options.flow), start, end) if options.window != ":" else read(options.flow)
        if options.url is None:
            tell(Summary.of(lines))
            return 0
        if options.epoch != "now" and not re.fullmatch(r"-?[0-9]+", options.epoch):
            raise FlowError(f"--epoch {options.epoch}: expected milliseconds since 1970, or now")
        shift = int(time.time() * 1000) if options.epoch == "now" else int(options.epoch)
        server = Server(options.url)
        server.request("GET", "/ping")
        count, flows = 0, set()
        for count, line in enumerate(lines, start=1):
            server.emit(line, shift)
            flows.add(line["record"]["flow_id"])
            if count % 1000 == 0 and sys.stderr.isatty():
                print(f"\r{count} events", end="", file=sys.stderr)
        names = ", ".join(sorted(flow for flow in flows if not flow.startswith("_")))
        print(f"{count} events of flow {names} to {options.url}", file=sys.stderr)
        return 0
    except (FlowError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def tell(summary: Summary) -> None:
    """Print what a file holds."""
    for kind, count in sorted(summary.events.items()):
        print(f"{count:>10}  {kind}")
    print(f"{'calls':>10}  {'mean s':>10}  callee")
    counts: Counter[str] = Counter()
    for (_, callee), count in summary.calls.items():
        counts[callee] += count
    for callee, count in sorted(counts.items()):
        print(f"{count:>10}  {summary.seconds[callee] / count:>10.4g}  {callee}")
    for (sender, receiver), size in sorted(summary.bytes.items()):
        print(f"{size:>16} bytes  {sender} -> {receiver}")


if __name__ == "__main__":
    sys.exit(main())
