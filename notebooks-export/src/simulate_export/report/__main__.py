"""`python -m simulate_export.report result.json -o page.html`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .. import results, timeline
from . import errors, result_page, sweep_page


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulate_export.report",
        description="Write one self-contained HTML page for a result or a sweep of simulate.",
        epilog="simulate run scenario.json -o result.json --requests requests.jsonl --timeline run.pftrace, then "
               "python -m simulate_export.report result.json --requests requests.jsonl --timeline run.pftrace "
               "-o page.html")
    parser.add_argument("input", type=Path, help="a result (JSON), or the results of a sweep (JSON Lines)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the page to write")
    parser.add_argument("--requests", type=Path, help="records of the same run: whole distributions, load over time")
    parser.add_argument("--timeline", type=Path, help="Perfetto timeline of the same run: queues, memory, links, steps")
    parser.add_argument("--errors", type=Path, help="what simulate calibrate --evaluate printed: the error table")
    parser.add_argument("--pareto", help="objectives of a sweep, as in: max output_tokens_per_s_per_device, "
                                         "min ttft_s.p99")
    return parser.parse_args(given)


def page(options: argparse.Namespace) -> str:
    """The page as text. Raises an error that says what is wrong with a file."""
    from plotly.offline import get_plotlyjs

    if results.is_sweep(options.input):
        if options.requests or options.timeline:
            raise results.ResultError("--requests and --timeline belong to a result, not to a sweep")
        points = results.load_sweep(options.input)
        goals = sweep_page.objectives(options.pareto, points)
        built = sweep_page.build(points, options.input.stem.replace("-", " "), goals)
    else:
        if options.pareto:
            raise results.ResultError("--pareto belongs to a sweep, not to a result")
        built = result_page.build(
            results.load_result(options.input),
            results.load_requests(options.requests) if options.requests else None,
            timeline.load(options.timeline) if options.timeline else None)
    if options.errors:
        errors.build(built, options.errors.read_text(encoding="utf-8"), str(options.errors))
    return built.html(get_plotlyjs())


def main(given: list[str] | None = None) -> int:
    """Writes the page; 2 when an input is wrong, 1 when it cannot be written."""
    options = arguments(given)
    try:
        text = page(options)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    partial = options.output.with_name(f"{options.output.name}.partial-{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(options.output)
    except OSError as error:
        partial.unlink(missing_ok=True)
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
