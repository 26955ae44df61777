"""Example questions: enough of them for each card, and each in one card only."""

from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.content.rules.prose import normal

__all__ = ["MIN_EXAMPLES", "check"]

MIN_EXAMPLES = 40


def check(corpus: Corpus) -> Iterator[Finding]:
    """Cards with too few examples, and examples that two cards claim."""
    owner: dict[str, str] = {}
    for card in corpus.cards:
        path = corpus.examples_path(card)
        own = {normal(example) for example in card.examples} - {""}
        if not card.examples:
            yield Finding.error(
                path,
                1,
                "examples",
                f"'{card.id}' has no example questions. Write {MIN_EXAMPLES} or more into {path.name}.",
            )
        elif len(own) < MIN_EXAMPLES:
            yield Finding.error(
                path,
                1,
                "examples",
                f"there are {len(own)} different examples; {MIN_EXAMPLES} is the least. "
                f"Write {MIN_EXAMPLES - len(own)} more, in patients' own words.",
            )
        for example in card.examples:
            first = owner.setdefault(normal(example), card.id)
            if first != card.id:
                yield Finding.error(
                    path,
                    corpus.example_line(card, example),
                    "examples",
                    f"'{first}' has this example too. Keep it in the card that answers it best.",
                )
