"""What a patient and staff meet when parts of MesoFAQ hang, die or are killed: nothing is lost, a person answers."""

import contextlib
import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest

from fixtures_live import ANSWER_S, ROOT, Chat, Instance, eventually, free_ports, processes_of
from mesofaq.settings import Settings
from mesofaq.supervise.runfile import read_pids

QUESTION = "when can i wash my hair after the session"
EMERGENCY = "i cant breathe and my face is swelling since the injections"
A_PERSON_ANSWERS = ("notice", "handoff")
AGAIN_S = 60


@pytest.fixture
def harmed(fresh_service: Instance) -> Iterator[Instance]:
    """An instance in order; whatever the test stopped goes on afterwards."""
    yield fresh_service.start()
    for pid in read_pids(fresh_service.settings).values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def assert_on_record(chat: Chat, text: str) -> None:
    assert text in [line["text"] for line in chat.transcript() if line["from"] == "patient"]


def assert_answers_again(instance: Instance) -> None:
    """The supervisor has put right what a test broke."""
    instance.start()
    assert instance.chat().say(QUESTION)[0]["kind"] == "answer"


def test_while_rasa_hangs_a_person_answers_and_emergencies_do_not_wait(harmed: Instance) -> None:
    screened = harmed.chat()
    screened.say("can you check if it's ok for me")
    harmed.send("rasa", signal.SIGSTOP)
    chat = harmed.chat()
    waiting = threading.Thread(target=chat.post, args=(QUESTION,))
    answering = threading.Thread(target=screened.post, args=("yes",))
    began = time.monotonic()
    waiting.start()
    answering.start()
    eventually(lambda: len(chat.transcript()) == 1, 5, "the question is on record")

    (emergency,) = chat.say(EMERGENCY)
    assert emergency["kind"] == "emergency"
    assert waiting.is_alive()

    waiting.join(20)
    assert time.monotonic() - began < 10
    question, _, _, notice = chat.transcript()
    assert question["text"] == QUESTION
    assert notice["reply"]["kind"] in A_PERSON_ANSWERS
    assert notice["reply"]["handoff"]

    answering.join(20)
    assert screened.transcript()[-1]["reply"]["kind"] in A_PERSON_ANSWERS

    harmed.send("rasa", signal.SIGCONT)
    assert_answers_again(harmed)
    # Whether Rasa still heard the "yes" or not: an item is asked, and nobody's "no" is taken for another item's.
    *_, asked = screened.say("no")
    assert asked["screening"]["item"] in ("allergy", "pregnancy")


def test_with_rasa_killed_a_person_answers_until_it_runs_again(harmed: Instance) -> None:
    chat = harmed.chat()
    killed = harmed.send("rasa", signal.SIGKILL)
    began = time.monotonic()
    (notice,) = chat.say(QUESTION)
    assert time.monotonic() - began < 10
    assert notice["kind"] in A_PERSON_ANSWERS
    assert notice["handoff"]
    assert_on_record(chat, QUESTION)
    assert chat.say(EMERGENCY)[0]["kind"] == "emergency"

    assert_answers_again(harmed)
    assert harmed.pid("rasa") != killed
    assert "rasa ended by SIGKILL" in harmed.told()


def test_a_message_whose_service_was_killed_is_on_record_and_handed_over(harmed: Instance) -> None:
    chat = harmed.chat()
    client_message_id = str(uuid4())
    rasa = harmed.send("rasa", signal.SIGSTOP)

    def ask_in_vain() -> None:
        with pytest.raises(Exception, match=r"disconnected|reset|refused"):
            chat.post(QUESTION, client_message_id)

    asking = threading.Thread(target=ask_in_vain)
    asking.start()
    eventually(lambda: len(chat.transcript()) == 1, 5, "the question is on record")
    killed = harmed.send("service", signal.SIGKILL)
    asking.join(ANSWER_S)
    os.kill(rasa, signal.SIGCONT)

    # The record is put half a minute ahead, instead of waiting for as long: so old an orphan is handed over.
    _make_older(harmed, seconds=31)
    harmed.start()
    assert harmed.pid("service") != killed
    question, notice = eventually(lambda: len(found := chat.transcript()) == 2 and found, 10, "it is handed over")
    assert question["text"] == QUESTION
    assert notice["reply"]["kind"] in A_PERSON_ANSWERS
    shown = harmed.cli_json("handoffs", "show", notice["reply"]["handoff"]["id"])
    assert shown["question"] == QUESTION
    # The browser asks again with the same id: it gets that answer, and the message stays one.
    assert chat.say(QUESTION, client_message_id) == [notice["reply"]]
    assert len(chat.transcript()) == 2


def _make_older(instance: Instance, seconds: int) -> None:
    record = sqlite3.connect(instance.settings.var / "mesofaq.db")
    try:
        older = f"strftime('%Y-%m-%d %H:%M:%f', at, '-{seconds} seconds')"
        record.execute(f"UPDATE messages SET at = {older} WHERE state = 'received'")
        record.commit()
    finally:
        record.close()


def test_handoffs_outlive_everything(harmed: Instance) -> None:
    chat = harmed.chat()
    (refund,) = chat.say("can I get a refund")
    handoff = refund["handoff"]["id"]
    before = chat.transcript()

    def still_listed() -> None:
        assert harmed.handoffs()[handoff]["question"] == "can I get a refund"
        shown = harmed.cli_json("handoffs", "show", handoff)
        assert [entry["text"] for entry in shown["transcript"]] == [entry["text"] for entry in before]

    service, rasa = harmed.send("service", signal.SIGKILL), harmed.send("rasa", signal.SIGKILL)
    still_listed()
    eventually(lambda: read_pids(harmed.settings).get("rasa", rasa) != rasa, AGAIN_S, "Rasa is started again")
    eventually(lambda: read_pids(harmed.settings).get("service", service) != service, AGAIN_S, "the service too")
    eventually(harmed.answers, AGAIN_S, "the service answers")
    assert chat.transcript() == before

    harmed.send("supervisor", signal.SIGKILL)
    harmed.wait()
    eventually(lambda: not processes_of(harmed.settings.var), 30, "nothing outlives the supervisor")
    still_listed()
    harmed.start()
    assert chat.transcript() == before
    assert chat.say(QUESTION)[0]["kind"] == "answer"


def test_ctrl_c_leaves_no_process(harmed: Instance) -> None:
    pids = [harmed.pid(name) for name in ("supervisor", "service", "rasa")]
    assert len(processes_of(harmed.settings.var)) >= len(pids)
    chat = harmed.chat()
    with httpx.stream("GET", f"{chat.url}{chat.path}/events", headers=chat.headers, trust_env=False) as stream:
        assert stream.status_code == 200  # a chat window that stays open holds nothing up
        harmed.send("supervisor", signal.SIGINT)
        assert harmed.wait() == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not processes_of(harmed.settings.var)
    assert harmed.told().endswith("Stopped.\n")
    for port in (harmed.settings.port, harmed.settings.rasa_port):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))


@pytest.mark.rasa
@pytest.mark.parametrize("which", ["port", "rasa_port"])
def test_a_port_in_use_is_one_sentence(tmp_path: Path, which: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        ports = {"port": free_ports(1)[0], "rasa_port": free_ports(1)[0], which: taken}
        done = Instance(Settings(home=ROOT, var_dir=tmp_path, **ports)).cli("up")
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert str(taken) in done.stderr
    assert f"MESOFAQ_{which.upper()}" in done.stderr
    assert not processes_of(tmp_path)
