"""Where real tables are: ``$SIMULATE_DATA``, else ``../shared/data`` beside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def data() -> Path:
    folder = Path(os.environ.get("SIMULATE_DATA") or Path(__file__).parents[3] / "shared" / "data") / "kernels"
    if not folder.is_dir():
        pytest.skip("no real tables: set SIMULATE_DATA")
    return folder
