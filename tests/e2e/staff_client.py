"""A signed-in member of staff over HTTP, as a browser without scripts is one: pages, forms, cookies by hand.

Every act may be tried again after a lost connection and is done once: a reply carries the id of its form, and a step
that is refused is looked up on the page, for the lost try may have been taken.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

SESSION_COOKIE = "__Host-mesofaq-staff"
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_PAUSE_S = 0.15
_PASSING = (429, 500, 502, 503, 504)


@dataclass
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str | None = None, **attributes: str) -> Iterator["Element"]:
        """Every element below it with that tag and those attributes; `class_` is one of its classes."""
        wanted = dict(attributes)
        among = wanted.pop("class_", None)
        for child in self.children:
            if isinstance(child, str):
                continue
            fits = tag in (None, child.tag) and all(child.attributes.get(k) == v for k, v in wanted.items())
            if fits and (among is None or among in child.attributes.get("class", "").split()):
                yield child
            yield from child.all(tag, **attributes)

    def one(self, tag: str | None = None, **attributes: str) -> "Element":
        """The first such element."""
        found = next(self.all(tag, **attributes), None)
        assert found is not None, f"no {tag} {attributes} on the page"
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)


def parse(page: str) -> Element:
    """A page, or a part of one."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.root


@dataclass(frozen=True)
class Line:
    """A line of the queue."""

    handoff_id: str
    conversation_id: str
    priority: str
    question: str
    is_open: bool
    is_mine: bool


class Opened:
    """The page of a conversation.

    Args:
        conversation_id: whose.
        page: the page.
    """

    def __init__(self, conversation_id: str, page: str) -> None:
        self.id = conversation_id
        self.root = parse(page)
        self.version = int(self.root.one("input", id="seen").attributes["value"])
        actions = [form.attributes["action"].split("/") for form in self.root.all("form")]
        steps = {parts[4]: parts[3] for parts in actions if parts[:3] == ["", "staff", "handoffs"]}
        self.may = frozenset(steps)
        """The steps that it offers."""
        self.handoff_id = next(iter(steps.values()), "")
        self.is_mine = any(parts[-1] == "reply" for parts in actions)

    @property
    def state(self) -> str:
        """What it says of the handoff."""
        return " ".join(self.root.one(id="state").text.split())

    @property
    def transcript(self) -> list[tuple[str, str]]:
        """Who wrote, and what, in order."""
        lines = self.root.one("ol", id="transcript").all("li")
        return [(line.attributes["class"].split()[0], line.one("p", class_="words").text) for line in lines]


class StaffClient:
    """A member of staff.

    Args:
        url: the service.
        username: her name to sign in with.
        password: her password.
        patience_s: how long an act is tried again while the service cannot be reached.
        around: entered around each try of a request, with what it does; for tests that break things meanwhile.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        *,
        patience_s: float = 0,
        around: Callable[[str], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.username = username
        self._password = password
        self._patience_s = patience_s
        self._around = around
        self._cookies: dict[str, str] = {}
        self._csrf = ""
        self._origin = url
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=30, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def request(self, method: str, path: str, **given: object) -> httpx.Response:
        """One request with her cookies, as a page of the console makes it; tried again while nobody answers."""
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                with self._around("page" if method == "GET" else path.rpartition("/")[2]):
                    answer = self._once(method, path, **given)
                if answer.status_code not in _PASSING or time.monotonic() >= deadline:
                    return answer
            except httpx.TransportError:
                if time.monotonic() >= deadline:
                    raise
            time.sleep(_PAUSE_S)

    def _once(self, method: str, path: str, **given: object) -> httpx.Response:
        headers = {
            "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
            "Origin": self._origin,
            "Sec-Fetch-Site": "same-origin",
            # A client keeps no Secure cookie over plain HTTP, where a browser does for its own machine.
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
        }
        headers |= given.pop("headers", {})  # type: ignore[arg-type, operator]
        answer = self._http.request(method, path, headers=headers, **given)  # type: ignore[arg-type]
        for set_cookie in answer.headers.get_list("set-cookie"):
            name, _, value = set_cookie.partition(";")[0].partition("=")
            self._cookies[name] = value.strip('"')
            if not self._cookies[name]:
                del self._cookies[name]
        return answer

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the console."""
        return self.request("POST", path, data={"csrf_token": self._csrf, **fields})

    def get(self, path: str) -> str:
        """A page of the console."""
        answer = self.request("GET", path)
        assert answer.status_code == httpx.codes.OK, f"{path}: {answer.status_code} {answer.headers.get('location')}"
        return answer.text

    @property
    def is_signed_in(self) -> bool:
        """Whether she has a session's cookie."""
        return SESSION_COOKIE in self._cookies

    def sign_in(self) -> Self:
        """Begin a session."""
        self._cookies.clear()
        self._csrf = parse(self.get("/staff/sign-in")).one("input", name="csrf_token").attributes["value"]
        answer = self.post("/staff/sign-in", username=self.username, password=self._password)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/staff"), answer.text[-500:]
        assert self.is_signed_in
        self._csrf = parse(self.get("/staff")).one(id="csrf").attributes["data-token"]
        return self

    def queue(self, state: str = "waiting") -> list[Line]:
        """The lines of the queue, in its order."""
        return [_line(item) for item in parse(self.get(f"/staff?state={state}")).all("li") if _is_line(item)]

    def open(self, conversation_id: str) -> Opened:
        """The page of a conversation."""
        return Opened(conversation_id, self.get(f"/staff/conversations/{conversation_id}"))

    def claim(self, conversation_id: str) -> bool:
        """Take a conversation; gives whether she has it."""
        opened = self.open(conversation_id)
        return opened.is_mine or (self._step(opened, "claim") or self.open(conversation_id).is_mine)

    def release(self, conversation_id: str) -> None:
        """Give it back to the queue."""
        self._end(conversation_id, "release")

    def resolve(self, conversation_id: str, outcome: str = "answered") -> None:
        """Finish it."""
        self._end(conversation_id, "resolve", outcome=outcome)

    def reply(self, conversation_id: str, text: str, client_message_id: str | None = None) -> bool:
        """Write to the patient; gives whether it is on record, and False where she does not have the conversation."""
        fields = {"text": text, "client_message_id": client_message_id or str(uuid4())}
        return self._did(self.post(f"/staff/conversations/{conversation_id}/reply", **fields))

    def send_card(self, conversation_id: str, card_id: str, client_message_id: str | None = None) -> bool:
        """Send a card; gives whether it is on record."""
        fields = {"card_id": card_id, "client_message_id": client_message_id or str(uuid4())}
        return self._did(self.post(f"/staff/conversations/{conversation_id}/card", **fields))

    def note(self, conversation_id: str, text: str) -> bool:
        """Write something for colleagues."""
        return self._did(self.post(f"/staff/conversations/{conversation_id}/note", text=text))

    def _end(self, conversation_id: str, step: str, **fields: str) -> None:
        opened = self.open(conversation_id)
        if opened.is_mine and not self._step(opened, step, **fields):
            assert not self.open(conversation_id).is_mine, f"{step} was refused, and she still has the conversation"

    def _step(self, opened: Opened, step: str, **fields: str) -> bool:
        if step not in opened.may:
            return False
        path = f"/staff/handoffs/{opened.handoff_id}/{step}"
        return self._did(self.post(path, conversation_id=opened.id, version=str(opened.version), **fields))

    @staticmethod
    def _did(answer: httpx.Response) -> bool:
        assert answer.status_code in (303, 409), f"{answer.status_code}: {answer.text[-500:]}"
        return answer.status_code == httpx.codes.SEE_OTHER


def _is_line(item: Element) -> bool:
    return item.attributes.get("id", "").startswith("line-")


def _line(item: Element) -> Line:
    link = item.one("a")
    return Line(
        handoff_id=item.attributes["id"].removeprefix("line-"),
        conversation_id=link.attributes["href"].rpartition("/")[2],
        priority=item.attributes["class"],
        question=link.text,
        is_open="Nobody has it yet" in item.text,
        is_mine="You have it" in item.text,
    )
