"""What the tests of the pre-screening share: short names, and a conversation played without Rasa."""

from typing import Any

from mesofaq.chat.models import About, ScreeningDraft
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.dialogue.domain import required_slots
from mesofaq.screening import questions
from mesofaq.screening.answers import AnswerReader
from mesofaq.screening.form import Form
from mesofaq.screening.result import reckon
from mesofaq.understanding.models import ActFound

ITEMS = (
    "allergy",
    "pregnancy",
    "blood_thinners",
    "diabetes",
    "liver",
    "kidney",
    "heart",
    "scalp_infection",
    "autoimmune",
    "chemotherapy",
)
POSTPONES = frozenset({"pregnancy", "scalp_infection", "chemotherapy"})
NOTES_PAST = frozenset({"pregnancy", "blood_thinners", "scalp_infection", "chemotherapy"})
READINGS = ("yes", "no", "unsure", "past", "not_answered")

_INTENTS = {"yes": "affirm", "no": "deny", "unsure": "unsure", "not_answered": "skip", "past": "inform_health"}


def read(reader: AnswerReader, text: str, pending: str | None = "diabetes", act: str = "") -> dict[str, str]:
    """How each item is read; `act` is taken for very likely."""
    return reader.read(text, pending, ActFound(name=act, probability=0.95) if act else None).readings


class Conversation:
    """Reader and form together, as the service and `actions/screening.py` put them together, without Rasa.

    Args:
        reader: reads answers.
        protocol: what is asked.
        opening: a message before the questions, which may volunteer facts.
    """

    def __init__(self, reader: AnswerReader, protocol: ScreeningProtocol, opening: str = "") -> None:
        self._reader = reader
        self._protocol = protocol
        self._slots: dict[str, Any] = {}
        self._messages = 0
        self.log: list[tuple[str | None, str]] = []
        found = self._found(opening, None) if opening else {}
        self._set(self._form.take("start_screening", found))

    @property
    def asked(self) -> str | None:
        """The slot that is asked; None at the end."""
        return self._slots.get("requested_slot")

    @property
    def result(self) -> ScreeningDraft:
        """The result of the answers so far."""
        return reckon(self._protocol, self._form.answers(), about=self._form.about)

    @property
    def readings(self) -> dict[str, str]:
        """How each item is read so far."""
        return self._form.told()

    def say(self, text: str) -> None:
        """Send one message."""
        self.log.append((self.asked, text))
        pending = self._form.pending
        item = pending.item.id if pending and pending.item and pending.follow_up is None else None
        found = self._found(text, item)
        if questions.asks_why(text) or (questions.question_in(text) and item not in found["screening"]):
            self._set(self._form.take_beside(found))  # a rule answers it, and the form comes back
            return
        intent = "inform_health" if found["screening"] or found["screening_last"] else "out_of_scope"
        if pending is not None and pending.follow_up is not None:
            intent = "inform_health"
        elif item in found["screening"]:
            intent = _INTENTS[found["screening"][item]]
        self._set(self._form.take(intent, found))

    @property
    def _form(self) -> Form:
        return Form(self._protocol, self._slots)

    def _found(self, text: str, item: str | None) -> dict[str, Any]:
        told = self._reader.read(text, item, for_other=self._form.about is About.OTHER)
        self._messages += 1
        return {
            "message_id": f"m{self._messages}",
            "screening": told.readings,
            "screening_named": sorted(told.named),
            "screening_last": told.last,
            "screening_plain": told.plain,
            "screening_whose": questions.asks_for(text),
        }

    def _set(self, slots: dict[str, Any]) -> None:
        self._slots |= slots
        order = required_slots(self._protocol)
        self._slots["requested_slot"] = next((name for name in order if self._slots.get(name) is None), None)
