"""Timelines of `simulate run --timeline`, as pandas tables.

`load(path)` reads a Perfetto trace with the message classes of the package `perfetto`, segments included, and resolves
it as its trace processor does: begins and ends on a track are matched innermost first, names are looked up. Times are
integer nanoseconds. The whole conversation trace at step level, 1.2 million slices, takes a quarter of a minute and 0.7 GB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
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
    """Reads packet by packet into flat columns, so that millions of slices fit."""

    def __init__(self) -> None:
        self.tracks: dict[int, tuple[str, int, str]] = {}
        self.track: list[int] = []
        self.name: list[str] = []
        self.begin: list[int] = []
        self.end: list[int] = []
        self.depth: list[int] = []
        # Arguments by name: the slices that have it, and its values.
        self.given: dict[str, tuple[list[int], list[int]]] = {}
        self.counters: tuple[list[int], list[int], list[float]] = ([], [], [])
        self.flows: list[tuple[int, int, int]] = []

    def read(self, data: bytes) -> None:
        """One segment: names, open slices and tracks of the one before mean nothing in it."""
        self.names: dict[int, str] = {}
        self.arguments: dict[int, str] = {}
        # Open slices of each track, and the time of its latest event.
        self.open: dict[int, list[int]] = {}
        self.latest: dict[int, int] = {}
        for packet in packets(data):
            if packet.HasField("track_event"):
                if packet.HasField("interned_data"):
                    self._intern(packet.interned_data)
                self._event(packet.timestamp, packet.track_event)
            elif packet.HasField("track_descriptor"):
                self._describe(packet.track_descriptor)

    def _describe(self, descriptor: Any) -> None:
        if descriptor.parent_uuid and descriptor.parent_uuid not in self.open:
            raise TimelineError(f"track {descriptor.name}: its group is not described before it")
        self.tracks[descriptor.uuid] = (descriptor.name, descriptor.parent_uuid, descriptor.counter.unit_name)
        self.open[descriptor.uuid] = []
        self.latest[descriptor.uuid] = 0

    def _intern(self, data: Any) -> None:
        for item in data.event_names:
            self.names[item.iid] = item.name
        for item in data.debug_annotation_names:
            self.arguments[item.iid] = item.name

    def _event(self, time: int, event: Any) -> None:
        track, kind = event.track_uuid, event.type
        stack = self.open.get(track)
        if stack is None:
            raise TimelineError(f"track {track} is not described before its first event")
        if time < self.latest[track]:
            raise TimelineError(f"track {self.tracks[track][0]}: back in time at {time} ns")
        self.latest[track] = time
        if kind == 4:
            for column, value in zip(self.counters, (track, time, event.double_counter_value), strict=True):
                column.append(value)
            return
        if kind == 2:
            if not stack:
                raise TimelineError(f"track {self.tracks[track][0]}: an end without a begin at {time} ns")
            index = stack.pop()
            self.end[index] = time
        else:
            index = len(self.track)
            self.track.append(track)
            self.name.append(self._name(event))
            self.begin.append(time)
            self.end.append(time if kind == 3 else -1)
            self.depth.append(len(stack))
            if kind == 1:
                stack.append(index)
            self.flows += [(flow, track, time) for flow in (*event.flow_ids, *event.terminating_flow_ids)]
        for item in event.debug_annotations:
            rows, values = self.given.setdefault(self.arguments[item.name_iid], ([], []))
            rows.append(index)
            values.append(item.int_value)

    def _name(self, event: Any) -> str:
        if not event.name_iid:
            return event.name
        if event.name_iid not in self.names:
            raise TimelineError(f"name {event.name_iid} is not interned before its first use")
        return self.names[event.name_iid]

    def path(self, track: int) -> str:
        name, parent, _ = self.tracks[track]
        return f"{self.path(parent)} > {name}" if parent else name

    def timeline(self) -> Timeline:
        slices = pd.DataFrame({
            "track": np.array(self.track, dtype=np.int64), "name": self.name,
            "begin_ns": _integers(range(len(self.begin)), self.begin, len(self.begin)),
            "end_ns": pd.arrays.IntegerArray(np.array(self.end, dtype=np.int64), np.array(self.end) < 0),
            "depth": np.array(self.depth, dtype=np.int64)})
        for name, (rows, values) in self.given.items():
            slices[name] = _integers(rows, values, len(slices))
        tracks, times, values = self.counters
        counters = pd.DataFrame({
            "track": np.array(tracks, dtype=np.int64), "time_ns": np.array(times, dtype=np.int64), "value": values})
        counters["unit"] = counters.track.map({track: unit for track, (_, _, unit) in self.tracks.items()})
        flows = pd.DataFrame(self.flows, columns=["flow", "track", "begin_ns"]).sort_values(
            ["flow", "begin_ns"], kind="stable")
        names = pd.DataFrame(
            [(track, self.tracks[track][0], self.path(track)) for track in sorted(self.tracks)],
            columns=["track", "name", "path"]).set_index("track")
        return Timeline(slices, counters, flows.reset_index(drop=True), names)


def _integers(rows: Any, values: list[int], count: int) -> pd.arrays.IntegerArray:
    """A column of integers that are given for some rows only."""
    numbers, absent = np.zeros(count, dtype=np.int64), np.ones(count, dtype=bool)
    rows = np.fromiter(rows, dtype=np.int64)
    numbers[rows] = values
    absent[rows] = False
    return pd.arrays.IntegerArray(numbers, absent)
