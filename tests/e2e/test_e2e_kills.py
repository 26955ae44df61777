"""`kill -9` at any point of a handoff loses nothing, repeats nothing, and keeps nobody from being told.

MESOFAQ_TEST_KILLS   how many processes are killed (40 where it is not set)
MESOFAQ_TEST_SEED    what is left to chance (1 where it is not set); the moments depend on the machine besides
"""

import os
import secrets
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from e2e_helpers import add_staff, telling_settings
from notify_helpers import MailReceiver, Receiver
from staff_client import StaffClient
from storm import PATIENCE_S, Kept, Storm

from fixtures_live import Instance, eventually
from mesofaq.settings import Settings
from mesofaq.store import Store
from mesofaq.supervise.programs import rasa_program, service_program

KILLS = int(os.environ.get("MESOFAQ_TEST_KILLS") or 40)
SEED = int(os.environ.get("MESOFAQ_TEST_SEED") or 1)
PATIENTS = 8
NURSES = ("Dana Reyes", "Omar Haddad", "Lena Fischer", "Priya Nair")
TOLD_S = 90

WAYS = {"open": {"claim"}, "claim": {"release", "resolve"}, "release": {"claim"}, "resolve": set[str]()}
"""Which step may follow which, in a conversation that nobody has twice."""


@pytest.fixture(scope="module")
def storm(
    request: pytest.FixtureRequest,
    lent: Path,
    tmp_path_factory: pytest.TempPathFactory,
    receiver: Receiver,
    mailbox: MailReceiver,
) -> Iterator[Storm]:
    """The storm is over; both processes run."""
    folder = tmp_path_factory.mktemp("storm")
    shutil.copytree(lent, folder, symlinks=True, dirs_exist_ok=True)
    settings = telling_settings(folder, receiver, mailbox, rasa_token=secrets.token_urlsafe(24))
    (model,) = (folder / "rasa" / "models").glob("*.tar.gz")
    store = Store(settings.store_url)
    store.migrate()
    store.close()
    instance = Instance(settings)
    with ExitStack() as stack:
        accounts = [add_staff(settings, name) for name in NURSES]
        kept = []
        for program in (service_program(settings), rasa_program(settings, model)):
            kept.append(Kept(program))
            stack.callback(kept[-1].end)
        raged = Storm(instance, kept, SEED)
        nurses = [
            stack.enter_context(StaffClient(instance.url, *account, patience_s=PATIENCE_S, around=raged.flow.act))
            for account in accounts
        ]
        raged.rage(KILLS, PATIENTS, nurses)
        _end_leases(settings)
        waiting = "SELECT 1 FROM outbox WHERE delivered_at IS NULL"
        eventually(lambda: not _rows(settings, waiting), TOLD_S, "all is told")
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled() if capture else nullcontext():
            sys.stdout.write(f"\n{_counts(raged, receiver, mailbox)}\n")
        yield raged


def _rows(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(settings.var / "mesofaq.db", timeout=30)) as record, record:
        return record.execute(statement).fetchall()


def _end_leases(settings: Settings) -> None:
    """What was being sent when its process was killed is sent again after a minute: put that minute ahead."""
    over = "strftime('%Y-%m-%d %H:%M:%f', 'now', '-1 seconds')"
    _rows(settings, f"UPDATE deliveries SET leased_until = {over} WHERE leased_until > {over}")


def _counts(storm: Storm, receiver: Receiver, mailbox: MailReceiver) -> str:
    settings = storm.instance.settings

    def count(statement: str) -> Any:
        return _rows(settings, statement)[0][0]

    points = ", ".join(f"{name} {number}" for name, number in storm.points.most_common())
    lines = [
        f"seed {SEED}: {sum(storm.kills.values())} kills ({dict(storm.kills)}), which hit: {points}",
        f"{len(storm.told)} conversations ({sum(told.was_served for told in storm.told)} served while they waited), "
        f"{sum(len(told.said) for told in storm.told)} messages of patients ({storm.repeats} tries repeated), "
        f"{sum(map(len, storm.replied.values()))} replies of staff ({len(storm.refused)} refused), "
        f"{sum(len(told.heard) for told in storm.told)} events heard live",
        f"{count('SELECT count(*) FROM handoffs')} handoffs, {count('SELECT count(*) FROM outbox')} events, "
        f"{len(receiver.calls)} webhooks and {len(mailbox.taken)} mails arrived, "
        f"{count('SELECT count(*) FROM audit')} entries of the audit",
    ]
    return "\n".join(lines)


def test_as_many_were_killed_as_was_asked_for_and_the_flow_went_on(storm: Storm) -> None:
    assert sum(storm.kills.values()) == KILLS
    assert set(storm.kills) == {"service", "rasa"}
    assert any(told.was_served for told in storm.told)
    assert {"message", "reply", "claim"} <= set(storm.points) or KILLS < 20


def test_every_message_of_a_patient_is_on_record_once_and_in_order(storm: Storm) -> None:
    for told in storm.told:
        transcript = told.chat.transcript()
        assert [line["text"] for line in transcript if line["from"] == "patient"] == told.said
        assert [line["sequence"] for line in transcript] == list(range(1, len(transcript) + 1))


def test_every_message_of_a_patient_is_answered_or_with_a_person(storm: Storm) -> None:
    settings = storm.instance.settings
    assert _rows(settings, "SELECT id FROM messages WHERE author = 'patient' AND state <> 'answered'") == []
    silent = """SELECT m.id FROM messages m WHERE m.author = 'patient' AND m.handoff_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM messages r WHERE r.in_reply_to = m.id)"""
    assert _rows(settings, silent) == []


def test_what_a_patient_was_told_is_in_the_transcript_and_nothing_is_said_twice(storm: Storm) -> None:
    for told in storm.told:
        said = [line["reply"] for line in told.chat.transcript() if line["from"] == "bot"]
        assert all(reply in said for reply in told.replies)
    twice = """SELECT in_reply_to FROM messages WHERE author = 'bot' AND in_reply_to IS NOT NULL
               GROUP BY in_reply_to HAVING count(*) > 1"""
    assert _rows(storm.instance.settings, twice) == []


def test_every_reply_of_staff_is_on_record_once_and_nothing_that_was_refused(storm: Storm) -> None:
    for told in storm.told:
        written = [line["text"] for line in told.chat.transcript() if line["from"] == "staff"]
        # Two nurses may write one after the other; each one's replies are in her order.
        assert sorted(written) == sorted(storm.replied.get(told.chat.id, []))
        assert not set(written) & set(storm.refused)


def test_every_message_came_over_the_open_stream_once_and_in_order(storm: Storm) -> None:
    for told in storm.told:
        due = [line["sequence"] for line in told.chat.transcript() if line["from"] != "patient"]
        assert told.heard == [place for place in due if place <= told.until]


def test_every_handoff_was_told_by_webhook_and_by_mail(storm: Storm, receiver: Receiver, mailbox: MailReceiver) -> None:
    settings = storm.instance.settings
    handoffs = {row[0] for row in _rows(settings, "SELECT id FROM handoffs")}
    events = dict(_rows(settings, "SELECT id, event_type FROM outbox"))
    opened = dict(_rows(settings, "SELECT aggregate_id, id FROM outbox WHERE event_type = 'handoff.opened'"))
    assert handoffs
    assert set(opened) == handoffs

    # Of some a kill let only half arrive; a receiver throws such a request away.
    whole = [call for call in receiver.calls if len(call.body) == int(call.headers["content-length"])]
    called = {call.id: call.said for call in whole}
    assert set(called) == set(events)
    assert {called[event]["data"]["handoff_id"] for event in opened.values()} == handoffs
    mailed = {mail.message["Message-ID"].strip("<>").partition("@")[0] for mail in mailbox.taken}
    assert set(opened.values()) <= mailed <= set(events)


def test_no_conversation_was_anybodys_while_it_was_another_ones(storm: Storm) -> None:
    settings = storm.instance.settings
    active = "SELECT conversation_id FROM handoffs WHERE state IN ('open', 'claimed') GROUP BY 1 HAVING count(*) > 1"
    assert _rows(settings, active) == []
    steps = """SELECT subject_id, json_extract(details, '$.step'), json_extract(details, '$.version'), actor
               FROM audit WHERE action = 'handoff.step' ORDER BY sequence"""
    taken: dict[str, list[tuple[str, int, str]]] = {}
    for handoff, *step in _rows(settings, steps):
        taken.setdefault(handoff, []).append(tuple(step))
    assert taken
    for life in taken.values():
        assert [version for _, version, _ in life] == list(range(2, len(life) + 2))
        assert all(after in WAYS[before] for before, after in pairwise(["open", *(step for step, _, _ in life)]))
        assert all(one[2] == other[2] for one, other in pairwise(life) if one[0] == "claim")


def test_replies_came_only_from_who_had_the_conversation(storm: Storm) -> None:
    acts = """SELECT subject_id, action, json_extract(details, '$.step'), actor FROM audit
              WHERE action IN ('handoff.step', 'handoff.replied') ORDER BY sequence"""
    holders: dict[str, str | None] = {}
    replies: Counter[str] = Counter()
    for handoff, action, step, actor in _rows(storm.instance.settings, acts):
        if action == "handoff.step":
            holders[handoff] = actor if step == "claim" else None
        else:
            assert holders.get(handoff) == actor
            replies[handoff] += 1
    assert sum(replies.values()) == sum(map(len, storm.replied.values()))


def test_the_record_and_its_audit_are_whole(storm: Storm) -> None:
    assert _rows(storm.instance.settings, "PRAGMA integrity_check") == [("ok",)]
    verdict = storm.instance.cli_json("audit", "verify")
    assert verdict["holds"]
