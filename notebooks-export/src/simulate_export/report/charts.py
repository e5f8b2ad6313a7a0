"""Charts as plotly figures in plain dictionaries. Marks differ by shape as well as by colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

# Colours that stay apart for the colour-blind (Okabe and Ito).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5b5b5b")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
PATTERNS = ("", "/", "x", "-", ".", "+", "|")
Chart = tuple[list[dict[str, Any]], dict[str, Any]]


def time_axis(values: Any, *, narrow: bool = False) -> dict[str, Any]:
    """A logarithmic axis of times, marked as people write them: 10 ms, 1 s; in between where there is room."""
    positive = [value for value in values if value and value > 0]
    high = max(positive, default=1.0)
    low = max(min(positive, default=1e-3), high / 1e6)
    first, last = np.log10(low) - 0.08, np.log10(high) + 0.08
    decades = (last - first) * (1.6 if narrow else 1)
    steps = (1, 2, 5) if decades < 1.7 else (1, 3) if decades < 2.7 else (1,)
    marks = [step * 10.0**power for power in range(int(np.floor(first)), int(np.ceil(last)) + 1) for step in steps]
    marks = [mark for mark in marks if first <= np.log10(mark) <= last]
    return {"type": "log", "range": [float(first), float(last)], "tickvals": marks,
            "ticktext": [short_time(mark) for mark in marks]}


def short_time(value: float) -> str:
    """A round time without needless digits."""
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "us")):
        if value >= size * 0.999:
            return f"{value / size:,.4g} {unit}"
    return f"{value * 1e9:.3g} ns"


def percentiles(distributions: pd.DataFrame, metrics: list[str], titles: dict[str, str]) -> Chart:
    """One panel per metric; in it one row per variant, with its median, 90th, 99th percentile and maximum."""
    columns = ("p50", "p90", "p99", "max")
    variants = list(dict.fromkeys(distributions.variant))
    data, layout = [], {"grid": {"rows": 1, "columns": len(metrics), "pattern": "independent"}, "annotations": []}
    for panel, metric in enumerate(metrics):
        end = "" if panel == 0 else str(panel + 1)
        rows = distributions[distributions.metric == metric].set_index("variant")
        for index, column in enumerate(columns):
            data.append({
                "type": "scatter", "mode": "markers", "name": column, "legendgroup": column, "showlegend": panel == 0,
                "x": [rows[column].get(variant) for variant in variants], "y": variants, "xaxis": "x" + end,
                "yaxis": "y" + end, "marker": {"symbol": SYMBOLS[index], "size": 11, "color": COLOURS[index]},
                "hovertemplate": f"%{{y}}: {column} %{{x:.4~s}}s<extra>{titles[metric]}</extra>"})
        layout["xaxis" + end] = time_axis(rows[list(columns)].to_numpy().ravel(), narrow=True) | {"title": {"text": titles[metric]}}
        layout["yaxis" + end] = {"autorange": "reversed", "showticklabels": panel == 0, "type": "category"}
    return data, layout


def cumulative(series: dict[str, pd.Series], title: str) -> Chart:
    """The share of values at or below each value, one line per name."""
    shares = np.concatenate([np.linspace(0, 0.99, 199), np.linspace(0.9905, 1, 20)])
    data = []
    for index, (name, values) in enumerate(series.items()):
        present = values.dropna()
        data.append({
            "type": "scatter", "mode": "lines", "name": name, "x": np.quantile(present, shares).tolist(),
            "y": (100 * shares).tolist(), "line": {"dash": DASHES[index % len(DASHES)], "width": 2.5},
            "hovertemplate": "%{y:.1f} % within %{x:.4~s}s<extra>" + name + "</extra>"})
    return data, {
        "xaxis": time_axis([value for item in data for value in item["x"]]) | {"title": {"text": title}},
        "yaxis": {"title": {"text": "requests within, %"}, "range": [0, 101]}}


def stacked(rows: pd.DataFrame, unit: str, *, rest: str = "") -> Chart:
    """Horizontal bars, one per row, of parts that add up: columns are the parts. `rest` is what is left over."""
    data = [{
        "type": "bar", "orientation": "h", "name": part, "y": list(rows.index), "x": rows[part].tolist(),
        "marker": {"pattern": {"shape": PATTERNS[index % len(PATTERNS)], "fillmode": "overlay", "fgopacity": 0.35}}
        | ({"color": "#d8dee4"} if part == rest else {}),
        "hovertemplate": "%{y}: " + part + " %{x:.4~s}" + unit + "<extra></extra>",
    } for index, part in enumerate(rows.columns)]
    return data, {
        "barmode": "stack", "yaxis": {"autorange": "reversed", "type": "category"},
        "xaxis": {"ticksuffix": unit, "tickformat": "~s"}, "legend": {
            "traceorder": "normal", "orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}}


def bars(values: pd.DataFrame, suffix: str, title: str) -> Chart:
    """Grouped horizontal bars: one group per row, one bar per column."""
    data = [{
        "type": "bar", "orientation": "h", "name": column, "y": list(values.index), "x": values[column].tolist(),
        "marker": {"pattern": {"shape": PATTERNS[index % len(PATTERNS)], "fillmode": "overlay", "fgopacity": 0.35}},
        "hovertemplate": "%{y}: " + column + " %{x:.3~g}" + suffix + "<extra></extra>",
    } for index, column in enumerate(values.columns)]
    return data, {"barmode": "group", "yaxis": {"autorange": "reversed", "type": "category"},
                  "xaxis": {"ticksuffix": suffix, "title": {"text": title}, "rangemode": "tozero"}}


def over_time(series: dict[str, tuple[Any, Any]], title: str, *, steps: bool = True, suffix: str = "") -> Chart:
    """Values over simulated time, one line per name."""
    data = [{
        "type": "scatter", "mode": "lines", "name": name, "x": list(times), "y": list(values),
        "line": {"shape": "hv" if steps else "linear", "width": 1.6,
                 "dash": DASHES[(index if len(series) <= len(DASHES) else index // len(COLOURS)) % len(DASHES)]},
        "hovertemplate": "%{x:.3f} s: %{y:.4~g}" + suffix + "<extra>" + name + "</extra>",
    } for index, (name, (times, values)) in enumerate(series.items())]
    return data, {"xaxis": {"title": {"text": "simulated time, s"}},
                  "yaxis": {"title": {"text": title}, "rangemode": "tozero", "ticksuffix": suffix}}


def front(points: pd.DataFrame, x: str, y: str, labels: pd.Series, on_front: pd.Series, attains: pd.Series,
          titles: dict[str, str], *, log_x: bool = False, log_y: bool = False) -> Chart:
    """All points of a sweep by two objectives, those on the Pareto front and those that attain the SLO marked."""
    data = []
    kinds = [
        ("other points", ~on_front & ~attains, {"symbol": "circle-open", "size": 7, "color": "#8c959f"}),
        ("attains the SLO", ~on_front & attains, {"symbol": "circle", "size": 8, "color": "#009E73"}),
        ("on the front", on_front & ~attains, {"symbol": "diamond", "size": 11, "color": "#D55E00"}),
        ("on the front, attains the SLO", on_front & attains, {"symbol": "star", "size": 14, "color": "#0072B2"}),
    ]
    for name, mask, marker in kinds:
        rows = points[mask]
        if rows.empty:
            continue
        data.append({"type": "scatter", "mode": "markers", "name": name, "x": rows[x].tolist(), "y": rows[y].tolist(),
                     "text": labels[mask].tolist(), "marker": marker,
                     "hovertemplate": "%{text}<br>%{x:.4~g}, %{y:.4~g}<extra></extra>"})
    axes = {"xaxis": {"title": {"text": titles[x]}}, "yaxis": {"title": {"text": titles[y]}}}
    for axis, log in (("xaxis", log_x), ("yaxis", log_y)):
        if log:
            axis_ = axes[axis]
            axis_.update({"type": "log", "tickformat": "~g", "nticks": 6})
    return data, axes


def effects(groups: dict[str, dict[str, pd.Series]], title: str, *, log: bool = False) -> Chart:
    """One panel per setting: how an objective spreads for each of its values."""
    data, layout = [], {"grid": {"rows": 1, "columns": len(groups), "pattern": "independent"}, "showlegend": False}
    for panel, (setting, values) in enumerate(groups.items()):
        end = "" if panel == 0 else str(panel + 1)
        for name, series in values.items():
            data.append({"type": "box", "name": name, "y": series.tolist(), "xaxis": "x" + end, "yaxis": "y" + end,
                         "marker": {"color": "#0072B2", "size": 3}, "line": {"width": 1.3}})
        layout["xaxis" + end] = {"title": {"text": setting}, "type": "category"}
        layout["yaxis" + end] = {"matches": "y", "showticklabels": panel == 0, "title": {
            "text": title if panel == 0 else ""}} | ({"type": "log", "tickformat": "~g", "nticks": 6} if log else {})
    layout["yaxis"].pop("matches", None)
    return data, layout
