"""Erasure and silence with the real Rasa: no byte of a word is left, in no file, and none ever was in a log."""

import base64
import concurrent.futures
import signal
from collections.abc import Callable
from pathlib import Path

from fixtures_live import Chat, Instance, eventually

WORD = "xanthophyll"
PHONE = "+1 555 0173 42"


def needles() -> list[bytes]:
    """The word as it may stand in a file: in UTF-8, in UTF-16, in base64 wherever it begins."""
    coded = [base64.b64encode(b"\0" * shift + WORD.encode())[4 if shift else 0 : -4] for shift in range(3)]
    return [WORD.encode(), WORD.encode("utf-16-le"), WORD.encode("utf-16-be"), PHONE.encode(), *coded]


def files_with_it(instance: Instance, *patterns: str) -> list[str]:
    found: list[Path] = [path for pattern in patterns for path in instance.settings.var.glob(pattern)]
    return sorted(path.name for path in found if any(needle in path.read_bytes() for needle in needles()))


def databases_with_it(instance: Instance) -> list[str]:
    return files_with_it(instance, "mesofaq.db*", "rasa/tracker.db*")


def everything_with_it(instance: Instance) -> list[str]:
    return files_with_it(instance, "*.*", "rasa/*.*", "log/*")


def told(instance: Instance, *, rows_of: Chat) -> Callable[[], bool]:
    """Whether Rasa's file names the conversation."""
    file = instance.settings.var / "rasa" / "tracker.db"
    return lambda: file.exists() and rows_of.id.encode() in file.read_bytes()


def test_after_an_erasure_no_byte_of_it_is_left(fresh_service: Instance) -> None:
    other = fresh_service.chat()
    other.say("hello")
    chat = fresh_service.chat()
    chat.say(f"when can i wash my hair {WORD}")
    chat.say(f"I want to talk to a person, I am {WORD}")
    chat.ask("PUT", "/contact", json={"contact": f"{WORD} {PHONE}"})
    chat.say(f"can i have a refund {WORD}")
    eventually(told(fresh_service, rows_of=chat), 10, "Rasa has it in its memory")
    assert any(name.startswith("mesofaq.db") for name in databases_with_it(fresh_service))

    assert chat.ask("DELETE").status_code == 204

    assert everything_with_it(fresh_service) == []
    assert not told(fresh_service, rows_of=chat)()
    assert len(other.transcript()) == 2
    assert chat.ask("GET", "/messages").status_code == 404


def test_what_rasa_writes_while_it_is_erased_is_swept(fresh_service: Instance) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(4):
            chat = fresh_service.chat()
            chat.say("hello")
            sending = [pool.submit(chat.post, f"how much does it cost {WORD}") for _ in range(6)]
            assert chat.ask("DELETE").status_code == 204
            assert {answer.result().status_code for answer in sending} <= {200, 404}
            # More than once: Rasa may still be at a message for which the service did not wait.
            is_told = told(fresh_service, rows_of=chat)
            eventually(lambda is_told=is_told: fresh_service.cli_json("purge") and not is_told(), 60, "it is swept")
    assert everything_with_it(fresh_service) == []


def test_no_log_has_a_word_of_it_with_rasa_dead_either(fresh_service: Instance) -> None:
    chat = fresh_service.chat()
    chat.say(f"I am {WORD}, call {PHONE}")
    fresh_service.send("rasa", signal.SIGSTOP)
    try:
        chat.say(f"does it hurt {WORD} {PHONE}")
    finally:
        fresh_service.send("rasa", signal.SIGCONT)
    chat.post(f"/restart{{{WORD}}}")
    assert files_with_it(fresh_service, "log/*", "console.txt") == []
    chat.ask("DELETE")
    assert everything_with_it(fresh_service) == []
