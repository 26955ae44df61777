"""The receiver in docs/notifications.md does what it says."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from notify_helpers import SECRET, Receiver, notice, webhook


@pytest.fixture
def example(home: Path) -> dict[str, Any]:
    text = (home / "docs" / "notifications.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    namespace: dict[str, Any] = {}
    exec(compile(found.group(1), "docs/notifications.md", "exec"), namespace)
    assert namespace["SECRET"] == SECRET
    return namespace


def test_the_documented_receiver_takes_a_call_once(
    example: dict[str, Any], receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    async def send() -> None:
        way = webhook(receiver.url)
        await way.send(notice(priority="emergency"))
        await way.close()

    asyncio.run(send())
    (call,) = receiver.calls
    assert example["receive"](call.headers, call.body + b" ") == 401
    assert example["receive"](call.headers, call.body) == 204
    assert example["receive"](call.headers, call.body) == 204
    assert capsys.readouterr().out == "handoff.opened emergency\n"
