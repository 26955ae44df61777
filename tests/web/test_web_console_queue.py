"""The queue as the server renders it."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from web_console_helpers import HTMX, SCRIPT, ask, read, sign_in
from web_helpers import Site

from mesofaq.accounts.models import Role
from mesofaq.chat.models import Priority, Reason


@pytest.fixture
def queue(site: Site) -> Site:
    """The site with nothing that waits but what the test brings."""
    site.sql("UPDATE handoffs SET state = 'resolved' WHERE state IN ('open', 'claimed')")
    return site


def test_emergencies_come_first_then_urgent_ones_each_with_its_priority_in_words(queue: Site) -> None:
    routine = ask(queue, "A routine question")
    urgent = ask(queue, "There is pus", Reason.COMPLICATION, Priority.URGENT)
    alarm = ask(queue, "I cannot breathe", Reason.EMERGENCY, Priority.EMERGENCY)

    answer = sign_in(queue).get("/staff")

    order = re.findall(r'id="line-([0-9a-f-]+)"', answer.text)
    assert order == [alarm.handoff_id, urgent.handoff_id, routine.handoff_id]
    text = read(answer)
    assert "Emergency May be an emergency I cannot breathe" in text
    assert "Urgent Problem after a session There is pus" in text
    assert "3 waiting for a person, 1 of them an emergency" in text
    assert "<title>EMERGENCY – (3) Queue" in answer.text


def test_a_line_tells_what_somebody_needs_to_choose_it(queue: Site) -> None:
    asked = ask(queue, "A routine\nquestion", understood={"language": "tr"})

    answer = sign_in(queue).get("/staff")

    text = read(answer)
    for told in ("A routine question", "Waiting under a minute", "1 question", "Turkish", "Website", "Nobody has it"):
        assert told in text
    assert f'href="/staff/conversations/{asked.conversation_id}"' in answer.text


def test_who_holds_it_is_named_and_oneself_is_you(queue: Site) -> None:
    asked = ask(queue)
    holder, other = sign_in(queue, name="Dana Reyes"), sign_in(queue, name="Sam Okoye")
    assert holder.step(asked, "claim", 1).status_code == 303

    assert "You have it" in read(holder.get("/staff"))
    assert "Dana Reyes has it" in read(other.get("/staff"))


def test_filters_narrow_the_list_and_stay_chosen(queue: Site) -> None:
    ask(queue, "First of all")
    ask(queue, "There is pus", Reason.COMPLICATION, Priority.URGENT)
    person = sign_in(queue)

    found = person.get("/staff?reason=complication&priority=urgent")

    assert "There is pus" in read(found)
    assert "First of all" not in read(found)
    assert '<option value="complication" selected>' in found.text
    assert "First of all" not in read(person.get("/staff?mine=1"))
    assert "Nothing fits these choices" in read(person.get("/staff?mine=1"))


def test_an_emergency_does_not_hide_behind_a_choice(queue: Site) -> None:
    ask(queue, "I cannot breathe", Reason.EMERGENCY, Priority.EMERGENCY)

    found = sign_in(queue).get("/staff?mine=1")

    assert "1 emergency is not among these choices" in read(found)
    assert "<title>EMERGENCY" in found.text


def test_what_is_asked_after_an_answer_is_due_anew(queue: Site) -> None:
    asked = ask(queue)
    person = sign_in(queue)
    person.step(asked, "claim", 1)
    form = {"text": "Yes.", "client_message_id": str(uuid4())}
    person.post(f"/staff/conversations/{asked.conversation_id}/reply", form)
    assert "Answered; no new question since" in read(person.get("/staff"))

    queue.services.store.receive(asked.conversation_id, "And on Sunday?", None)
    message = queue.services.store.transcript(asked.conversation_id)[-1]
    queue.services.store.finish(message.id, [], bundle_id=None, beside_a_person=True)

    assert "1 question" in read(person.get("/staff"))
    assert "Due in" in read(person.get("/staff"))


def test_reading_the_queue_is_audited_once_for_a_page_that_refreshes_itself(queue: Site) -> None:
    ask(queue)
    person = sign_in(queue)
    before = queue.sql("SELECT count(*) FROM audit WHERE action = 'queue.read'")[0][0]
    for _ in range(3):
        person.get("/staff")
    assert queue.sql("SELECT count(*) FROM audit WHERE action = 'queue.read'")[0][0] == before + 1


def test_an_unknown_choice_is_no_choice(queue: Site) -> None:
    ask(queue, "First of all")

    answer = sign_in(queue).get("/staff?state=nonsense&reason=nonsense&priority=nonsense&mine=maybe")

    assert answer.status_code == 200
    assert "First of all" in read(answer)


def test_an_empty_queue_says_so(queue: Site) -> None:
    assert "Nobody waits for a person now" in read(sign_in(queue).get("/staff"))


def test_a_hint_tells_that_nobody_is_notified_and_is_gone_when_somebody_is(
    queue: Site, other_site: Callable[..., Site]
) -> None:
    assert "Nobody is told of new questions by e-mail" in read(sign_in(queue).get("/staff"))
    notified = other_site(notify_mail="desk@clinic.example", smtp_url="smtp+plain://127.0.0.1:9")
    assert "Nobody is told of new questions by e-mail" not in read(sign_in(notified).get("/staff"))


def test_htmx_gets_the_lines_alone_with_a_new_title(queue: Site) -> None:
    ask(queue)

    answer = sign_in(queue).get("/staff", **HTMX)

    assert "<html" not in answer.text
    assert "<title>(1) Queue" in answer.text


def test_a_new_emergency_is_announced_once(queue: Site) -> None:
    person = sign_in(queue)
    known = re.search(r'name="known" value="([^"]*)"', person.get("/staff").text)
    assert known is not None
    ask(queue, "I cannot breathe", Reason.EMERGENCY, Priority.EMERGENCY)

    first = person.get(f"/staff?known={known[1]}", **HTMX)
    now_known = re.search(r'name="known" value="([^"]*)"', first.text)
    assert now_known is not None
    second = person.get(f"/staff?known={now_known[1]}", **HTMX)

    assert "A new emergency is at the top of the queue." in read(first)
    assert "A new emergency" not in read(second)


def test_a_script_in_a_question_is_shown_as_text(queue: Site) -> None:
    ask(queue, SCRIPT)

    answer = sign_in(queue).get("/staff")

    assert SCRIPT not in answer.text
    assert SCRIPT in read(answer)


def test_without_a_session_there_is_the_sign_in_and_no_word_of_a_patient(queue: Site) -> None:
    ask(queue, "A routine question")

    answer = queue.ask("GET", "/staff", headers={"Accept": "text/html"})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/staff/sign-in")


def test_links_are_shown_by_right(queue: Site) -> None:
    reviewer = read(sign_in(queue, Role.REVIEWER).get("/staff"))
    admin = read(sign_in(queue, Role.ADMIN).get("/staff"))

    assert "Queue Search Figures Proposals Account Sign out" in reviewer
    assert "Queue Search Figures Proposals People Audit Account Sign out" in admin


def test_nothing_of_it_is_kept_framed_or_run(queue: Site) -> None:
    headers = sign_in(queue).get("/staff").headers

    policy = headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
