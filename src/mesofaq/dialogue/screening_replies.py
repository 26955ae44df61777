"""What is said around the pre-screening: its questions, what was understood, its result. All of it reviewed text.

A patient's own words are never in a draft: it travels through Rasa, which keeps what it sends. `{{said:<message id>}}`
stands for them until the service fills them in (`chat.quotes`).
"""

from collections.abc import Callable, Mapping

from mesofaq.chat.models import (
    About,
    DialogueState,
    HandoffDraft,
    Kind,
    Priority,
    Reason,
    ReplyDraft,
    ScreeningAnswer,
    ScreeningDraft,
    ScreeningRef,
    SourceRef,
    Suggestion,
)
from mesofaq.content.models import Source
from mesofaq.content.screening import ScreeningItem, ScreeningProtocol

__all__ = ["MINE_TEXT", "OTHERS_TEXT", "ScreeningReplies", "said"]

MINE_TEXT = "The answers are about me"
OTHERS_TEXT = "The answers are about someone else"

_YES_NO = (
    Suggestion(title="Yes", text="Yes"),
    Suggestion(title="No", text="No"),
    Suggestion(title="Not sure", text="Not sure"),
)


def said(message_id: str) -> str:
    """The placeholder for a patient's words."""
    return f"{{{{said:{message_id}}}}}"


class ScreeningReplies:
    """The replies of the pre-screening.

    Args:
        protocol: the items and the texts around them.
        sources: the sources by key, as the bundle has them.
        fill: puts the clinic's own values into a text.
    """

    def __init__(self, protocol: ScreeningProtocol, sources: Mapping[str, Source], fill: Callable[[str], str]) -> None:
        self._protocol = protocol
        self._says = protocol.says
        self._sources = sources
        self._fill = fill

    def intro(self) -> ReplyDraft:
        """What the screening is, before its first question."""
        return self._say(self._fill(self._protocol.intro))

    def whose(self) -> ReplyDraft:
        """Ask whose answers these will be."""
        draft = self._say(self._fill(self._protocol.about))
        offers = (Suggestion(title="My own", text=MINE_TEXT), Suggestion(title="Someone else's", text=OTHERS_TEXT))
        return draft.model_copy(update={"suggestions": offers, "state": DialogueState(asks_whose=True)})

    def question(self, item_id: str, follow_up: str | None, about: About, *, reworded: bool) -> ReplyDraft:
        """Ask an item, or one of its follow-ups, with its place: "3 of 10."; in other words the second time.

        Raises:
            KeyError: the protocol has no such item.
        """
        item = self._protocol.item(item_id)
        number = self._protocol.items.index(item) + 1
        more = next((one for one in item.follow_ups if one.id == follow_up), None)
        question = more.question if more else item.reworded if reworded else item.question
        parts = [f"{number} of {len(self._protocol.items)}. {question}"]
        if reworded and item.help and more is None:
            parts.append(item.help)
        return ReplyDraft(
            kind=Kind.SCREENING,
            text="\n".join(parts),
            suggestions=() if more else _YES_NO,
            screening=ScreeningRef(item=item.id),
            state=DialogueState(item=item.id, follow_up=follow_up, about=about),
        )

    def noted(self, told: Mapping[str, str], *, changed: bool) -> ReplyDraft:
        """Show how answers were understood, and that they can be corrected.

        Args:
            told: readings by item.
            changed: they replace earlier ones.
        """
        shown = [
            f"{item.title}: {self._says.labels[told[item.id]]}"  # type: ignore[index]
            for item in self._protocol.items
            if item.id in told
        ]
        lead = self._says.changed if changed else self._says.noted
        return self._say(f"{lead} {'; '.join(shown)}. {self._says.correct_me}")

    def unread(self, *, others_only: bool) -> ReplyDraft:
        """Say that the answer was not understood, or that it spoke of somebody else."""
        return self._say(self._says.others if others_only else self._says.unread)

    def why(self, item: ScreeningItem) -> ReplyDraft:
        """Why `item` is asked, with its source."""
        sources = tuple(
            SourceRef(title=self._sources[source.source].title, where=source.where)
            for source in item.sources
            if source.source in self._sources
        )
        ref = ScreeningRef(item=item.id)
        return ReplyDraft(kind=Kind.SCREENING, text=item.why, sources=sources, screening=ref)

    def result(self, result: ScreeningDraft) -> ReplyDraft:
        """The result: what was flagged and why, in the patient's own words, and what happens next."""
        answers = {answer.item: answer for answer in result.answers}
        parts = [self._fill(self._protocol.results[result.result])]
        if result.flags:
            flagged = [self._flagged(self._protocol.item(flag), answers[flag]) for flag in result.flags]
            parts.append("\n".join([self._says.to_look_at, *flagged]))
        if result.noted:
            noted = [f"• {self._told(self._protocol.item(item), answers[item])}." for item in result.noted]
            parts.append("\n".join([self._says.in_the_past, *noted]))
        parts.append(self._says.correct_me)
        return ReplyDraft(
            kind=Kind.SCREENING,
            text="\n\n".join(parts),
            screening=ScreeningRef(result=result.result, flags=result.flags),
            screening_result=result,
            handoff=HandoffDraft(reason=Reason.SCREENING, priority=Priority.ROUTINE),
        )

    def cancelled(self) -> ReplyDraft:
        """The patient stopped the questions."""
        draft = self._say(self._fill(self._protocol.results["cancelled"]))
        return draft.model_copy(update={"screening": ScreeningRef(result="cancelled")})

    def _flagged(self, item: ScreeningItem, answer: ScreeningAnswer) -> str:
        return f"• {self._told(item, answer)}. {item.why}"

    def _told(self, item: ScreeningItem, answer: ScreeningAnswer) -> str:
        if answer.message_id is None:
            return f"{item.title}: {self._says.labels[answer.reading]}"
        return f"{item.title}: {self._says.labels[answer.reading]} ({self._says.you_wrote} {said(answer.message_id)})"

    @staticmethod
    def _say(text: str) -> ReplyDraft:
        return ReplyDraft(kind=Kind.SCREENING, text=text, screening=ScreeningRef())
