"""An answer is 40 to 120 words: enough to answer, short enough to be read on a phone."""

from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.content.rules.prose import words

__all__ = ["MAX_WORDS", "MIN_WORDS", "check"]

MIN_WORDS = 40
MAX_WORDS = 120


def check(corpus: Corpus) -> Iterator[Finding]:
    """Answers with too few or too many words; placeholders are not counted."""
    for card in corpus.cards:
        count = len(words(card.body))
        if count < MIN_WORDS:
            change = f"write at least {MIN_WORDS - count} more"
        elif count > MAX_WORDS:
            change = f"take out at least {count - MAX_WORDS}"
        else:
            continue
        yield Finding.error(
            card.path,
            corpus.card_file(card).body_line,
            "length",
            f"the answer has {count} words; {MIN_WORDS} to {MAX_WORDS} are allowed. Please {change}.",
        )
