"""Start stock Rasa with private logs: `bot/.venv/bin/python bot/start_rasa.py run …` is `rasa run …`.

When a message fails, Rasa 3.6 logs what the patient wrote: as a field (`text`, `response_text`), in the local
variables that structlog adds to a traceback, and in the text of some exceptions. Health data must not be in
logs. Rasa has no switch for it, and a handler or filter from `--logging-config-file` does not survive its own
set-up of logging, so every record is rewritten where it is made: what happened and where stay, values go.

Runs on Rasa's Python 3.10 and imports nothing of mesofaq.
"""

import json
import logging
import os
import sys
import traceback
from types import TracebackType

KEPT = ("event", "level", "event_key")


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]


def _without_values(event: dict[str, object]) -> str:
    """A structlog event with its name, its level and, of a traceback, the kinds of exception and places."""
    kept = {key: event[key] for key in KEPT if key in event}
    exceptions = event.get("exception")
    if isinstance(exceptions, list):
        kept["exception"] = [
            {
                "type": one.get("exc_type"),
                "at": [f"{frame['filename']}:{frame['lineno']} in {frame['name']}" for frame in one.get("frames", [])],
            }
            for one in exceptions
        ]
    elif exceptions:
        kept["exception"] = "left out"
    return json.dumps(kept)


def make_private(record: logging.LogRecord) -> logging.LogRecord:
    """Take out of a record what a patient may have written, in place."""
    try:
        event = json.loads(record.msg) if isinstance(record.msg, str) and record.msg.startswith("{") else None
    except ValueError:
        event = None
    if isinstance(event, dict):
        record.msg, record.args = _without_values(event), ()
    if record.exc_info and record.exc_info[0] is not None:
        kind, _, trace = record.exc_info
        record.exc_text = "\n".join([f"{kind.__module__}.{kind.__qualname__} at", *_frames(trace)])
        record.exc_info = None
    return record


def install() -> None:
    """Rewrite every record from now on; Rasa logs structured events as JSON, which `make_private` reads."""
    os.environ["FORCE_JSON_LOGGING"] = "1"
    make = logging.getLogRecordFactory()
    logging.setLogRecordFactory(lambda *args, **kwargs: make_private(make(*args, **kwargs)))


if __name__ == "__main__":
    install()
    # The folder of this file is not where Rasa is to look for modules.
    sys.path.pop(0)
    from rasa.__main__ import main

    sys.exit(main())
