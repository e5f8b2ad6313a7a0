"""The page of one result: the answer first, then why, then how far to trust it."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pandas as pd

from ..results import Result, flat
from ..timeline import Timeline
from . import charts, records, units
from .page import BEST, Page, bullets, details, table

DISTRIBUTIONS = {
    "ttft_s": "time to first token", "tpot_s": "time per output token", "itl_s": "inter-token latency",
    "e2e_s": "end to end", "jct_s": "job completion time", "step_time_s": "time of a step",
}
STAGES = {
    "queueing_s": "queueing", "prefill_s": "prefill", "decode_queueing_s": "waiting for decode",
    "kv_transfer_s": "KV transfer",
}
# Figures of the first table: the goal says which value is marked.
HEADLINES = {
    "devices": ("cards", None), "requests_completed": ("requests completed", None),
    "goodput_requests_per_s": ("good requests/s", "max"), "slo_attainment": ("SLO attainment", "max"),
    "output_tokens_per_s_per_device": ("output tokens/s/card", "max"), "ttft_s.p50": ("TTFT p50", "min"),
    "ttft_s.p99": ("TTFT p99", "min"), "tpot_s.p50": ("TPOT p50", "min"), "tpot_s.p99": ("TPOT p99", "min"),
    "itl_s.p99": ("ITL p99", "min"), "e2e_s.p50": ("E2E p50", "min"), "e2e_s.p99": ("E2E p99", "min"),
    "jobs_completed": ("jobs completed", None), "jct_s.mean": ("job completion time, mean", "min"),
    "jct_s.p99": ("job completion time, p99", "min"), "allocation_ratio": ("cards allocated", "max"),
    "utilisation": ("utilisation", "max"), "steps": ("steps", None), "step_time_s.mean": ("step time, mean", "min"),
    "tokens_per_s_per_device": ("tokens/s/card", "max"), "bubble_ratio": ("cards idle", "min"), "mfu": ("MFU", "max"),
    "peak_device_bytes": ("peak memory of a card", "min"), "makespan_s": ("makespan", None),
}


def build(result: Result, requests: pd.DataFrame | None = None, timeline: Timeline | None = None) -> Page:
    """The page of a result.

    requests, timeline: what `simulate run --requests` and `--timeline` wrote of the same run; they add the full
    distributions and what happened over time.
    """
    description = result.document["scenario"]["document"].get("description", "")
    page = Page(result.name, description)
    _answer(page, result)
    _latency(page, result, requests)
    _stages(page, result)
    _phases(page, result)
    _tenants(page, result)
    records.load(page, requests)
    records.timeline(page, timeline)
    _pools(page, result)
    _memory(page, result)
    _links(page, result)
    _trust(page, result)
    _scenario(page, result)
    return page


def _name(row: Any, result: Result) -> str:
    """A variant, with its workload where there are several."""
    return row.variant if result.metrics.workload.nunique() == 1 else f"{row.variant}: {row.workload}"


def _named(frame: pd.DataFrame, result: Result) -> pd.DataFrame:
    return frame.assign(variant=[_name(row, result) for row in frame.itertuples()])


def _answer(page: Page, result: Result) -> None:
    section = page.section("Answer")
    comparison = result.comparison
    checks = result.checks
    failed = [] if checks.empty else [
        f"{row.variant}: {row.name_}: expected {row.expected:,}, found {row.found:,}"
        for row in checks[~checks.holds].rename(columns={"name": "name_"}).itertuples()]
    if comparison and comparison.get("best"):
        best, variants = comparison["best"], comparison["variants"]
        others = [f"{row['best_over_this']:.2f} × {name}" for name, row in variants.items()
                  if name != best and row.get("best_over_this")]
        criterion = units.title(comparison["criterion"])
        reasons = variants[best].get("why", [])
        section.add(f'<div class="answer"><p>Best by {escape(criterion)}: <b>{escape(best)}</b>'
                    + (f", {escape(', '.join(others))}" if others else "") + f"</p>{bullets(reasons)}</div>")
        for name, row in variants.items():
            if name != best and row.get("why"):
                section.add(details(f"Why not {name}", bullets(row["why"])))
    if failed:
        section.add(f'<p class="failed">Conservation checks failed; do not use this result.</p>{bullets(failed)}')
    metrics = _named(result.metrics, result)
    present = [key for key in HEADLINES if key in metrics and metrics[key].notna().any()]
    section.add(_headlines(metrics, present))
    everything = metrics.drop(columns="workload").set_index("variant").T
    numbers = pd.DataFrame({"figure": everything.index}).join(
        pd.DataFrame({name: [units.by_name(key, value) for key, value in everything[name].items()]
                      for name in everything}))
    section.add(details("All figures", table(numbers, caption="All figures of the result.", row_header="figure")))


def _headlines(metrics: pd.DataFrame, figures: list[str]) -> str:
    """Figures by variant, one row each, with the best of a row marked."""
    rows = []
    for figure in figures:
        label, goal = HEADLINES[figure]
        values = metrics[figure].tolist()
        present = [value for value in values if not pd.isna(value)]
        best = {"max": max, "min": min}[goal](present) if goal and len(set(present)) > 1 else None
        rows.append({"figure": label} | {
            variant: units.by_name(figure, value) + (BEST if best is not None and value == best else "")
            for variant, value in zip(metrics.variant, values, strict=True)})
    return table(pd.DataFrame(rows), caption="Headline figures; the best of each row is marked.",
                 row_header="figure", numbers=True)


def _latency(page: Page, result: Result, requests: pd.DataFrame | None) -> None:
    rows = result.distributions
    metrics = [metric for metric in DISTRIBUTIONS if not rows.empty and (rows.metric == metric).any()]
    if not metrics:
        return
    section = page.section(
        "Latency", "Logarithmic axes: a step to the right is a factor. The distance between the median and the 99th "
        "percentile is what an unlucky request pays.")
    rows = _named(rows, result)
    rows = rows[rows.metric.isin(metrics)]
    data, layout = charts.percentiles(rows, metrics[:4], DISTRIBUTIONS)
    numbers = rows[["variant", "metric", "mean", "p50", "p90", "p95", "p99", "max", "count"]]
    time = {column: units.seconds for column in ("mean", "p50", "p90", "p95", "p99", "max")}
    section.add(page.chart(
        "Percentiles", "One panel per figure, one row per variant.", data, layout,
        table(numbers, caption="Percentiles", formats=time, sortable=True, row_header="variant"),
        height=150 + 45 * rows.variant.nunique()))
    records.distributions(section, page, requests)


def _stages(page: Page, result: Result) -> None:
    metrics = _named(result.metrics, result).set_index("variant")
    columns = [f"{stage}.mean" for stage in STAGES if f"{stage}.mean" in metrics]
    if not columns or "ttft_s.mean" not in metrics:
        return
    parts = metrics[columns].fillna(0)
    parts.columns = [STAGES[column.removesuffix(".mean")] for column in columns]
    parts["first decode step"] = (metrics["ttft_s.mean"] - parts.sum(axis=1)).clip(lower=0)
    parts = parts.loc[:, (parts > 0).any()]
    section = page.section(
        "Where the first token waits", "The mean time to the first token, cut into its stages: the longest part is the "
        "one to shorten.")
    numbers = parts.reset_index()
    section.add(page.chart(
        "Stages of the time to the first token", "Means over all completed requests.",
        *charts.stacked(parts, "s"), table(
            numbers, caption="Mean of each stage", formats={name: units.seconds for name in parts},
            row_header="variant"), height=130 + 45 * len(parts)))


def _phases(page: Page, result: Result) -> None:
    """Phases of a training step, where the workload has them."""
    metrics = _named(result.metrics, result).set_index("variant")
    columns = [name for name in metrics if name.startswith("phases.") and name.endswith("_s")]
    if not columns:
        return
    parts = metrics[columns].dropna(how="all").fillna(0).astype(float)
    parts.columns = [name.removeprefix("phases.").removesuffix("_s").replace("_", " ") for name in columns]
    section = page.section("Where a step spends its time", "Mean time of each phase of a step.")
    section.add(page.chart(
        "Phases of a step", "Phases that overlap are shown one after the other.", *charts.stacked(parts, "s"), table(
            parts.reset_index(), caption="Mean of each phase", formats={name: units.seconds for name in parts},
            row_header="variant"), height=150 + 45 * len(parts)))


def _tenants(page: Page, result: Result) -> None:
    """What each tenant got, where jobs have tenants."""
    rows = []
    for variant, run in result.document["variants"].items():
        for workload in run["workloads"].values():
            for tenant, figures in (workload.get("metrics", {}).get("tenants") or {}).items():
                rows.append({"variant": variant, "tenant": tenant} | dict(flat(figures)))
    if not rows:
        return
    frame = pd.DataFrame(rows)
    section = page.section("Tenants", "What each tenant's jobs got; unequal waiting at equal shares is unfair.")
    section.add(table(
        frame, caption="Figures by tenant", sortable=True, row_header="tenant",
        labels={name: units.title(name) for name in frame},
        formats={name: (lambda value, name=name: units.by_name(name, value)) for name in frame.columns[2:]}))


def _pools(page: Page, result: Result) -> None:
    pools = result.pools
    if pools.empty or "utilisation" not in pools:
        return
    section = page.section(
        "Pools", "A pool that computes all the time and has a queue is the bottleneck; one that does neither has cards "
        "to give away.")
    names = [f"{_name(row, result)}: {row.pool}" for row in pools.itertuples()]
    columns = {"utilisation": "computing", "queue_share": "with a queue"}
    shares = pd.DataFrame({
        label: (100 * pools[column]).tolist() for column, label in columns.items() if column in pools}, index=names)
    keys = [key for key in (
        "role", "devices", "replicas", "utilisation", "queue_share", "down_share", "steps", "requests",
        "prefill_tokens", "decode_tokens", "preemptions", "kv_peak_share", "busy_s") if key in pools]
    section.add(page.chart(
        "Share of the time", "How long each pool computes, and how long requests wait in its queues.",
        *charts.bars(shares, " %", "share of the makespan"), table(
            pools[["variant", "pool", *keys]], caption="Pools", sortable=True, row_header="pool",
            formats={key: (lambda value, key=key: units.by_name(key, value)) for key in keys}),
        height=120 + 48 * len(shares)))


def _memory(page: Page, result: Result) -> None:
    memory = result.memory
    if memory.empty or "weights_bytes" not in memory or "kv_peak_bytes" not in memory:
        return
    rows = memory.assign(free=memory.device_bytes - memory.peak_bytes)
    parts = rows[["weights_bytes", "reserved_bytes", "kv_peak_bytes", "free"]].astype(float)
    parts.columns = ["weights", "reserved", "KV cache at its peak", "never used"]
    parts.index = [f"{_name(row, result)}: {row.pool}" for row in memory.itertuples()]
    section = page.section("Memory", "How the memory of one card of each pool is divided when its KV cache is fullest.")
    frame = rows[["variant", "pool", *[column for column in memory if column.endswith(("_bytes", "_device"))]]]
    section.add(page.chart(
        "Memory of one card", "All of a bar is what the card has.", *charts.stacked(parts, "B", rest="never used"), table(
            frame, caption="Memory per card", row_header="pool", formats={
                column: (lambda value: units.quantity(value, "B")) for column in frame if "bytes" in column}),
        height=130 + 40 * len(parts)))


def _links(page: Page, result: Result) -> None:
    links = result.links
    if links.empty:
        return
    section = page.section(
        "Links", "Those that carried anything, the busiest first. Utilisation is what was carried over what could have "
        "been; a link is busy while any transfer is on it.")
    frame = links.sort_values("utilisation", ascending=False)[
        ["variant", "name", "bytes_per_s", "bytes", "utilisation", "busy_s", "peak_flows"]].drop_duplicates()
    section.add(table(
        frame, caption=f"{len(frame)} links", sortable=True, row_header="name", limit=40,
        labels={"bytes_per_s": "capacity", "bytes": "carried", "peak_flows": "transfers at once"},
        formats={"bytes_per_s": lambda value: units.quantity(value, "B/s"),
                 "bytes": lambda value: units.quantity(value, "B"), "busy_s": units.seconds,
                 "utilisation": lambda value: units.by_name("utilisation", value)}))


def _trust(page: Page, result: Result) -> None:
    section = page.section(
        "How far to trust the times", "Every timing parameter says where it comes from; its standard deviation is that "
        "of its logarithm, so that 10 % means a factor of 1.1 either way. What is assumed may decide the answer: "
        "<code>--draws 16</code> shows whether it does.")
    if not result.intervals.empty:
        section.add(table(
            _named(result.intervals, result).drop(columns="workload"), row_header="metric", sortable=True,
            caption="5 % and 95 % of each figure over drawn parameters",
            formats={"p5": units.digits, "p95": units.digits}))
    provenance = result.provenance
    if not provenance.empty:
        groups = provenance.assign(provenance=provenance.provenance.str.replace(r"\(.*", "", regex=True)).groupby(
            ["device", "provenance"], sort=False).agg(
                parameters=("parameter", "nunique"), widest=("log_sd", "max")).reset_index()
        percent = {"widest": lambda value: f"{100 * value:.0f} %", "log_sd": lambda value: f"{100 * value:.0f} %"}
        section.add(table(groups, caption="Errors by device and source", row_header="device", formats=percent,
                          labels={"widest": "largest standard deviation"}))
        section.add(details("All parameters", table(
            provenance[["device", "parameter", "value", "provenance", "log_sd", "source"]].drop_duplicates(),
            caption="All timing parameters", sortable=True, row_header="parameter", formats=percent,
            labels={"log_sd": "standard deviation"})))
    if not result.checks.empty:
        section.add(details(f"Conservation checks: {int(result.checks.holds.sum())} of {len(result.checks)} hold", table(
            result.checks, caption="What must come out even", row_header="name")))


def _scenario(page: Page, result: Result) -> None:
    document = result.document
    scenario = json.dumps(document["scenario"]["document"], indent=2, ensure_ascii=False)
    page.section("Scenario", f"Engine {escape(document['engine_version'])}, scenario "
                 f"{escape(document['scenario']['hash'])}. The same scenario gives the same bytes of result.").add(
        details("The scenario as it ran", f'<pre tabindex="0">{escape(scenario)}</pre>'))
