"""Plain words: the whole answer at or below US grade 8, and no single sentence at grade 12 or above."""

from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.content.rules.prose import grade, words

__all__ = ["MAX_GRADE", "SENTENCE_GRADE", "check"]

MAX_GRADE = 8.0
SENTENCE_GRADE = 12.0
# The grade is a mean over syllables: in fewer words than this a single 'mesotherapy' decides it.
SENTENCE_MIN_WORDS = 8


def check(corpus: Corpus) -> Iterator[Finding]:
    """Answers that read above grade 8, and sentences that read at grade 12 or above."""
    for card in corpus.cards:
        whole = grade(card.body)
        if whole > MAX_GRADE:
            yield Finding.error(
                card.path,
                corpus.card_file(card).body_line,
                "reading",
                f"the answer reads at US grade {whole:.1f}; {MAX_GRADE:g} is the limit. "
                "Use shorter sentences and everyday words.",
            )
        for sentence in corpus.body_sentences(card):
            if len(words(sentence.text)) < SENTENCE_MIN_WORDS:
                continue
            found = grade(sentence.text)
            if found >= SENTENCE_GRADE:
                yield Finding.error(
                    card.path,
                    sentence.line,
                    "reading",
                    f"a sentence reads at US grade {found:.1f} (below {SENTENCE_GRADE:g} is allowed): "
                    f'"{_start(sentence.text)}". Split it, or use everyday words.',
                )


def _start(text: str) -> str:
    first = text.split()[:8]
    return " ".join(first) + (" …" if len(first) < len(text.split()) else "")
