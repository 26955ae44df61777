from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mesofaq.content.loader import Content
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.screening.answers import AnswerReader

if TYPE_CHECKING:
    from mesofaq.chat.assistant import Assistant


@pytest.fixture(scope="session")
def protocol(content: Content) -> ScreeningProtocol:
    return content.screening


@pytest.fixture(scope="session")
def knows(assistant: "Assistant") -> Callable[[str], bool]:
    """The dictionary by which the service tells a misspelling."""
    assert assistant.bundle is not None
    return assistant.bundle.speller.in_dictionary


@pytest.fixture(scope="session")
def reader(content: Content, knows: Callable[[str], bool]) -> AnswerReader:
    """The reader as the service makes it."""
    return AnswerReader(content.screening, content.triage["context"], knows)
