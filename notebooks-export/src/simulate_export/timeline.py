"""Timelines of `simulate run --timeline`, as pandas tables.

`load(path)` reads a Perfetto trace with the message classes of the package `perfetto`, segments included, and resolves
it as its trace processor does: begins and ends on a track are matched innermost first, names are looked up. Times are
integer nanoseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass
class Timeline:
    """A timeline: one row per slice, counter value and arrow.

    slices: track, name, begin_ns, end_ns (missing where the trace ends before the slice), depth, and its arguments.
    counters: track, time_ns, value, unit.
    flows: flow, track, begin_ns of the slices that an arrow joins, in order of time.
    tracks: name and path (with the groups above it) by track.
    """

    slices: pd.DataFrame
    counters: pd.DataFrame
    flows: pd.DataFrame
    tracks: pd.DataFrame


class TimelineError(ValueError):
    """A trace that breaks a rule: slices that do not nest, or names and tracks that are not there."""


def segments(path: Path) -> list[Path]:
    """The file and those that continue it: run.pftrace, run.2.pftrace, ..."""
    found = [path]
    while (following := path.with_name(f"{path.stem}.{len(found) + 1}{path.suffix}")).exists():
        found.append(following)
    return found


def packets(data: bytes) -> Iterator[Any]:
    """The packets of a trace one by one, so that a large one need not be parsed into memory at once."""
    from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import TracePacket

    position = 0
    while position < len(data):
        if data[position] != 0x0A:
            raise TimelineError(f"byte {position}: no packet begins here")
        length, position = _varint(data, position + 1)
        if position + length > len(data):
            raise TimelineError(f"byte {position}: the last packet is torn")
        yield TracePacket.FromString(data[position : position + length])
        position += length


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position += 1
        if byte < 0x80:
            return value, position
        shift += 7


def load(path: str | Path, *, all_segments: bool = True) -> Timeline:
    """Reads a timeline and, unless told otherwise, the segments that continue it.

    Raises TimelineError where the trace breaks a rule.
    """
    path = Path(path)
    reader = _Reader()
    for segment in segments(path) if all_segments else [path]:
        reader.read(segment.read_bytes())
    return reader.timeline()


class _Reader:
    def __init__(self) -> None:
        self.tracks: dict[int, tuple[str, int, str]] = {}
        self.slices: list[dict[str, Any]] = []
        self.counters: list[tuple[int, int, float]] = []
        self.flows: list[tuple[int, int, int]] = []

    def read(self, data: bytes) -> None:
        """One segment: names, open slices and tracks of the one before mean nothing in it."""
        self.names: dict[int, str] = {}
        self.arguments: dict[int, str] = {}
        described: set[int] = set()
        events: dict[int, list[tuple[int, Any]]] = {}
        for packet in packets(data):
            if packet.HasField("track_descriptor"):
                descriptor = packet.track_descriptor
                described.add(descriptor.uuid)
                self.tracks[descriptor.uuid] = (descriptor.name, descriptor.parent_uuid, descriptor.counter.unit_name)
                if descriptor.parent_uuid and descriptor.parent_uuid not in described:
                    raise TimelineError(f"track {descriptor.name}: its group is not described before it")
            for item in packet.interned_data.event_names:
                self.names[item.iid] = item.name
            for item in packet.interned_data.debug_annotation_names:
                self.arguments[item.iid] = item.name
            if packet.HasField("track_event"):
                if packet.track_event.track_uuid not in described:
                    raise TimelineError(f"track {packet.track_event.track_uuid} is not described before its first event")
                events.setdefault(packet.track_event.track_uuid, []).append((packet.timestamp, self._resolved(packet)))
        for track, list_ in events.items():
            self._nest(track, list_)

    def _resolved(self, packet: Any) -> dict[str, Any]:
        event = packet.track_event
        if event.name_iid and event.name_iid not in self.names:
            raise TimelineError(f"name {event.name_iid} is not interned before its first use")
        return {
            "type": event.type,
            "name": event.name or self.names.get(event.name_iid, ""),
            "arguments": {self.arguments[item.name_iid]: item.int_value for item in event.debug_annotations},
            "flows": list(event.flow_ids) + list(event.terminating_flow_ids),
            "value": event.double_counter_value,
        }

    def _nest(self, track: int, events: list[tuple[int, dict[str, Any]]]) -> None:
        # As the trace processor: by time, and in the order of the file within an instant.
        events.sort(key=lambda item: item[0])
        stack: list[dict[str, Any]] = []
        for time, event in events:
            for flow in event["flows"]:
                self.flows.append((flow, track, time))
            if event["type"] == 1:
                stack.append({"track": track, "name": event["name"], "begin_ns": time, "end_ns": None,
                              "depth": len(stack), **event["arguments"]})
                self.slices.append(stack[-1])
            elif event["type"] == 2:
                if not stack:
                    raise TimelineError(f"track {self.tracks[track][0]}: an end without a begin at {time} ns")
                stack[-1].update(event["arguments"])
                stack.pop()["end_ns"] = time
            elif event["type"] == 3:
                self.slices.append({"track": track, "name": event["name"], "begin_ns": time, "end_ns": time,
                                    "depth": len(stack), **event["arguments"]})
            elif event["type"] == 4:
                self.counters.append((track, time, event["value"]))

    def path(self, track: int) -> str:
        name, parent, _ = self.tracks[track]
        return f"{self.path(parent)} > {name}" if parent else name

    def timeline(self) -> Timeline:
        slices = pd.DataFrame(self.slices, columns=None if self.slices else ["track", "name", "begin_ns", "end_ns"])
        for column in slices.columns.difference(["name"]):
            slices[column] = slices[column].astype("Int64")
        counters = pd.DataFrame(self.counters, columns=["track", "time_ns", "value"])
        counters["unit"] = [self.tracks[track][2] for track in counters["track"]]
        flows = pd.DataFrame(self.flows, columns=["flow", "track", "begin_ns"]).sort_values(["flow", "begin_ns"])
        tracks = pd.DataFrame(
            [(track, self.tracks[track][0], self.path(track)) for track in sorted(self.tracks)],
            columns=["track", "name", "path"]).set_index("track")
        return Timeline(slices, counters, flows.reset_index(drop=True), tracks)
