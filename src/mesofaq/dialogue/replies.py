"""Composes every reply from reviewed text: cards, phrases and the screening protocol. Nothing is generated."""

from collections.abc import Callable, Mapping, Sequence

from mesofaq.chat.models import (
    CardRef,
    HandoffDraft,
    Kind,
    Priority,
    Reason,
    ReplyDraft,
    SourceRef,
    StaffRef,
    Suggestion,
)
from mesofaq.content.canned import CannedReply
from mesofaq.content.languages import LanguageTexts
from mesofaq.content.loader import Content
from mesofaq.content.models import PLACEHOLDER, Card
from mesofaq.dialogue.screening_replies import ScreeningReplies
from mesofaq.knowledge.bundle import Bundle

__all__ = ["CHECK_ME_TEXT", "HAPPENING_NOW_TEXT", "NOT_NOW_TEXT", "PERSON_TEXT", "Replies"]

HAPPENING_NOW_TEXT = "Yes, it is happening right now"
NOT_NOW_TEXT = "No, it is not happening now"
PERSON_TEXT = "I would like to talk to a person"
CHECK_ME_TEXT = "Can you check if it is ok for me?"

_CHECK_ME = Suggestion(title="Go through the health questions", text=CHECK_ME_TEXT)
_HANDOFFS: dict[Reason, tuple[str, Priority]] = {
    Reason.OUT_OF_SCOPE: ("handoff_out_of_scope", Priority.ROUTINE),
    Reason.OTHER_LANGUAGE: ("handoff_other_language", Priority.ROUTINE),
    Reason.ASKED_FOR_PERSON: ("handoff_person", Priority.ROUTINE),
    Reason.COMPLICATION: ("handoff_complication", Priority.URGENT),
    Reason.MEDICINE_CHANGE: ("handoff_medicine_change", Priority.ROUTINE),
    Reason.PERSONAL_MEDICAL: ("handoff_personal_medical", Priority.ROUTINE),
    Reason.BOT_FAILED: ("failure", Priority.ROUTINE),
}
_SEE_ALSO_SHOWN = 2


class Replies:
    """The replies of one clinic with one bundle.

    Args:
        content: phrases, clinic and screening protocol.
        bundle: the cards that are live (they may be older than the files until the next build).
        servable: whether a card (by id) may be shown.
        status: a card's review status today, for its reference.
        screens: whether the pre-screening may be offered.
    """

    def __init__(
        self,
        content: Content,
        bundle: Bundle | None,
        servable: Callable[[str], bool],
        status: Callable[[Card], str],
        screens: Callable[[], bool] = lambda: True,
    ) -> None:
        self._content = content
        self._cards = bundle.cards if bundle else {}
        self._sources = bundle.sources if bundle else {}
        self._servable = servable
        self._status = status
        self._screens = screens
        self.screening = ScreeningReplies(content.screening, self._sources, self._fill)
        self._screened = {item.card for item in content.screening.items if item.card}

    def phrase(self, key: str, values: Mapping[str, str] | None = None) -> str:
        """The phrase `key`, with the clinic's values filled in (they may themselves hold placeholders).

        Args:
            key: its name in phrases.yml.
            values: what else its placeholders stand for, e.g. `staff.name`; put in as they are.
        """
        given = values or {}
        return PLACEHOLDER.sub(
            lambda found: given[found.group(1)] if found.group(1) in given else self._fill(found.group(0)),
            self._content.phrases[key],
        )

    def notice(self, key: str, staff: StaffRef | None = None, values: Mapping[str, str] | None = None) -> ReplyDraft:
        """A phrase by itself, about a member of staff where one is named (`{{staff.name}}`, `{{staff.title}}`)."""
        named = {"staff.name": staff.name, "staff.title": staff.title} if staff else {}
        return ReplyDraft(kind=Kind.NOTICE, text=self.phrase(key, {**named, **(values or {})}), staff=staff)

    def canned(self) -> list[CannedReply]:
        """The clinic's ready-made replies for staff, with its values filled in."""
        return [reply.model_copy(update={"text": self._fill(reply.text)}) for reply in self._content.canned]

    def cards(self) -> list[tuple[str, str]]:
        """The id and question of every card that may be shown today, by question."""
        shown = [(card.id, card.question) for card in self._cards.values() if self._servable(card.id)]
        return sorted(shown, key=lambda pair: pair[1])

    def already_answered(self) -> ReplyDraft:
        """Say that a person has answered this in the chat, and offer one again."""
        person = Suggestion(title="Talk to a person", text=PERSON_TEXT)
        return self.notice("already_answered").model_copy(update={"suggestions": (person,)})

    def answer(self, card_id: str) -> ReplyDraft:
        """The card's text, its sources, and where to go next.

        Raises:
            KeyError: there is no such card in the bundle.
        """
        card = self._cards[card_id]
        next_cards = [other for other in card.see_also if other in self._cards and self._servable(other)]
        suggestions = [self._suggestion(other) for other in next_cards[:_SEE_ALSO_SHOWN]]
        if self._screens() and (card.id in self._screened or card.id in ("contraindications", "who-is-it-for")):
            suggestions.insert(0, _CHECK_ME)
        return ReplyDraft(
            kind=Kind.ANSWER,
            text=self._fill(card.body),
            card=CardRef(id=card.id, version=card.version, status=self._status(card)),
            sources=self._source_refs(card),
            suggestions=tuple(suggestions),
        )

    def clarify(self, card_ids: Sequence[str]) -> ReplyDraft:
        """Offer two or three cards by their questions."""
        return ReplyDraft(
            kind=Kind.CLARIFY,
            text=self.phrase("clarify"),
            suggestions=tuple(self._suggestion(card_id) for card_id in card_ids if card_id in self._cards),
        )

    def handoff(self, reason: Reason) -> ReplyDraft:
        """Hand the conversation to a person, saying why and what happens next."""
        key, priority = _HANDOFFS[reason]
        return ReplyDraft(
            kind=Kind.HANDOFF,
            text=self.phrase(key),
            # While a person is awaited, the health questions can be gone through: the clinic will want their answers.
            suggestions=(_CHECK_ME,) if reason is Reason.PERSONAL_MEDICAL and self._screens() else (),
            handoff=HandoffDraft(reason=reason, priority=priority),
        )

    def other_language(self, code: str | None) -> ReplyDraft:
        """Say that we answer only in English, in the patient's language where we have its text, and hand over.

        Args:
            code: the language of the message, ISO 639-1.
        """
        draft = self.handoff(Reason.OTHER_LANGUAGE)
        texts = self._texts_in(code)
        return draft.model_copy(update={"text": self._fill(texts.other_language)}) if texts else draft

    def emergency(self, phrase: str | None = None) -> ReplyDraft:
        """The emergency text (or the rule's own), with an emergency handoff.

        Args:
            phrase: its name; `emergency:fr` puts the text in that language before the English one.
        """
        name, _, code = (phrase or "emergency").partition(":")
        texts = self._texts_in(code)
        told = [self._fill(texts.emergency if name == "emergency" else texts.emergency_self_harm)] if texts else []
        return ReplyDraft(
            kind=Kind.EMERGENCY,
            text="\n\n".join([*told, self.phrase(name)]),
            handoff=HandoffDraft(reason=Reason.EMERGENCY, priority=Priority.EMERGENCY),
            always=True,
        )

    def ask_if_now(self) -> ReplyDraft:
        """Say what to do in an emergency, and ask whether it is one."""
        return ReplyDraft(
            kind=Kind.CLARIFY,
            text=self.phrase("ask_if_now"),
            suggestions=(
                Suggestion(title="Yes, right now", text=HAPPENING_NOW_TEXT),
                Suggestion(title="No", text=NOT_NOW_TEXT),
                Suggestion(title="Talk to a person", text=PERSON_TEXT),
            ),
            always=True,
        )

    def failure(self) -> ReplyDraft:
        """Something of ours failed: a person answers."""
        return ReplyDraft(
            kind=Kind.NOTICE,
            text=self.phrase("failure"),
            handoff=HandoffDraft(reason=Reason.BOT_FAILED, priority=Priority.ROUTINE),
        )

    def smalltalk(self, phrase: str, *, starters: bool = False) -> ReplyDraft:
        """A fixed phrase; with `starters`, first questions to choose from."""
        return ReplyDraft(
            kind=Kind.SMALLTALK, text=self.phrase(phrase), suggestions=self.starters() if starters else ()
        )

    def complaint(self) -> ReplyDraft:
        """Say sorry for a wrong answer, and offer a person."""
        person = Suggestion(title="Talk to a person", text=PERSON_TEXT)
        return self.smalltalk("complain").model_copy(update={"suggestions": (person,)})

    def sources_of(self, card_ids: Sequence[str]) -> ReplyDraft:
        """The sources of the cards shown last, with their evidence notes; says so when there are none."""
        cards = [self._cards[card_id] for card_id in card_ids if card_id in self._cards]
        if not cards:
            return ReplyDraft(kind=Kind.SOURCES, text=self.phrase("no_sources_yet"))
        lines = [self.phrase("sources_intro")]
        for card in cards:
            lines += [f"• {source.title} ({source.where})" for source in self._source_refs(card)]
            lines.append(card.evidence)
        return ReplyDraft(
            kind=Kind.SOURCES,
            text="\n".join(lines),
            card=CardRef(id=cards[0].id, version=cards[0].version, status=self._status(cards[0])),
            sources=self._source_refs(cards[0]),
        )

    def starters(self) -> tuple[Suggestion, ...]:
        """The first questions that the clinic chose, as far as their cards may be shown, and the health questions."""
        chosen = self._content.clinic.starter_cards
        shown = [self._suggestion(card) for card in chosen if card in self._cards and self._servable(card)]
        return (*shown, _CHECK_ME) if self._screens() else tuple(shown)

    def _texts_in(self, code: str | None) -> LanguageTexts | None:
        """The fixed texts in a language, if the clinic offers it."""
        return self._content.languages.get(code) if code and code in self._content.clinic.languages else None

    def _suggestion(self, card_id: str) -> Suggestion:
        question = self._cards[card_id].question
        return Suggestion(title=question, text=question, card=card_id)

    def _source_refs(self, card: Card) -> tuple[SourceRef, ...]:
        return tuple(
            SourceRef(title=self._sources[item.source].title, where=item.where)
            for item in card.sources
            if item.source in self._sources
        )

    def _fill(self, text: str) -> str:
        clinic = self._content.clinic
        return clinic.fill(clinic.fill(text))
