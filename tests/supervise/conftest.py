"""Real processes for the supervisor's tests: each is a small Python script."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from supervise_helpers import FakeClock, take_free_port

from mesofaq.settings import Settings
from mesofaq.supervise.children import Child, Program


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


@pytest.fixture
def free_port() -> int:
    return take_free_port()


@pytest.fixture
def make_child(tmp_path: Path, clock: FakeClock) -> Iterator[Callable[..., Child]]:
    """Make a child that runs Python code; whatever it started is gone after the test."""
    made: list[Child] = []

    def make(code: str, name: str = "worker", probe: Callable[[], bool] = lambda: True) -> Child:
        program = Program(
            name=name,
            command=[sys.executable, "-c", code],
            cwd=tmp_path,
            env=dict(os.environ),
            log=tmp_path / "log" / f"{name}.log",
            port=1,
            probe=probe,
        )
        made.append(Child(program, clock))
        return made[-1]

    yield make
    for child in made:
        child.stop(grace_s=0)
