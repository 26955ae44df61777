"""The stream that tells an open page of something new, and tells nothing else."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from web_console_helpers import Asked, Person, ask, sign_in
from web_helpers import PLANTED, Site

from mesofaq.web.console import live


@contextmanager
def listening(person: Person, asked: Asked, after: int, **headers: str) -> Iterator[Iterator[str]]:
    url = f"{person.site.url}/staff/conversations/{asked.conversation_id}/live?after={after}"
    with httpx.stream("GET", url, headers={**person._own(), **headers}, trust_env=False, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield answer.iter_lines()


def first_event(lines: Iterator[str]) -> list[str]:
    event: list[str] = []
    for line in lines:
        if line.startswith(("id:", "event:", "data:")):
            event.append(line)
        elif event:
            return event
    return event


@pytest.fixture
def dana(site: Site) -> Person:
    return sign_in(site)


def test_a_message_that_is_there_already_is_told_at_once_by_its_place(site: Site, dana: Person) -> None:
    with listening(dana, ask(site), after=1) as lines:
        assert first_event(lines) == ["id: 2", "event: changed", "data: 2"]


def test_a_new_message_is_told_without_a_word_of_it(site: Site, dana: Person) -> None:
    asked = ask(site)
    with listening(dana, asked, after=2) as lines:
        later = threading.Timer(0.3, site.services.store.receive, (asked.conversation_id, f"My {PLANTED}", None))
        later.start()
        event = first_event(lines)
        later.join()

    assert event == ["id: 3", "event: changed", "data: 3"]


def test_a_browser_that_comes_back_goes_on_after_the_last_it_has_heard(site: Site, dana: Person) -> None:
    asked = ask(site)
    site.services.store.receive(asked.conversation_id, "One more thing", None)

    with listening(dana, asked, after=0, **{"Last-Event-ID": "2"}) as lines:
        assert first_event(lines) == ["id: 3", "event: changed", "data: 3"]


def test_the_stream_ends_with_the_session(site: Site, dana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_SESSION_S", 0.0)
    with listening(dana, ask(site), after=2) as lines:
        assert next(lines).startswith("retry")
        site.services.accounts.sign_out(dana.token)
        assert "event: changed" not in list(lines)


def test_nobody_listens_without_a_session_or_to_what_is_not_there(site: Site, dana: Person) -> None:
    asked = ask(site)
    path = f"/staff/conversations/{asked.conversation_id}/live"

    assert site.ask("GET", path, headers={"Accept": "text/event-stream"}).status_code == 401
    assert dana.get("/staff/conversations/nonsense/live", Accept="text/event-stream").status_code == 404
