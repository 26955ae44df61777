"""Finished screenings made by hand, in every result and with every kind of answer."""

from datetime import UTC, datetime
from typing import Any

from mesofaq.content.screening import ScreeningProtocol
from mesofaq.store.records import FollowUpLine, ScreeningLine, ScreeningSummary

AT = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
SCREENING = "6f1e0c5e-0000-4000-8000-00000000000a"
CORRECTED = "6f1e0c5e-0000-4000-8000-00000000000b"
CONVERSATION = "6f1e0c5e-0000-4000-8000-00000000000c"


def line(item: str, reading: str, typed: str | None = None, **follow_ups: str | None) -> ScreeningLine:
    return ScreeningLine.model_validate(
        {
            "item": item,
            "reading": reading,
            "typed": typed,
            "follow_ups": [FollowUpLine(follow_up=name, typed=words) for name, words in follow_ups.items()],
        }
    )


def summary(protocol: ScreeningProtocol, *lines: ScreeningLine, **fields: Any) -> ScreeningSummary:
    """A screening with these lines; every other item was answered with 'no'."""
    told = {one.item: one for one in lines}
    return ScreeningSummary.model_validate(
        {
            "id": SCREENING,
            "conversation_id": CONVERSATION,
            "protocol_version": protocol.version,
            "about": "self",
            "result": "review",
            "flags": [],
            "noted": [],
            "at": AT,
            "answers": [told.get(item.id) or line(item.id, "no", "no") for item in protocol.items],
            **fields,
        }
    )


def screenings(protocol: ScreeningProtocol) -> dict[str, ScreeningSummary]:
    """One screening of each kind."""
    return {
        "no flags": summary(protocol, result="no_flags"),
        "review": summary(
            protocol,
            line("liver", "unsure", "my doctor mentioned something"),
            line("heart", "not_answered"),
            flags=["liver", "heart"],
        ),
        "postpone with follow-ups": summary(
            protocol,
            line("allergy", "yes", "yes", which="penicillin, I get hives"),
            line("pregnancy", "yes", "12 weeks", which=None),
            line("chemotherapy", "yes", "yes", when="next month"),
            result="postpone",
            flags=["allergy", "pregnancy", "chemotherapy"],
        ),
        "past": summary(
            protocol, line("chemotherapy", "past", "done in 2015"), result="no_flags", noted=["chemotherapy"]
        ),
        "another person": summary(protocol, about="other"),
        "unclear whose": summary(protocol, about="unclear"),
        "correction": summary(protocol, line("blood_thinners", "yes", "I do take Plavix"), corrects=CORRECTED),
        "control characters": summary(
            protocol, line("allergy", "yes", "nuts\x00\x07\x1b[2J\x0b\x1f", which="\x01"), flags=["allergy"]
        ),
        "long and strange words": summary(
            protocol, line("allergy", "unsure", " \u00a0<b>“Näé”\u202e 👎\r\n" * 300), flags=["allergy"]
        ),
    }
