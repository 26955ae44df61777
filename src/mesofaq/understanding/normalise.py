"""The first step of understanding: one spelling for what is typed in many ways. Meaning is never touched.

The patient's own words stay as typed on record; this form is only for matching.
"""

import re
import unicodedata

__all__ = ["fold_for_matching", "normalise"]

_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "‛": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."}
)
# Also halves of characters, which JSON can carry and no tokenizer takes.
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_STRETCHED = re.compile(r"([a-z!?.])\1{2,}", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def normalise(text: str) -> str:
    """`text` with compatibility forms, quotes, invisible characters, spaces and stretched letters made plain.

    Stretched letters are cut to two ("soooo" → "soo"), which keeps real doubles. Capitals are kept, because some
    encoders read them; idempotent.
    """
    # In this order: NFKC would make "can´t" two words, and joins what an invisible character held apart.
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_QUOTES))).translate(_QUOTES)
    plain = _STRETCHED.sub(r"\1\1", plain)
    return _SPACES.sub(" ", plain).strip()


def fold_for_matching(text: str) -> str:
    """`text` as bare lower-case words: two wordings that differ only in case and punctuation become the same.

    A text without words ("👍") stays as it is.
    """
    plain = normalise(text).lower()
    return _NOT_WORD.sub(" ", plain.replace("'", "")).strip() or plain
