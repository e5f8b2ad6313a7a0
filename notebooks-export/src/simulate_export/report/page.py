"""The page around tables and charts: headings, navigation, one style and one script, no network."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from typing import Any

import pandas as pd

# What a browser may do with the page: nothing beyond what is in it.
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"


@dataclass
class Section:
    """A part of a page: a heading, a sentence that says how to read it, and what follows."""

    title: str
    lead: str = ""
    parts: list[str] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return "".join(letter if letter.isalnum() else "-" for letter in self.title.lower())

    def add(self, *parts: str) -> Section:
        self.parts += [part for part in parts if part]
        return self


def plain(value: Any) -> Any:
    """A value as JSON has it: no NaN, no numbers of other libraries."""
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple, pd.Series, pd.Index)):
        return [plain(member) for member in value]
    if value is None or value is pd.NA:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def script_json(value: Any) -> str:
    """JSON that can stand in a script: no text can end the script."""
    return json.dumps(plain(value), separators=(",", ":")).replace("<", "\\u003c")


class Page:
    """A page in the making. Charts and tables are added to its sections as HTML."""

    def __init__(self, title: str, subtitle: str = "") -> None:
        self.title = title
        self.subtitle = subtitle
        self.sections: list[Section] = []
        self.charts: list[dict[str, Any]] = []

    def section(self, title: str, lead: str = "") -> Section:
        self.sections.append(Section(title, lead))
        return self.sections[-1]

    def chart(
        self, title: str, summary: str, data: list[dict[str, Any]], layout: dict[str, Any], numbers: str = "",
        height: int = 360,
    ) -> str:
        """A chart with what it shows in words, and its numbers in a table that opens.

        numbers: a table made by `table`. Where it is absent the chart repeats a table that stands beside it.
        """
        name = f"chart-{len(self.charts) + 1}"
        self.charts.append({"id": name, "data": data, "layout": {"height": height} | layout})
        below = f"<details><summary>Numbers: {escape(title)}</summary>{numbers}</details>" if numbers else ""
        return (f'<figure><figcaption id="{name}-title"><b>{escape(title)}.</b> {escape(summary)}</figcaption>'
                f'<div id="{name}" class="chart" role="img" aria-labelledby="{name}-title" '
                f'style="min-height:{height}px"></div>{below}</figure>')

    def html(self, plotly: str) -> str:
        """The whole document.

        plotly: the text of plotly.js.
        """
        folder = files(__package__)
        style, script = ((folder / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
        navigation = "".join(
            f'<li><a href="#{section.anchor}">{escape(section.title)}</a></li>' for section in self.sections)
        body = "".join(
            f'<section aria-labelledby="{section.anchor}"><h2 id="{section.anchor}" tabindex="-1">'
            f"{escape(section.title)}</h2>"
            + (f'<p class="lead">{section.lead}</p>' if section.lead else "") + "".join(section.parts) + "</section>"
            for section in self.sections if section.parts)
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{escape(self.title)}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><h1>{escape(self.title)}</h1><p>{escape(self.subtitle)}</p></header>
<nav aria-label="Sections"><ul>{navigation}</ul></nav>
<main id="content" tabindex="-1">{body}</main>
<script>{plotly}</script>
<script>const CHARTS = {script_json(self.charts)};
{script}</script>
</body>
</html>
"""


Cell = Callable[[Any], str]
# Behind a text of a cell: the value is the best of its kind.
BEST = "\u0000best"
MARK = ' <span class="mark">best</span>'


def table(
    frame: pd.DataFrame, *, caption: str, formats: dict[str, Cell] | None = None, labels: dict[str, str] | None = None,
    best: dict[str, str] | None = None, sortable: bool = False, row_header: str | None = None, limit: int = 500,
    numbers: bool = False,
) -> str:
    """A table of a frame's columns.

    formats: by column, how a value is written. best: column to "max" or "min"; the best value is marked, in words
    for those who do not see the mark. sortable: headings become buttons. row_header: the column that names a row. numbers: all other columns are aligned as numbers.
    """
    if frame.empty:
        return ""
    formats, labels, best = formats or {}, labels or {}, best or {}
    left_out = max(0, len(frame) - limit)
    frame = frame.head(limit)
    optimum = {
        column: getattr(frame[column], "max" if goal == "max" else "min")()
        for column, goal in best.items() if column in frame and frame[column].nunique() > 1}
    heads = []
    for column in frame.columns:
        label = escape(labels.get(column, column))
        button = f'<button type="button">{label}</button>' if sortable else label
        right = ' class="number"' if numbers and column != row_header else ""
        heads.append(f'<th scope="col"{right}{" aria-sort=none" if sortable else ""}>{button}</th>')
    rows = []
    for _, row in frame.iterrows():
        cells = []
        for column in frame.columns:
            value = row[column]
            text = formats[column](value) if column in formats else cell(value)
            is_best = text.endswith(BEST) or (column in optimum and value == optimum[column])
            text, mark = escape(text.removesuffix(BEST)), MARK if is_best else ""
            key = _sort_key(value)
            tag, scope = ("th", ' scope="row"') if column == row_header else ("td", "")
            aligned = isinstance(key, (int, float)) or (numbers and column != row_header)
            number = ' class="number"' if aligned else ""
            cells.append(f'<{tag}{scope}{number} data-key="{escape(str(key))}">{text}{mark}</{tag}>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    note = f"<p>{left_out:,} more rows are left out here.</p>" if left_out else ""
    return (f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
            f"<caption>{escape(caption)}</caption><thead><tr>{''.join(heads)}</tr></thead>"
            f"<tbody>{''.join(rows)}</tbody></table></div>{note}")


def _sort_key(value: Any) -> Any:
    value = plain(value)
    return "" if value is None else int(value) if isinstance(value, bool) else value


def cell(value: Any) -> str:
    """A value that has no format of its own."""
    from .units import digits

    value = plain(value)
    if value is None:
        return "–"
    if isinstance(value, float):
        return digits(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def bullets(items: Iterable[str]) -> str:
    """A list of plain texts."""
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def details(summary: str, body: str) -> str:
    """Something that opens."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>" if body else ""


def join(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
