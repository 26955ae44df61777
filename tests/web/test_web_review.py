"""Marking answers as wrong and proposing questions, through the real application."""

import io
import shutil
import zipfile
from datetime import date
from pathlib import Path

import pytest
from staff_review_helpers import HTMX, Browser, Said, answered, signed_in, unanswered
from web_helpers import PLANTED, Site, assert_problem

from mesofaq.content.lint import lint
from mesofaq.content.loader import load_content

NOBODY = "00000000-0000-4000-8000-000000000000"
SCRIPT = "<script>alert('hm')</script>"
AS_PROGRAM = {"Accept": "application/json"}


@pytest.fixture
def browser(site: Site) -> Browser:
    """A reviewer's browser; nothing is marked or proposed yet."""
    for table in ("answer_marks", "proposals"):
        site.sql(f"DELETE FROM {table}")
    return signed_in(site)


def propose(browser: Browser, said: Said, headers: dict[str, str] | None = None, **form: str) -> int:
    usual = {"kind": "card", "card_id": "parking", "question": "Where can I park?", "answer": ""}
    return browser.post(f"/staff/messages/{said.message_id}/proposals", headers, **(usual | form)).status_code


def test_a_plain_form_goes_back_to_the_message(browser: Browser) -> None:
    said = answered(browser.site, "how much")
    answer = browser.post(f"/staff/messages/{said.reply_id}/wrong", note="Too dear.")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/staff/conversations/{said.conversation_id}#m-2"
    marks = browser.site.sql("SELECT message_id, note FROM answer_marks")
    assert marks == [(said.reply_id, "Too dear.")]


def test_htmx_gets_a_sentence_and_no_page(browser: Browser) -> None:
    said = answered(browser.site, "how much")
    answer = browser.post(f"/staff/messages/{said.reply_id}/wrong", HTMX, note="")
    assert answer.status_code == 200
    assert answer.text.strip().startswith("<p")
    assert "Marked as wrong" in answer.text
    assert "<html" not in answer.text


def test_marking_again_changes_the_note(browser: Browser) -> None:
    said = answered(browser.site, "how much")
    for note in ("one", "two"):
        browser.post(f"/staff/messages/{said.reply_id}/wrong", note=note)
    assert browser.site.sql("SELECT note FROM answer_marks") == [("two",)]


def test_only_an_answer_of_ours_can_be_wrong(browser: Browser) -> None:
    said = answered(browser.site, "how much")
    for message in (said.message_id, NOBODY, PLANTED):
        assert_problem(browser.post(f"/staff/messages/{message}/wrong", AS_PROGRAM, note="x"), 404, "not-found")


def test_a_note_has_a_limit_and_is_not_repeated(browser: Browser) -> None:
    said = answered(browser.site, "how much")
    answer = browser.post(f"/staff/messages/{said.reply_id}/wrong", AS_PROGRAM, note=f"{PLANTED} " * 100)
    assert_problem(answer, 422, "invalid-request")


def test_a_proposal_goes_back_to_its_question_and_is_listed(browser: Browser) -> None:
    said = unanswered(browser.site, "where can i park")
    form = {"kind": "card", "card_id": "parking", "question": " Where can\nI park? ", "answer": "Behind the house."}
    answer = browser.post(f"/staff/messages/{said.message_id}/proposals", **form)
    assert answer.headers["location"] == f"/staff/conversations/{said.conversation_id}#m-1"
    page = browser.get("/staff/proposals").text
    assert "Where can I park?" in page
    assert "A new card, parking" in page
    assert "Example Person" in page
    assert "not yet" in page
    assert "1 of 1 were not exported yet." in page


def test_htmx_is_told_that_it_was_proposed(browser: Browser) -> None:
    said = unanswered(browser.site, "is it dear")
    form = {"kind": "example", "card_id": "cost", "question": "is it dear"}
    answer = browser.post(f"/staff/messages/{said.message_id}/proposals", HTMX, **form)
    assert (answer.status_code, "Proposed." in answer.text) == (200, True)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"question": "ab"}, 422),
        ({"question": "x" * 301}, 422),
        ({"question": f"{PLANTED}@clinic.example wants to know"}, 422),
        ({"card_id": "Not A Name"}, 422),
        ({"card_id": "../../up"}, 422),
        ({"card_id": "cost"}, 409),
        ({"kind": "example", "card_id": "no-such-card"}, 404),
        ({"kind": PLANTED}, 422),
    ],
)
def test_what_may_not_be_proposed_is_refused(browser: Browser, form: dict[str, str], status: int) -> None:
    said = unanswered(browser.site, "where can i park")
    assert propose(browser, said, AS_PROGRAM, **form) == status
    assert browser.site.sql("SELECT id FROM proposals") == []


def test_only_a_patients_message_can_be_proposed(browser: Browser) -> None:
    said = answered(browser.site, "how much")
    form = {"kind": "card", "card_id": "parking", "question": "Where can I park?"}
    for message in (said.reply_id, NOBODY):
        assert browser.post(f"/staff/messages/{message}/proposals", AS_PROGRAM, **form).status_code == 404


def test_new_proposals_are_exported_once_and_chosen_ones_again(browser: Browser) -> None:
    said = unanswered(browser.site, "where can i park")
    propose(browser, said)
    first = browser.post("/staff/proposals/export")
    assert first.status_code == 200
    assert first.headers["content-disposition"] == 'attachment; filename="parking.md"'
    assert first.headers["content-type"] == "text/markdown; charset=utf-8"
    assert_problem(browser.post("/staff/proposals/export", AS_PROGRAM), 404, "not-found")
    ((proposal_id, exported_at),) = browser.site.sql("SELECT id, exported_at FROM proposals")
    assert exported_at is not None
    again = browser.post("/staff/proposals/export", ids=[proposal_id])
    assert again.content == first.content
    assert "not yet" not in browser.get("/staff/proposals").text


def test_only_the_chosen_ones_are_exported(browser: Browser) -> None:
    said = unanswered(browser.site, "where can i park")
    propose(browser, said, card_id="parking")
    propose(browser, said, card_id="wifi")
    chosen = browser.site.sql("SELECT id FROM proposals WHERE card_id = 'wifi'")[0][0]
    answer = browser.post("/staff/proposals/export", ids=[chosen])
    assert 'filename="wifi.md"' in answer.headers["content-disposition"]
    assert browser.site.sql("SELECT card_id FROM proposals WHERE exported_at IS NULL") == [("parking",)]


@pytest.mark.parametrize("ids", [[NOBODY], [PLANTED], ["x" * 40], ["x"] * 95])
def test_ids_that_are_none_export_nothing(browser: Browser, ids: list[str]) -> None:
    said = unanswered(browser.site, "where can i park")
    propose(browser, said)
    answer = browser.post("/staff/proposals/export", AS_PROGRAM, ids=ids)
    assert answer.status_code in (404, 422)
    assert browser.site.sql("SELECT exported_at FROM proposals") == [(None,)]


def test_an_export_is_read_by_the_loader_and_judged_by_lint(browser: Browser, home: Path, tmp_path: Path) -> None:
    said = unanswered(browser.site, "where can i park")
    propose(browser, said, question=f"{SCRIPT} Where can I park?", answer="Behind the house. It is free.")
    propose(browser, said, kind="example", card_id="cost", question='=HYPERLINK("x") is a session very dear')
    answer = browser.post("/staff/proposals/export")
    assert answer.headers["content-type"] == "application/zip"
    folder = Path(shutil.copytree(home / "tests/content/good", tmp_path / "content"))
    good = lint(folder, topics=frozenset({"cost"}), today=date(2026, 6, 1))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        archive.extractall(folder)
    group = browser.site.services.assistant.content.cards["cost"].group
    assert names == [f"cards/{group}/add-to-cost.examples.txt", "cards/proposed/parking.md"]
    card = load_content(folder).cards["parking"]
    assert (card.body, card.review.status) == ("Behind the house. It is free.", "draft")
    text = (folder / names[1]).read_text(encoding="utf-8")
    assert "<script" not in text
    assert (folder / names[0]).read_text(encoding="utf-8").splitlines()[1].startswith("HYPERLINK(")
    found = lint(folder, topics=frozenset({"cost"}), today=date(2026, 6, 1))
    assert {item.rule for item in found if item.path.name == "parking.md"} >= {"sources", "length"}
    assert len(found) > len(good)


def test_a_script_in_a_proposal_is_shown_as_text(browser: Browser) -> None:
    said = unanswered(browser.site, "where can i park")
    propose(browser, said, question=f"{SCRIPT} where?", answer=SCRIPT)
    page = browser.get("/staff/proposals").text
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 2


def test_all_of_it_is_on_the_audit_without_a_word(browser: Browser) -> None:
    said = answered(browser.site, "how much")
    browser.post(f"/staff/messages/{said.reply_id}/wrong", note=PLANTED)
    propose(browser, said, question=f"what about a {PLANTED}")
    browser.post("/staff/proposals/export")
    rows = browser.site.sql("SELECT action, details FROM audit WHERE actor LIKE 'staff:%' ORDER BY sequence")
    actions = [action for action, _ in rows]
    assert actions[-3:] == ["answer.marked", "content.proposed", "content.exported"]
    assert not any(PLANTED in str(details) for _, details in rows)


def test_an_erased_conversation_takes_marks_and_proposals_with_it(browser: Browser) -> None:
    word = "ospreyfeather78"  # no other test writes it
    said = answered(browser.site, "how much")
    browser.post(f"/staff/messages/{said.reply_id}/wrong", note=word)
    propose(browser, said, question=f"what about a {word}")
    browser.site.services.store.erase(said.conversation_id)
    assert word not in browser.get("/staff/proposals").text
    assert word not in browser.get("/staff/figures").text
    assert browser.post(f"/staff/messages/{said.reply_id}/wrong", AS_PROGRAM, note="x").status_code == 404


@pytest.mark.parametrize(
    "path", [f"/staff/messages/{NOBODY}/wrong", f"/staff/messages/{NOBODY}/proposals", "/staff/proposals/export"]
)
def test_no_change_without_the_token_or_from_elsewhere(browser: Browser, path: str) -> None:
    form = {"kind": "card", "card_id": "parking", "question": "Where can I park?", "note": "x"}
    forged = Browser(browser.site, browser.cookie, "not-the-token")
    assert_problem(forged.post(path, AS_PROGRAM, **form), 403, "forbidden")
    elsewhere = AS_PROGRAM | {"Origin": "https://other.example"}
    assert_problem(browser.post(path, elsewhere, **form), 403, "forbidden")
    signed_out = Browser(browser.site, "a=b", "")
    assert_problem(signed_out.post(path, AS_PROGRAM, **form), 401, "unauthorized")
