from pathlib import Path

import pytest
from knowledge_helpers import build, make_home

from mesofaq.chat.assistant import Assistant
from mesofaq.content.loader import Content
from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.encoder import Encoder
from mesofaq.settings import Settings


@pytest.fixture(scope="session")
def bundle(assistant: Assistant) -> Bundle:
    """The checkout's bundle, for reading only."""
    assert assistant.bundle is not None
    return assistant.bundle


@pytest.fixture(scope="session")
def encoder(bundle: Bundle) -> Encoder:
    return bundle.encoder


@pytest.fixture(scope="session")
def encoders(bundle_settings: Settings) -> Path:
    """The encoders that the checkout has exported."""
    return bundle_settings.var / "cache" / "encoders"


@pytest.fixture(scope="session")
def small_bundle(content: Content, encoders: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the small clinic, in its home; for reading only."""
    return build(make_home(content, encoders, tmp_path_factory.mktemp("clinic") / "home"))


@pytest.fixture
def small_home(content: Content, encoders: Path, tmp_path: Path) -> Path:
    """A home of the small clinic without a bundle, for one test."""
    return make_home(content, encoders, tmp_path / "home")
