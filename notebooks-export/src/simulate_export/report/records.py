"""What records and a timeline of the same run add to a page: whole distributions, and what happened over time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..timeline import Timeline
from . import charts, units
from .page import Page, Section, table

LIMIT = 1500  # points of a line; more cannot be told apart on a screen


def _by_variant(requests: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Requests of each variant, with the workload where there are several."""
    several = requests.workload.nunique() > 1
    return {f"{variant}: {workload}" if several else variant: rows
            for (variant, workload), rows in requests.groupby(["variant", "workload"], sort=False)}


def distributions(section: Section, page: Page, requests: pd.DataFrame | None) -> None:
    """The share of requests within each time, from the records."""
    if requests is None:
        return
    groups = _by_variant(requests)
    for column, title in (("ttft_s", "time to first token"), ("tpot_s", "time per output token"),
                          ("e2e_s", "end to end")):
        series = {name: rows[column] for name, rows in groups.items() if column in rows and rows[column].notna().any()}
        if not series:
            continue
        shares = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
        numbers = pd.DataFrame({"share of requests": [f"{100 * share:g} %" for share in shares]} | {
            name: [values.quantile(share) for share in shares] for name, values in series.items()})
        section.add(page.chart(
            title.capitalize(), "How many requests are served within each time; a curve further left is better.",
            *charts.cumulative(series, title), table(
                numbers, caption=title, formats={name: units.seconds for name in series},
                row_header="share of requests")))


def load(page: Page, requests: pd.DataFrame | None) -> None:
    """Requests in the system and arrivals over time, from the records."""
    if requests is None or "e2e_s" not in requests:
        return
    section = page.section(
        "Load over time", "From the records of the requests. Where the number in the system rises and stays, requests "
        "come faster than they are served.")
    inside, rates, numbers = {}, {}, []
    edges = np.linspace(0, float(requests.arrival_s.max()) or 1.0, 121)
    for name, rows in _by_variant(requests).items():
        served = rows[rows.status != "rejected"]
        if served.empty:
            continue
        end = float((served.arrival_s + served.e2e_s.fillna(0)).max()) or 1.0
        leaving = np.sort((served.arrival_s + served.e2e_s).dropna().to_numpy())
        times = np.linspace(0, end, LIMIT)
        count = np.searchsorted(np.sort(served.arrival_s), times, side="right") - np.searchsorted(
            leaving, times, side="right")
        inside[name] = (times, count)
        arrived, _ = np.histogram(served.arrival_s, edges)
        if not any(np.array_equal(arrived / np.diff(edges), values) for _, values in rates.values()):
            rates[name] = (edges[:-1], arrived / np.diff(edges))
        numbers.append({"variant": name, "in the system, mean": float(count.mean()),
                        "in the system, most": int(count.max()), "arrivals/s, mean": len(served) / end})
    if not inside:
        return
    section.add(page.chart(
        "Requests in the system", "Waiting or being served, at each instant.",
        *charts.over_time(inside, "requests"),
        table(pd.DataFrame(numbers), caption="Load", row_header="variant"), height=340))
    section.add(page.chart(
        "Arrivals", "Requests that arrive each second, on average over one 120th of the run.",
        *charts.over_time(rates if len(rates) > 1 else {"all variants": next(iter(rates.values()))}, "requests/s"),
        height=260))


def timeline(page: Page, recorded: Timeline | None) -> None:
    """Counters over time, and where the time of steps goes, from a timeline."""
    if recorded is None:
        return
    section = page.section(
        "Over time", "From the timeline of one variant; ui.perfetto.dev shows the same file in every detail.")
    counters = recorded.counters.assign(
        path=recorded.tracks.path.reindex(recorded.counters.track).values,
        name=recorded.tracks.name.reindex(recorded.counters.track).values)
    links = counters.path.str.startswith("links > ")
    for name, rows in counters[~links].sort_values(["track", "time_ns"], kind="stable").groupby("name", sort=False):
        series = {path.split(" > ")[-2]: _thinned(part.time_ns, part.value) for path, part in rows.groupby("path")}
        section.add(page.chart(
            name[0].upper() + name[1:], f"In {rows.unit.iloc[0]}, one line per replica.",
            *charts.over_time(series, rows.unit.iloc[0]), table(
                rows.groupby("path").value.agg(["mean", "max"]).reset_index(),
                caption=f"{name}: of the values recorded", row_header="path"), height=300))
    _links_over_time(section, page, counters[links])
    _steps(section, page, recorded)


def _thinned(times: pd.Series, values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A line of at most LIMIT points: of each stretch of time its largest value, so that no peak is lost."""
    seconds, numbers = times.to_numpy(dtype=float) / 1e9, values.to_numpy(dtype=float)
    order = np.argsort(seconds, kind="stable")
    seconds, numbers = seconds[order], numbers[order]
    if len(seconds) <= LIMIT:
        return seconds, numbers
    slot = ((seconds - seconds[0]) / (seconds[-1] - seconds[0]) * (LIMIT - 1)).astype(int)
    first = np.flatnonzero(np.diff(slot, prepend=-1))
    return seconds[first], np.maximum.reduceat(numbers, first)


def _links_over_time(section: Section, page: Page, counters: pd.DataFrame) -> None:
    """The links that carried most."""
    if counters.empty:
        return
    ordered = counters.sort_values(["path", "time_ns"])
    gaps = ordered.time_ns.astype(float).groupby(ordered.path).diff().shift(-1).clip(lower=0).fillna(0)
    carried = (ordered.value * gaps).groupby(ordered.path).sum().sort_values(ascending=False) / 1e9
    series: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for path in carried.index:
        rows = counters[counters.path == path]
        line = _thinned(rows.time_ns, rows.value / 1e9)
        # Ranks of one replica carry the same at the same time: one line is enough.
        if not any(np.array_equal(line[1], other[1]) for other in series.values()):
            series[path.removeprefix("links > ").removesuffix(" load")] = line
        if len(series) == 6:
            break
    section.add(page.chart(
        "Load of links", "Those that carried most, in GB/s; of links that carry the same the first.", *charts.over_time(series, "GB/s"), table(
            pd.DataFrame({"link": carried.index[:40], "carried": carried.values[:40]}), caption="Links",
            row_header="link", formats={"carried": lambda value: units.quantity(value, "B")}), height=300))


def _steps(section: Section, page: Page, recorded: Timeline) -> None:
    """Time of steps by kind, or by operator where the timeline has operators."""
    slices = recorded.slices
    paths = recorded.tracks.path.reindex(slices.track)
    steps = slices[(paths.str.endswith(" > steps")).to_numpy()].copy()
    if steps.empty:
        return
    steps["replica"] = recorded.tracks.path.reindex(steps.track).str.split(" > ").str[-2].values
    has_operators = (steps.depth == 1).any()
    rows = steps[(steps.depth == 1) if has_operators else (steps.depth == 0)].copy()
    rows["time"] = (rows.end_ns - rows.begin_ns).astype(float) / 1e9
    parts = rows.pivot_table(index="replica", columns="name", values="time", aggfunc="sum", fill_value=0)
    parts = parts[parts.sum().sort_values(ascending=False).index]
    if len(parts.columns) > 8:
        parts = parts.iloc[:, :7].assign(**{"all others": parts.iloc[:, 7:].sum(axis=1)})
    section.add(page.chart(
        "Operators" if has_operators else "Steps",
        "Time of all steps of each replica by operator, layers together." if has_operators
        else "Time of all steps of each replica by kind; record with --timeline-level operator to see operators.",
        *charts.stacked(parts, "s", rest="all others"), table(
            parts.reset_index(), caption="Time of steps", row_header="replica",
            formats={name: units.seconds for name in parts}), height=150 + 34 * len(parts)))
