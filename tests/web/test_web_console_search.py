"""Search over what patients and staff have written."""

from uuid import uuid4

import pytest
from web_console_helpers import SCRIPT, Person, ask, read, sign_in
from web_helpers import Site


@pytest.fixture
def dana(site: Site) -> Person:
    return sign_in(site)


def test_a_word_finds_the_conversation_and_stands_in_no_address(site: Site, dana: Person) -> None:
    word = f"zebra{uuid4().hex[:8]}"
    asked = ask(site, f"About my {word}, please")

    form = dana.get("/staff/search")
    answer = dana.post("/staff/search", {"query": word})

    assert 'method="post" action="/staff/search"' in form.text
    assert "1 message" in read(answer)
    assert f'href="/staff/conversations/{asked.conversation_id}"' in answer.text
    assert str(answer.url).endswith("/staff/search")


def test_nothing_found_says_so_and_keeps_the_words_in_the_box(dana: Person) -> None:
    word = f"zebra{uuid4().hex[:8]}"

    answer = dana.post("/staff/search", {"query": word})

    assert "Nothing found" in read(answer)
    assert f'value="{word}"' in answer.text


def test_an_empty_search_searches_nothing(dana: Person) -> None:
    answer = dana.post("/staff/search", {"query": "  "})

    assert answer.status_code == 200
    assert "found" not in read(answer)


def test_a_script_in_what_was_found_or_searched_for_is_shown_as_text(site: Site, dana: Person) -> None:
    word = f"zebra{uuid4().hex[:8]}"
    ask(site, f"{word} {SCRIPT}")

    found = dana.post("/staff/search", {"query": word})
    searched = dana.post("/staff/search", {"query": f'"><script>{word}</script>'})

    assert SCRIPT not in found.text
    assert SCRIPT in read(found)
    assert f"<script>{word}" not in searched.text


def test_a_search_is_audited_without_its_words(site: Site, dana: Person) -> None:
    word = f"zebra{uuid4().hex[:8]}"

    dana.post("/staff/search", {"query": word})

    rows = site.sql(
        f"SELECT details FROM audit WHERE action = 'transcript.searched' AND actor = 'staff:{dana.staff.id}'"
    )
    assert len(rows) == 1
    assert word not in str(rows)


def test_without_a_session_nothing_is_searched(site: Site) -> None:
    form = {"query": "zebra"}
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}

    answer = site.ask("POST", "/staff/search", data=form, headers=headers)

    assert answer.status_code in (303, 401)
