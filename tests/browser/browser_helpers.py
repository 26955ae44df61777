"""What a patient does on the page, so that the tests read like what happened."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

WASH = "When can I wash my hair after a session?"
EMERGENCY = "I can't breathe and my face is swelling"
SCREENING = "start the screening"

_AXE = Path(__file__).parent / "vendor" / "axe.min.js"

# One message may pass through Rasa on a busy machine.
ANSWER_MS = 20_000


class Patient:
    """A patient in front of the page, or of the widget's frame in a page of somebody else's."""

    def __init__(self, page: Page, service: str, frame: FrameLocator | None = None) -> None:
        self.page = page
        self.service = service
        self.view: Page | FrameLocator = frame or page
        self.box = self.view.get_by_role("textbox", name="Type your question")
        self.send_button = self.view.get_by_role("button", name="Send", exact=True)
        self.own_messages = self.view.locator(".user-message-text")
        self.replies = self.view.locator("article.bot, article.staff")

    def open(self, query: str = "") -> "Patient":
        self.page.goto(f"{self.service}/{query}")
        return self.wait_until_ready()

    def wait_until_ready(self) -> "Patient":
        expect(self.button("Erase this chat")).to_be_visible(timeout=ANSWER_MS)
        return self

    def button(self, name: str) -> Locator:
        return self.view.get_by_role("button", name=name, exact=True)

    def write(self, text: str) -> None:
        """Put `text` into the box without sending it."""
        self.box.click()
        self.page.keyboard.insert_text(text)

    def say(self, text: str, *, replies: int | None = None) -> Locator:
        """Send `text` and wait for a new reply; gives the newest one."""
        before = self.replies.count() if replies is None else replies - 1
        self.write(text)
        self.page.keyboard.press("Enter")
        expect(self.replies.nth(before)).to_be_visible(timeout=ANSWER_MS)
        return self.replies.last

    def press(self, name: str) -> Locator:
        """Press the newest button of that name and wait for a new reply; gives the newest one."""
        before = self.replies.count()
        self.button(name).last.click()
        expect(self.replies.nth(before)).to_be_visible(timeout=ANSWER_MS)
        return self.replies.last

    def session(self) -> dict[str, str]:
        """The id and token that the tab holds."""
        return json.loads(self.page.evaluate("sessionStorage.getItem('mesofaq.session')"))

    def transcript(self) -> list[dict[str, Any]]:
        """What the service holds of this conversation."""
        held = self.session()
        answer = self.page.request.get(
            f"{self.service}/v1/conversations/{held['id']}/messages",
            headers={"Authorization": f"Bearer {held['token']}"},
        )
        assert answer.ok
        return answer.json()["messages"]

    def clinic(self) -> dict[str, Any]:
        return self.page.request.get(f"{self.service}/v1/clinic").json()

    def overflow(self) -> list[str]:
        """What is wider than the window or the message list."""
        return self.page.evaluate(
            """() => {
                const list = document.querySelector("deep-chat").shadowRoot.getElementById("messages");
                return [document.documentElement, list]
                    .filter((box) => box.scrollWidth > box.clientWidth)
                    .map((box) => `${box.tagName} ${box.scrollWidth} > ${box.clientWidth}`);
            }"""
        )

    def axe(self) -> list[str]:
        """What axe-core calls a serious or critical fault of accessibility."""
        self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run({resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in ("serious", "critical")
            for node in violation["nodes"]
        ]
