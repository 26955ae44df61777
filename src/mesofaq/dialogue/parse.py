"""The answer to Rasa's `POST /model/parse`, and the reference by which Rasa knows a message.

The service sends Rasa a reference (`message:<id>`) instead of the patient's words. Rasa logs what it is sent when
something fails, splits it at blank lines, and takes a leading slash for a command; a reference has no words to log, to
split or to obey, and the understanding that was reached once, before Rasa was called, is looked up instead of computed
again. Plain text is understood as well, for `rasa shell` and for tests.
"""

import re
from typing import Any

from mesofaq.understanding.models import Understanding

__all__ = ["KEY", "as_parse_data", "message_id_of", "reference"]

KEY = "mesofaq"
"""The further key of the parse data, kept by Rasa in `tracker.latest_message` and so given to every action."""

_REFERENCE = re.compile(r"^message:([0-9a-f-]{36})$")


def reference(message_id: str) -> str:
    """How Rasa is told of a message."""
    return f"message:{message_id}"


def message_id_of(text: str) -> str | None:
    """The message's id if `text` is a reference, else None."""
    found = _REFERENCE.match(text)
    return found.group(1) if found else None


def as_parse_data(text: str, understanding: Understanding) -> dict[str, Any]:
    """The parse data that Rasa 3.6 expects, with what the actions need under `mesofaq`.

    Args:
        text: what Rasa sent, returned unchanged.
        understanding: what was found; only ids, names and numbers of it go along, never words of the patient.
    """
    intent = {"name": understanding.intent, "confidence": understanding.confidence}
    decision, context = understanding.decision, understanding.context
    return {
        "text": text,
        "intent": intent,
        "intent_ranking": [intent],
        "entities": [],
        KEY: {
            "message_id": message_id_of(text),
            "phrase": understanding.triage.phrase,
            "language": understanding.language,
            "cards": list(decision.cards) if decision else [],
            "last_cards": list(understanding.context.last_cards),
            "screening": understanding.screening,
            "screening_named": list(understanding.screening_named),
            "screening_last": understanding.screening_last,
            "screening_plain": understanding.screening_plain,
            "screening_whose": understanding.screening_whose,
            "others_only": understanding.others_only,
            "speaks_for_other": context.speaks_for_other,
            "volunteered": {item: told.model_dump() for item, told in context.volunteered.items()},
            "volunteered_of_other": {item: told.model_dump() for item, told in context.volunteered_of_other.items()},
            "finished": context.finished.model_dump() if context.finished else None,
        },
    }
