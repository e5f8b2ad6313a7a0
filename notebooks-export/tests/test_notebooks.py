"""Notebooks run from the first cell to the last, and their export holds their plots."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import DATA, REPOSITORY

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
# What a notebook needs beyond the repository.
NEEDS = {"calibration-accuracy": DATA / "kernels" / "aiconfigurator"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_is_exported_with_its_plots(path: Path, program: Path, monkeypatch) -> None:
    nbclient, nbconvert, nbformat = (pytest.importorskip(name) for name in ("nbclient", "nbconvert", "nbformat"))
    if path.stem in NEEDS and not NEEDS[path.stem].is_dir():
        pytest.skip(f"no {NEEDS[path.stem]}: set SIMULATE_DATA")
    monkeypatch.setenv("SIMULATE", str(program))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "src"), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "keep outputs out of the repository"
    nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
    html, _ = nbconvert.HTMLExporter().from_notebook_node(notebook)
    plots = sum("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))
    assert plots >= sum("plt.show()" in cell.source for cell in notebook.cells) > 0
    assert html.count("data:image/png;base64,") >= plots
    exported = REPOSITORY / "out" / "notebooks" / f"{path.stem}.html"
    exported.parent.mkdir(parents=True, exist_ok=True)
    exported.write_text(html, encoding="utf-8")
