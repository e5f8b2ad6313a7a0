"""``simulate-export``: convert public tables to the kernel table of ``simulate calibrate``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from . import aiconfigurator, llmservingsim, splitwise, vidur
from .table import Counts, Row, write_table


def main(arguments: list[str] | None = None) -> int:
    """Convert; what was left out is counted on standard error."""
    parser = argparse.ArgumentParser(prog="simulate-export", description=__doc__)
    parser.add_argument("format", choices=["aiconfigurator", "vidur", "llmservingsim", "splitwise"])
    parser.add_argument("tables", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--routing", help="aiconfigurator: distribution of tokens over experts")
    parser.add_argument("--hidden", type=int, help="llmservingsim: width of the model, by default 4096 (Llama-3.1-8B)")
    options = parser.parse_args(arguments)
    if options.routing is not None and options.format != "aiconfigurator":
        parser.error("--routing is of aiconfigurator's tables")
    if options.hidden is not None and options.format != "llmservingsim":
        parser.error("--hidden is of llmservingsim's tables")
    if options.format == "splitwise":
        if len(options.tables) != 1:
            parser.error("splitwise has one table")
        with options.output.open("w", newline="") as file:
            points = splitwise.convert(options.tables[0], file)
        print(f"{points} points of whole phases: no kernels; for validation end to end", file=sys.stderr)
        return 0
    counts = Counts()

    def rows() -> Iterator[Row]:
        for table in options.tables:
            if options.format == "aiconfigurator":
                yield from aiconfigurator.convert(table, counts, routing=options.routing)
            elif options.format == "vidur":
                yield from vidur.convert(table, counts)
            else:
                yield from llmservingsim.convert(table, counts, hidden=options.hidden or 4096)

    with options.output.open("w", newline="") as file:
        written = write_table(rows(), file)
    print(f"{written} rows", file=sys.stderr)
    for reason, count in sorted(counts.items()):
        print(f"left out {count}: {reason}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
