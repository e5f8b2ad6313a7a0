"""The probe: time the operators of transformer steps on the accelerator at hand and write its kernel table.

One file, on ``torch.accelerator`` (CUDA, NPU, HPU, XPU; the CPU serves its own test)::

    python -m simulate_export.probe -o card.csv
    simulate calibrate card.csv --device h100 -o card.json

Shapes are seeded draws with anchors: four GEMMs with much arithmetic, two that stream weights beyond any cache, then
GEMMs, prompt attention and decode attention of serving shapes. What does not fit the memory is left out and counted.
Weights alternate between copies, so that they come from memory rather than from a warm cache. Kernels shorter than
their launch are timed at the pace of launching: their setup time is that of eager execution.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from .table import Counts, Row, write_table

Gemm = tuple[int, int, int]
Attention = tuple[str, int, int, int, int, int]
"""Operator, sequences, tokens or keys of each, query heads, key-value heads, head size."""


def gemm_shapes(count: int, seed: int, largest: int) -> list[Gemm]:
    """``(m, n, k)``: anchors first, then draws; no side above ``largest``."""
    draw = random.Random(seed)
    anchors = [(8192, 8192, 8192), (4096, 16384, 8192), (8192, 4096, 14336), (4096, 8192, 8192), (1, 16384, 16384),
               (8, 28672, 8192)]
    sides = [1024, 1536, 2048, 2560, 3072, 4096, 5120, 6144, 8192, 12288, 14336, 16384, 28672]
    while len(anchors) < count:
        anchors.append((2 ** draw.randrange(14), draw.choice(sides), draw.choice(sides)))
    return [(min(m, largest), min(n, largest), min(k, largest)) for m, n, k in anchors[:count]]


def attention_shapes(count: int, seed: int, largest: int) -> list[Attention]:
    """Alternately prompts and decoding batches of grouped-query heads."""
    draw = random.Random(seed + 1)
    shapes: list[Attention] = []
    while len(shapes) < count:
        operator = "decode_attention" if len(shapes) % 2 else "prefill_attention"
        batch = 2 ** draw.randrange(8 if operator == "decode_attention" else 3)
        length = min(2 ** draw.randrange(7, 15), largest)
        groups = draw.choice([1, 2, 4, 8])
        shapes.append((operator, batch, length, groups * draw.choice([1, 4, 8]), groups, 128))
    return shapes


class Clock:
    """Times calls on one device, synchronised, in seconds."""

    def __init__(self, torch: Any, device: str) -> None:
        self.torch = torch
        self.device = device

    def synchronise(self) -> None:
        """Wait for everything launched; the CPU has nothing to wait for."""
        if self.device != "cpu":
            self.torch.accelerator.synchronize()

    def seconds(self, call: Callable[[int], Any], least: float) -> float:
        """Median over nine batches of calls, each batch long enough that launching hides behind running."""
        call(0)
        self.synchronise()
        begin = time.perf_counter()
        call(1)
        self.synchronise()
        calls = max(1, min(200, int(least / max(1e-7, time.perf_counter() - begin))))
        results = []
        for _ in range(9):
            begin = time.perf_counter()
            for index in range(calls):
                call(index)
            self.synchronise()
            results.append((time.perf_counter() - begin) / calls)
        return median(results)


def measure(torch: Any, device: str, *, count: int, seed: int, largest: int, least: float, counts: Counts) -> list[Row]:
    """Time every shape; bf16 throughout."""
    clock = Clock(torch, device)
    engine = f"torch {torch.__version__.split('+')[0]}"
    rows: list[Row] = []
    for m, n, k in gemm_shapes(count, seed, largest):
        call = _guarded(lambda: _gemm(torch, device, m, n, k), counts)
        if call is not None:
            seconds = clock.seconds(call, least)
            rows.append(Row(operator="gemm", dtype="bf16", engine=engine, seconds=seconds, m=m, n=n, k=k))
    for operator, batch, length, heads, groups, size in attention_shapes(count, seed, largest):
        is_decode = operator == "decode_attention"
        queries = 1 if is_decode else length
        call = _guarded(lambda: _attention(torch, device, batch, queries, length, heads, groups, size), counts)
        if call is not None:
            seconds = clock.seconds(call, least)
            rows.append(Row(
                operator=operator, dtype="bf16", cache_dtype="bf16", engine=engine, seconds=seconds, batch=batch,
                tokens=None if is_decode else length, context=length if is_decode else 0, query_heads=heads,
                kv_heads=groups, head_size=size, window=0))
    return rows


def _guarded(make: Callable[[], Callable[[int], Any]], counts: Counts) -> Callable[[int], Any] | None:
    """The call, tried once; ``None`` where memory does not suffice or the device has no such kernel."""
    try:
        call = make()
        call(0)
        return call
    except (RuntimeError, NotImplementedError) as error:
        counts[str(error).splitlines()[0][:80]] += 1
        return None


def _gemm(torch: Any, device: str, m: int, n: int, k: int) -> Callable[[int], Any]:
    # Copies until they exceed 256 MiB together, more than any cache.
    copies = max(1, min(16, (256 << 20) // (2 * n * k) + 1)) if device != "cpu" else 1
    rows = torch.randn(m, k, device=device, dtype=torch.bfloat16)
    weights = [torch.randn(n, k, device=device, dtype=torch.bfloat16) for _ in range(copies)]
    return lambda index: torch.nn.functional.linear(rows, weights[index % copies])


def _attention(
    torch: Any, device: str, batch: int, queries: int, keys: int, heads: int, groups: int, size: int
) -> Callable[[int], Any]:
    def tensor(count: int, length: int) -> Any:
        return torch.randn(batch, count, length, size, device=device, dtype=torch.bfloat16)

    query, key, value = tensor(heads, queries), tensor(groups, keys), tensor(groups, keys)
    return lambda _: torch.nn.functional.scaled_dot_product_attention(
        query, key, value, is_causal=queries > 1, enable_gqa=heads != groups)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(prog="simulate_export.probe", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--count", type=int, default=64, help="shapes of GEMM, and of attention")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--largest", type=int, default=28672, help="longest side and context; less for small devices")
    parser.add_argument("--least-seconds", type=float, default=0.02, help="least time of a batch of calls")
    parser.add_argument("--device", help="cpu, or the accelerator that torch finds by default")
    options = parser.parse_args(arguments)
    try:
        import torch
    except ImportError:
        print("the probe needs torch: pip install 'simulate-export[probe]'", file=sys.stderr)
        return 2
    device = options.device or (
        torch.accelerator.current_accelerator().type if torch.accelerator.is_available() else "cpu")
    counts = Counts()
    rows = measure(torch, device, count=options.count, seed=options.seed, largest=options.largest,
                   least=options.least_seconds, counts=counts)
    with options.output.open("w", newline="") as file:
        write_table(rows, file)
    print(f"{len(rows)} kernels on {device}", file=sys.stderr)
    for reason, count in sorted(counts.items()):
        print(f"left out {count}: {reason}", file=sys.stderr)
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
