"""The form's logic: which slots a message fills. Pure: slots and what was understood in, slots out.

A slot of an item holds how it was read and by which message (`{"reading": "yes", "message_id": …, "how": …}`), never
the words; a follow-up's slot holds the message (`{"message_id": …}`), with None for one that need not be asked.

    start ─> whose answers? (only where somebody may be asking for another) ─> item ─> its follow-ups ─> next item …

What is volunteered fills its own slots wherever it is said, so it is not asked again. What is no answer is asked once
more in other words, and then counts as not answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mesofaq.chat.models import About, FollowUpAnswer, ScreeningAnswer
from mesofaq.content.screening import ScreeningItem, ScreeningProtocol
from mesofaq.dialogue.domain import WHOSE, follow_up_slot, required_slots

__all__ = ["ATTEMPTS", "Form", "Pending"]

ATTEMPTS = "screening_attempts"

_ANSWERS = frozenset({"affirm", "deny", "unsure", "skip", "inform_health", "start_screening"})
_UNREAD = frozenset({"out_of_scope", "complain"})
_CHAT = frozenset({"greet", "thank"})
_ASKS_AGAIN = frozenset({"repeat"})


@dataclass(frozen=True)
class Pending:
    """What is asked: whose answers, or an item, or one of its follow-ups."""

    item: ScreeningItem | None = None
    follow_up: str | None = None


class Form:
    """One conversation's form.

    Args:
        protocol: what is asked.
        slots: the form's slots as they are.
    """

    def __init__(self, protocol: ScreeningProtocol, slots: Mapping[str, Any]) -> None:
        self._protocol = protocol
        self._slots = slots

    @property
    def about(self) -> About:
        """Whose answers they are."""
        whose = self._slots.get(WHOSE)
        return About(whose["about"]) if isinstance(whose, dict) else About.SELF

    @property
    def pending(self) -> Pending | None:
        """What is asked now, if anything."""
        slot = self._slots.get("requested_slot")
        if slot is None:
            return None
        name, _, follow_up = str(slot).partition("__")
        if name == WHOSE:
            return Pending()
        return Pending(next((item for item in self._protocol.items if item.id == name), None), follow_up or None)

    def take(self, intent: str, found: Mapping[str, Any]) -> dict[str, Any]:
        """The slots that a message fills.

        Args:
            intent: its intent.
            found: what understanding found in it (`dialogue.parse`).

        Returns:
            New values by slot; none, where the form should step aside for a rule.
        """
        pending = self.pending
        if intent in _CHAT and pending is not None and pending.item is not None and self._slots.get(ATTEMPTS):
            return self._unread(pending, found)  # "lalala" a second time: friendly, and still no answer
        if intent not in _ANSWERS | _UNREAD | _ASKS_AGAIN:
            return {}
        if pending is None:
            return self._begin(found) if intent == "start_screening" else {}
        if intent in _ASKS_AGAIN or (intent == "start_screening" and not found.get("screening")):
            return {ATTEMPTS: 0}  # Never nothing while something is asked: the form would step aside for no rule.
        if pending.item is None:
            return self._take_whose(found)
        if intent in _UNREAD:
            return self._unread(pending, found)
        return self._take_answer(pending, found)

    def take_beside(self, found: Mapping[str, Any], *, answers: bool = False) -> dict[str, Any]:
        """The slots that a message fills although a rule dealt with it: "I take Plavix, does that matter?".

        Args:
            found: what understanding found in it.
            answers: it is the answer to a follow-up, too, where one is asked.
        """
        pending = self.pending
        if pending is None:
            return {}
        filled = self._fill(found)
        if pending.item is None or pending.follow_up is None:
            return filled
        # What comes a second time instead of the answer is it, whatever else it is: nobody is asked for ever.
        if not answers and not self._slots.get(ATTEMPTS):
            return {**filled, ATTEMPTS: 1}
        slot = follow_up_slot(pending.item.id, pending.follow_up)
        return {**filled, slot: {"message_id": found.get("message_id")}, ATTEMPTS: 0}

    def back(self) -> dict[str, Any]:
        """Empty the last answer before what is asked, so that it is asked again."""
        pending = self.pending
        order = [item.id for item in self._protocol.items]
        limit = order.index(pending.item.id) if pending and pending.item else 0
        if pending and pending.follow_up:
            limit += 1
        # What was volunteered and never asked is not what was asked last.
        answered = [item for item in order[:limit] if self._slots.get(item) is not None]
        return {**self._emptied(answered[-1]), ATTEMPTS: 0} if answered else {ATTEMPTS: 0}

    def forgotten(self) -> dict[str, Any]:
        """Every slot of the form, emptied, and nothing asked any more."""
        return {"requested_slot": None, **dict.fromkeys(required_slots(self._protocol)), ATTEMPTS: 0}

    def told_by(self, message_id: str | None) -> dict[str, str]:
        """How each item was read that the message filled and that should be shown: not for a bare yes or no."""
        return {
            item.id: slot["reading"]
            for item in self._protocol.items
            if isinstance(slot := self._slots.get(item.id), dict)
            and slot.get("message_id") == message_id
            and slot.get("how") != "plain"
        }

    def told(self) -> dict[str, str]:
        """How every item was read that is filled."""
        slots = ((item.id, self._slots.get(item.id)) for item in self._protocol.items)
        return {item: slot["reading"] for item, slot in slots if isinstance(slot, dict)}

    def changed_by(self, message_id: str | None) -> bool:
        """Whether the message changed an answer that was given before."""
        slots = (self._slots.get(item.id) for item in self._protocol.items)
        return any(
            isinstance(slot, dict) and slot.get("message_id") == message_id and slot.get("how") == "changed"
            for slot in slots
        )

    def answers(self) -> dict[str, ScreeningAnswer]:
        """Every answer, by item."""
        return {
            item.id: ScreeningAnswer(
                item=item.id,
                reading=slot["reading"],
                message_id=slot.get("message_id"),
                follow_ups=tuple(self._follow_ups(item)),
            )
            for item in self._protocol.items
            if isinstance(slot := self._slots.get(item.id), dict)
        }

    def _begin(self, found: Mapping[str, Any]) -> dict[str, Any]:
        whose = found.get("screening_whose")
        if whose is None and found.get("speaks_for_other"):
            whose = About.OTHER
        if whose == About.OTHER:
            return {ATTEMPTS: 0}  # It is asked whose answers they are.
        slots: dict[str, Any] = {
            WHOSE: {"about": About.SELF.value},
            **self._volunteered(found.get("volunteered") or {}),
        }
        return {**slots, **self._fill(found), ATTEMPTS: 0}

    def _take_whose(self, found: Mapping[str, Any]) -> dict[str, Any]:
        whose = found.get("screening_whose")
        if whose is None:
            attempts = int(self._slots.get(ATTEMPTS) or 0)
            if attempts < 1:
                return {ATTEMPTS: attempts + 1}
            whose = About.UNCLEAR
        told = found.get("volunteered_of_other" if whose == About.OTHER else "volunteered") or {}
        return {
            WHOSE: {"about": str(whose), "message_id": found.get("message_id")},
            **self._volunteered(told),
            ATTEMPTS: 0,
        }

    def _take_answer(self, pending: Pending, found: Mapping[str, Any]) -> dict[str, Any]:
        assert pending.item is not None  # noqa: S101 - `take` deals with that
        last = found.get("screening_last")
        if last is not None and (before := self._item_before(pending)) is not None:
            return {**self._answered(before, str(last), found, "changed", named=False), ATTEMPTS: 0}
        filled = self._fill(found)
        if pending.follow_up is not None:
            # Whatever is said is the answer, and kept as typed; unless it takes the 'yes' back. A doubt does not:
            # "possibly pregnant" is one of the answers offered.
            if isinstance(told := filled.get(pending.item.id), dict) and told["reading"] == "unsure":
                filled = {name: slot for name, slot in filled.items() if name.split("__")[0] != pending.item.id}
            slot = follow_up_slot(pending.item.id, pending.follow_up)
            filled.setdefault(slot, {"message_id": found.get("message_id")})
            if filled[slot] is None:
                filled[slot] = {"message_id": found.get("message_id")}
            return {**filled, ATTEMPTS: 0}
        if pending.item.id in filled:
            return {**filled, ATTEMPTS: 0}
        return filled or self._unread(pending, found)

    def _unread(self, pending: Pending, found: Mapping[str, Any]) -> dict[str, Any]:
        attempts = int(self._slots.get(ATTEMPTS) or 0)
        if attempts < 1:
            return {ATTEMPTS: attempts + 1}
        if pending.item is None:
            return self._take_whose(found)
        if pending.follow_up is not None:
            slot = follow_up_slot(pending.item.id, pending.follow_up)
            return {slot: {"message_id": found.get("message_id")}, ATTEMPTS: 0}
        return {**self._answered(pending.item, "not_answered", found, "words", named=False), ATTEMPTS: 0}

    def _fill(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """The slots of every item that the message speaks of."""
        slots: dict[str, Any] = {}
        named = found.get("screening_named") or []
        plain = bool(found.get("screening_plain"))
        for item in self._protocol.items:
            reading = (found.get("screening") or {}).get(item.id)
            if reading is None:
                continue
            before = self._slots.get(item.id)
            if isinstance(before, dict) and before["reading"] == reading and not self._asks(item):
                continue  # said again: the first telling stands
            how = "changed" if isinstance(before, dict) else "plain" if plain else "words"
            slots |= self._answered(item, reading, found, how, named=item.id in named)
        return slots

    def _volunteered(self, told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        slots: dict[str, Any] = {}
        for item in self._protocol.items:
            if (one := told.get(item.id)) is not None:
                slots |= self._answered(item, one["reading"], one, "words", named=bool(one.get("named")))
        return slots

    def _answered(
        self, item: ScreeningItem, reading: str, found: Mapping[str, Any], how: str, *, named: bool
    ) -> dict[str, Any]:
        """The slot of an item, and those of its follow-ups, which only a 'yes' brings."""
        slots: dict[str, Any] = {item.id: {"reading": reading, "message_id": found.get("message_id"), "how": how}}
        for follow_up in item.follow_ups:
            asked = reading == "yes" and not (follow_up.unless_named and named)
            slots[follow_up_slot(item.id, follow_up.id)] = None if asked else {"message_id": None}
        return slots

    def _emptied(self, item_id: str) -> dict[str, Any]:
        item = self._protocol.item(item_id)
        return {item_id: None, **{follow_up_slot(item_id, follow_up.id): None for follow_up in item.follow_ups}}

    def _asks(self, item: ScreeningItem) -> bool:
        pending = self.pending
        return pending is not None and pending.item == item and pending.follow_up is None

    def _item_before(self, pending: Pending) -> ScreeningItem | None:
        assert pending.item is not None  # noqa: S101
        if pending.follow_up is not None:
            return pending.item
        place = self._protocol.items.index(pending.item)
        answered = [item for item in self._protocol.items[:place] if self._slots.get(item.id) is not None]
        return answered[-1] if answered else None

    def _follow_ups(self, item: ScreeningItem) -> list[FollowUpAnswer]:
        slots = ((one.id, self._slots.get(follow_up_slot(item.id, one.id))) for one in item.follow_ups)
        return [
            FollowUpAnswer(follow_up=name, message_id=slot["message_id"])
            for name, slot in slots
            if isinstance(slot, dict) and slot.get("message_id")
        ]
