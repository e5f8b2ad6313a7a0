"""The error table of a page: what `simulate calibrate --evaluate` and `simulate validate` print, as it was saved."""

from __future__ import annotations

import pandas as pd

from ..results import ResultError, load_text_tables, number
from . import charts
from .page import Page, table


def build(page: Page, text: str, name: str) -> None:
    """Adds a section with every table of a text; those with errors in per cent get a chart."""
    tables = load_text_tables(text)
    if not tables:
        raise ResultError(f"{name}: no table of simulate; save one with: simulate calibrate table.csv --device h100 "
                          "--evaluate > errors.txt")
    section = page.section(
        "Errors against measurements", "How far predictions are from kernels or runs that were measured; MAPE is the "
        "mean of the absolute errors. Where a plain roofline stands beside, it is what one would say without a fit.")
    # The scenario stays last.
    if len(page.sections) > 1 and page.sections[-2].title == "Scenario":
        page.sections.insert(-2, page.sections.pop())
    for index, frame in enumerate(tables):
        numbers = frame.apply(lambda column: column.map(number))
        shown = frame.where(numbers.isna(), numbers).copy()
        texts = {column: _cell(frame[column]) for column in frame if numbers[column].notna().any()}
        whole = table(shown, caption=f"Table {index + 1}", sortable=True, row_header=frame.columns[0], formats=texts)
        errors = [column for column in ("MAPE", "roofline MAPE") if column in frame]
        if "MAPE" in errors:
            labels = frame.iloc[:, 0] + (", measured: " + frame["measured"] if "measured" in frame else "")
            bars = (100 * numbers[errors]).set_index(pd.Index(labels))
            section.add(page.chart(
                f"Mean absolute error {index + 1}" if len(tables) > 1 else "Mean absolute error",
                "Shorter is better.", *charts.bars(bars, " %", "mean absolute error"), whole,
                height=140 + 26 * len(bars)))
        else:
            section.add(whole)


def _cell(column: pd.Series):
    """Numbers are shown as they were printed, and sorted as numbers."""
    printed = {number(text): text for text in column}
    return lambda value: printed.get(value, str(value))
