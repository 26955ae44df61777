"""A second process for the tests: `python store_worker.py ROLE URL …`. It says 'ready' and waits for a line."""

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

from store_helpers import answer, handoff

from mesofaq.store import Store, messages


def _say(data: object) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def _wait() -> None:
    _say("ready")
    sys.stdin.readline()


def migrate(store: Store) -> None:
    _wait()
    store.migrate()
    _say("migrated")


def receive_at_once(store: Store, conversation_id: str, client_message_id: str, times: str) -> None:
    """Receive the same message many times at once, each in a thread of its own."""
    store.ping()
    with ThreadPoolExecutor(int(times)) as pool:
        _wait()
        futures = [
            pool.submit(store.receive, conversation_id, "Hello", client_message_id or None) for _ in range(int(times))
        ]
        _say([future.result().model_dump() for future in futures])


def receive_then_wait(store: Store, conversation_id: str) -> None:
    """Die here: after the message is on record, before it is answered."""
    _say(store.receive(conversation_id, "Is anybody there?", None).message_id)
    sys.stdin.readline()


def die_in_finish(store: Store, message_id: str) -> None:
    """Die by SIGKILL when everything of the answer is written and nothing is committed."""
    write = messages.write_replies

    def write_and_die(*args: object, **kwargs: object) -> None:
        write(*args, **kwargs)  # type: ignore[arg-type]
        args[0].flush()  # type: ignore[attr-defined]
        os.kill(os.getpid(), signal.SIGKILL)

    messages.write_replies = write_and_die  # type: ignore[assignment]
    store.finish(message_id, [answer(), handoff()], bundle_id="b1")


if __name__ == "__main__":
    role, url, *rest = sys.argv[1:]
    globals()[role](Store(url), *rest)
