"""Whether a question is one that a person has answered in this conversation already.

After a handoff is resolved, the bot must not hand over the same thing again: the patient would be asked to wait for an
answer that stands above. Whoever asks for a person always gets one.

Nearness alone cannot tell: "Are you open on Monday?" and "… on Tuesday?" have a cosine of 0.97, "red on the left side"
and "… right side" 0.98. So two questions are one only where their telling words are the same, in the same order, and
the encoder agrees that the rest (articles, politeness, "can" for "may") makes no difference.
"""

import re
from collections.abc import Sequence

import numpy as np

from mesofaq.chat.models import Priority, Reason, ReplyDraft
from mesofaq.knowledge.encoder import Encoder
from mesofaq.understanding.normalise import normalise

__all__ = ["SAME_FROM", "asks_again", "may_be_dropped"]

SAME_FROM = 0.85
"""The cosine from which two questions of the same telling words are one.

Tried on pairs of that kind: the same request put twice has 0.87 and more. A question handed over twice costs a minute,
one that is dropped costs a patient's trust.
"""

_SAY_NOTHING = frozenset(
    "a an the your please hi hello hey thanks thank so and also too well as just at in into to".split()
)
_AS_GOOD_AS = {"could": "can", "may": "can", "might": "can", "does": "do", "are": "is", "am": "is"}
_IS_THERE = re.compile(r"\b(do you have|have you got|are there)\b")
_WORD = re.compile(r"\w+")

_ALWAYS = frozenset(
    {Reason.ASKED_FOR_PERSON, Reason.SCREENING, Reason.BOT_FAILED, Reason.EMERGENCY, Reason.COMPLICATION}
)


def may_be_dropped(drafts: Sequence[ReplyDraft]) -> bool:
    """Whether the drafts hand over nothing but a routine question that may have been answered before."""
    wanted = [draft.handoff for draft in drafts if draft.handoff is not None]
    return bool(wanted) and all(draft.priority is Priority.ROUTINE and draft.reason not in _ALWAYS for draft in wanted)


def asks_again(text: str, answered: Sequence[str], encoder: Encoder | None) -> bool:
    """Whether `text` asks what one of `answered` asked.

    Args:
        text: the patient's message.
        answered: the messages that a person has dealt with in this conversation.
        encoder: tells how near two questions are; without one only the same words count.
    """
    plain, telling = normalise(text).casefold(), _telling(text)
    if any(normalise(one).casefold() == plain for one in answered):
        return True
    near = [one for one in answered if telling and _telling(one) == telling]
    if encoder is None or not near:
        return False
    vectors = encoder.encode([text, *near])
    return bool(np.max(vectors[1:] @ vectors[0]) >= SAME_FROM)


def _telling(text: str) -> list[str]:
    """The words that tell something, in order: "call me" is not "call you", and "I can come" is not "can I come"."""
    plain = _IS_THERE.sub("is there", normalise(text).casefold().replace("'", ""))
    return [_AS_GOOD_AS.get(word, word) for word in _WORD.findall(plain) if word not in _SAY_NOTHING]
