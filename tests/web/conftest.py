"""One service for most tests here, with the checkout's bundle, a record of its own and a stand-in for Rasa."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from web_helpers import Site, StandIn, serving, settings_for, standing_in

from fixtures_live import Chat
from mesofaq.dialogue import runtime
from mesofaq.settings import Settings


@pytest.fixture(scope="session")
def one_rasa() -> Iterator[StandIn]:
    with standing_in() as rasa:
        yield rasa


@pytest.fixture(scope="session")
def one_site(bundle_settings: Settings, one_rasa: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("web")
    (folder / "bundles").symlink_to(bundle_settings.var / "bundles")
    with serving(settings_for(folder, bundle_settings.home, one_rasa)) as site:
        yield site


@pytest.fixture
def rasa(one_rasa: StandIn) -> Iterator[StandIn]:
    """The stand-in, in order; whoever still hangs in it is let go afterwards."""
    one_rasa.reset()
    yield one_rasa
    one_rasa.reset()


@pytest.fixture
def site(one_site: Site, rasa: StandIn) -> Site:
    return one_site


@pytest.fixture
def chat(site: Site) -> Chat:
    return site.chat()


@pytest.fixture
def other_site(home: Path, rasa: StandIn, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Make a service with other settings, without a bundle."""
    with contextlib.ExitStack() as stack:
        # Each service gives the actions of this process its own replies: afterwards they are the first one's again.
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(runtime, "_current", runtime._current)

        def make(**other: Any) -> Site:
            return stack.enter_context(serving(settings_for(tmp_path / "var", home, rasa, **other)))

        yield make
