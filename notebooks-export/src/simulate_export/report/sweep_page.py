"""The page of a sweep: the best point, the Pareto front, and what each setting does."""

from __future__ import annotations

import pandas as pd

from ..results import pareto, short_names
from . import charts, units
from .page import Page, bullets, table

# Objectives where none are named: the first three that the points have.
USUAL = ("max goodput_requests_per_s_per_device", "max output_tokens_per_s_per_device", "min ttft_s.p99",
         "min tpot_s.p99", "max tokens_per_s_per_device", "min step_time_s.mean", "min jct_s.mean", "max utilisation",
         "min makespan_s")


class ObjectiveError(ValueError):
    """An objective that cannot be read or that no point has, with those that there are."""


def objectives(text: str | None, points: pd.DataFrame) -> dict[str, str]:
    """Reads objectives, as `max output_tokens_per_s_per_device, min ttft_s.p99`, into columns and goals."""
    found: dict[str, str] = {}
    for item in text.split(",") if text else USUAL:
        goal, _, figure = item.strip().partition(" ")
        columns = [column for column in points
                   if column.startswith("metrics.") and column.split(".", 2)[-1] == figure.strip()]
        if goal not in ("max", "min") or not columns:
            if text is None:
                continue
            figures = sorted({column.split(".", 2)[-1] for column in points if column.startswith("metrics.")})
            raise ObjectiveError(f"--pareto {item.strip()}: expected max or min and a figure, such as "
                                 f"{', '.join(figures[:12])}")
        if points[columns[0]].notna().any():
            found[columns[0]] = goal
        if text is None and len(found) == 3:
            break
    return found


def build(points: pd.DataFrame, title: str, goals: dict[str, str]) -> Page:
    """The page of a sweep's points."""
    ok = points[points.status == "ok"].reset_index(drop=True)
    settings = [column for column in points if column.startswith("set.")]
    varied = [column for column in settings if points[column].astype(str).nunique() > 1] or settings
    names = short_names([column.removeprefix("set.") for column in varied])
    labels = ok[varied].rename(columns=lambda column: names[column.removeprefix("set.")]).apply(
        lambda row: " ".join(f"{key}={value}" for key, value in row.items()), axis=1)
    page = Page(title, f"A sweep of {len(points):,} points over {len(varied)} settings.")
    attains = (ok.meets_slo if "meets_slo" in ok else pd.Series(False, index=ok.index)).fillna(False).astype(bool)
    best = _answer(page, points, ok, goals, labels, attains)
    on_front = pareto(ok, goals) if len(goals) > 1 else pd.Series(False, index=ok.index)
    shown = ok[varied].rename(columns=lambda column: names[column.removeprefix("set.")])
    _front(page, ok, goals, labels, on_front, attains, shown)
    _effects(page, ok, varied, names, next(iter(goals), best))
    _points(page, ok, shown, goals, attains, points)
    return page


def _title(column: str) -> str:
    return units.title(column.split(".", 2)[-1])


def _answer(page: Page, points: pd.DataFrame, ok: pd.DataFrame, goals: dict[str, str], labels: pd.Series,
            attains: pd.Series) -> str:
    section = page.section("Answer")
    rest = points.status[points.status != "ok"].value_counts()
    facts = [f"{len(ok):,} of {len(points):,} points ran" + "".join(f", {n} {kind}" for kind, n in rest.items()) + "."]
    if "meets_slo" in ok and ok.meets_slo.notna().any():
        facts.append(f"{int(attains.sum()):,} attain the SLO." if attains.any()
                     else "None attains the SLO; these are the best that fall short.")
    if goals and len(ok):
        column, goal = next(iter(goals.items()))
        among = ok[attains] if attains.any() else ok
        index = among[column].astype(float).idxmax() if goal == "max" else among[column].astype(float).idxmin()
        row = ok.loc[index]
        figures = [f"{_title(key)}: {units.by_name(key, row[key])}" for key in goals]
        section.add(f'<div class="answer"><p>Best by {_title(column)}{" that attains the SLO" if attains.any() else ""}: '
                    f"<b>{labels[index]}</b></p>{bullets(figures + facts)}</div>")
        return column
    section.add(bullets(facts))
    return ""


def _front(page: Page, ok: pd.DataFrame, goals: dict[str, str], labels: pd.Series, on_front: pd.Series,
           attains: pd.Series, shown: pd.DataFrame) -> None:
    if len(goals) < 2:
        return
    wanted = [f"{'more' if goal == 'max' else 'less'} {_title(column)}" for column, goal in goals.items()]
    section = page.section(
        "Pareto front", f"No other point is better in one of these without being worse in another: {'; '.join(wanted)}. "
        "Which of them is right depends on what a user gives up for what.")
    columns = list(goals)
    titles = {column: _title(column) + (", s" if "_s." in column else "") for column in columns}
    for other in columns[1:]:
        spread = {column: _spread(ok[column]) for column in (columns[0], other)}
        section.add(page.chart(
            f"{titles[columns[0]]} and {titles[other]}",
            f"{int(on_front.sum())} of {len(ok)} points are on the front of all objectives.",
            *charts.front(ok, columns[0], other, labels, on_front, attains, titles, log_x=spread[columns[0]] > 30,
                          log_y=spread[other] > 30), height=420))
    frame = shown[on_front].assign(
        **{column: ok.loc[on_front, column] for column in columns}, SLO=attains[on_front].map({True: "yes", False: "no"}))
    section.add(table(
        frame.sort_values(columns[0], ascending=goals[columns[0]] == "min"), sortable=True, best=goals,
        caption=f"The {int(on_front.sum())} points of the front", labels={column: _title(column) for column in columns},
        formats={column: (lambda value, column=column: units.by_name(column, value)) for column in columns}))


def _spread(values: pd.Series) -> float:
    positive = values[values > 0]
    return float(positive.max() / positive.min()) if len(positive) else 1.0


def _effects(page: Page, ok: pd.DataFrame, varied: list[str], names: dict[str, str], objective: str) -> None:
    """How an objective spreads for each value of each setting."""
    groups: dict[str, dict[str, pd.Series]] = {}
    seen: dict[str, pd.Series] = {}
    numbers = []
    if not objective or ok.empty:
        return
    for column in varied:
        texts = ok[column].astype(str)
        if not 1 < texts.nunique() <= 12:
            continue
        values = sorted(ok[column].dropna().unique(), key=lambda value: (isinstance(value, str), value))
        name = names[column.removeprefix("set.")]
        # Settings that change together, value by value, say the same thing: one panel is enough.
        twin = next((other for other in seen if _change_together(seen[other], texts)), None)
        if twin:
            groups[f"{twin}, {name}"] = groups.pop(twin)
            seen[f"{twin}, {name}"] = seen.pop(twin)
            continue
        seen[name] = texts
        groups[name] = {str(value): ok.loc[texts == str(value), objective].astype(float) for value in values}
        numbers += [{"setting": name, "value": value, "points": len(series), "lowest": series.min(),
                     "median": series.median(), "highest": series.max()} for value, series in groups[name].items()]
    if not groups:
        return
    section = page.section(
        "What each setting does", f"How {_title(objective)} spreads over all points with a value. Boxes that lie apart "
        "mean that the setting matters by itself; equal ones that it does not, or only together with others.")
    form = {key: (lambda value: units.by_name(objective, value)) for key in ("lowest", "median", "highest")}
    section.add(page.chart(
        _title(objective), "A box holds the middle half of the points, its line is their median.",
        *charts.effects(groups, _title(objective), log=_spread(ok[objective]) > 30),
        table(pd.DataFrame(numbers), caption=_title(objective), formats=form, row_header="setting"), height=420))


def _change_together(one: pd.Series, other: pd.Series) -> bool:
    pairs = pd.DataFrame({"one": one, "other": other}).drop_duplicates()
    return len(pairs) == one.nunique() == other.nunique()


def _points(page: Page, ok: pd.DataFrame, shown: pd.DataFrame, goals: dict[str, str], attains: pd.Series,
            points: pd.DataFrame) -> None:
    section = page.section("All points", "Headings sort. The first 500 are here; the file has them all.")
    frame = shown.assign(**{column: ok[column] for column in goals}, SLO=attains.map({True: "yes", False: "no"}))
    frame.insert(0, "point", ok.i)
    section.add(table(
        frame, caption="Points that ran", sortable=True, row_header="point", best=goals,
        labels={column: _title(column) for column in goals},
        formats={column: (lambda value, column=column: units.by_name(column, value)) for column in goals}))
    failed = points[points.status != "ok"]
    if len(failed):
        section.add(table(failed[[column for column in ("i", "status", "error") if column in failed]],
                          caption="Points that did not run", row_header="i"))
