"""What every test may use. Fixtures that start Rasa are in `fixtures_live`, an empty record is in `fixtures_store`.

    home               the repository's root
    content            all of content/, read once
    bundle_settings    settings whose var/ holds the current bundle; it is built first (5 minutes) where it is stale
    assistant          understanding and replies on that bundle, for reading only

No setting of this machine reaches a test: `MESOFAQ_*` variables are removed before anything is imported, except
`MESOFAQ_TEST_*`, which are for tests. With `MESOFAQ_TEST_REQUIRE_ALL=1` a skipped test is a failed one, so that nothing
is skipped silently where everything must run.
"""

import os
import platform
import sqlite3
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from mesofaq.chat.assistant import Assistant
    from mesofaq.content.loader import Content
    from mesofaq.settings import Settings

for _name in [name for name in os.environ if name.startswith("MESOFAQ_") and not name.startswith("MESOFAQ_TEST_")]:
    del os.environ[_name]
os.environ["HF_HUB_OFFLINE"] = "1"  # no test asks a model hub
os.environ["TOKENIZERS_PARALLELISM"] = "false"

pytest_plugins = ["fixtures_live", "fixtures_store"]

REQUIRE_ALL = os.environ.get("MESOFAQ_TEST_REQUIRE_ALL") == "1"

# The same examples in every run, however slow the machine: a failure is found by everybody or by nobody.
hypothesis.settings.register_profile(
    "mesofaq",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("mesofaq")


def pytest_report_header() -> list[str]:
    """The versions that decide whether a failure can be seen elsewhere."""
    packages = ("faiss-cpu", "onnxruntime", "spacy", "rasa-sdk", "hypothesis")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    required = "every test must run" if REQUIRE_ALL else "tests may be skipped"
    return [f"mesofaq on Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {versions}; {required}"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, then those with Rasa, those with a browser last.

    The browser's driver keeps an event loop running in the main thread for as long as it lives, and a test that calls
    `asyncio.run` after it would fail for that alone.
    """

    def late(item: pytest.Item) -> int:
        return 2 * (item.get_closest_marker("browser") is not None) + (item.get_closest_marker("rasa") is not None)

    items.sort(key=late)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where every test must run, a skip is a failure; an expected failure is none."""
    report = yield
    if REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    if REQUIRE_ALL and report.skipped:
        _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"MESOFAQ_TEST_REQUIRE_ALL=1, and this was skipped: {reason}"


@pytest.fixture(scope="session")
def home() -> Path:
    """The repository's root."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def content(home: Path) -> "Content":
    """All of `content/`, read once."""
    from mesofaq.content.loader import load_content

    return load_content(home / "content")


@pytest.fixture(scope="session")
def bundle_settings(home: Path) -> "Settings":
    """Development settings of the checkout, with a current bundle under `var/`, as `make up` would make it."""
    from mesofaq.knowledge.build import ensure_bundle
    from mesofaq.settings import Settings

    settings = Settings(home=home)
    ensure_bundle(settings, print)
    return settings


@pytest.fixture(scope="session")
def assistant(bundle_settings: "Settings") -> "Assistant":
    """Understanding and replies on the checkout's bundle. Nobody may change or reload it."""
    from mesofaq.chat.assistant import Assistant

    return Assistant(bundle_settings)
