from collections.abc import Iterator

import pytest
from actions_helpers import Rasa

from mesofaq.chat.assistant import Assistant
from mesofaq.dialogue import runtime
from mesofaq.web.actions import make_executor


@pytest.fixture
def rasa(assistant: Assistant) -> Iterator[Rasa]:
    """Rasa's side, with every action registered and the checkout's replies live."""
    runtime.install(runtime.Runtime(assistant.replies, assistant.content.screening))
    yield Rasa(make_executor())
    runtime.install(None)
