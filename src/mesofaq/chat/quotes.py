"""Puts the patient's own words into a reply, after it came back from Rasa: there they must never be.

A draft has `{{said:<message id>}}` where they belong. Only placeholders of our own texts are replaced, in one pass, so
a patient who types one quotes nobody.
"""

import re
from collections.abc import Sequence

from mesofaq.chat.models import ReplyDraft
from mesofaq.store.store import Store

__all__ = ["quote"]

_SAID = re.compile(r"\{\{said:([0-9a-f-]{36})\}\}")
_LONGEST = 160


def quote(drafts: Sequence[ReplyDraft], conversation_id: str, store: Store) -> list[ReplyDraft]:
    """The drafts with each placeholder replaced by what the patient wrote in that message of this conversation."""
    wanted = {found for draft in drafts for found in _SAID.findall(draft.text)}
    if not wanted:
        return list(drafts)
    mine = store.transcript(conversation_id)
    words = {message.id: _shortened(message.text) for message in mine if message.from_ == "patient"}
    return [
        draft.model_copy(update={"text": _SAID.sub(lambda found: words.get(found.group(1), "…"), draft.text)})
        for draft in drafts
    ]


def _shortened(text: str) -> str:
    plain = " ".join(text.split())
    return f"“{plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + '…'}”"
