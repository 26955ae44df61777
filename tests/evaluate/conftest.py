"""The command line in the checkout, with its bundle."""

from collections.abc import Callable

import pytest
from click.testing import Result
from typer.testing import CliRunner

import mesofaq.cli.bench
import mesofaq.cli.evaluate  # noqa: F401  both register their commands
from mesofaq.cli import app
from mesofaq.settings import Settings


@pytest.fixture
def run(bundle_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command of the program."""
    monkeypatch.setenv("MESOFAQ_HOME", str(bundle_settings.home))
    monkeypatch.setenv("MESOFAQ_VAR_DIR", str(bundle_settings.var))
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])
