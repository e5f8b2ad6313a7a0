"""Where things are: real data in ``$SIMULATE_DATA``, else ``../shared/data`` beside the repository; the built program in
``$SIMULATE``, else in ``.build``."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
DATA = Path(os.environ.get("SIMULATE_DATA") or REPOSITORY.parent / "shared" / "data")


@pytest.fixture
def data() -> Path:
    folder = DATA / "kernels"
    if not folder.is_dir():
        pytest.skip("no real tables: set SIMULATE_DATA")
    return folder


@pytest.fixture(scope="session")
def program() -> Path:
    builds = [REPOSITORY / ".build" / build / "simulate" for build in ("release", "debug")]
    for path in [Path(os.environ["SIMULATE"])] if "SIMULATE" in os.environ else builds:
        if path.is_file():
            return path
    pytest.skip("simulate is not built: swift build, or set SIMULATE")


@pytest.fixture(scope="session")
def simulate(program: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the program in the repository and returns its output; a test that expects a failure says so."""

    def run(*arguments: object, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [program, *map(str, arguments)], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return done

    return run
