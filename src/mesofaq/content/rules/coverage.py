"""Every topic of `content/topics.yml` has its card."""

from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding

__all__ = ["check"]

TOPICS_FILE = "topics.yml"


def check(corpus: Corpus) -> Iterator[Finding]:
    """A topic without a card is an error; a card without a topic is a notice."""
    if corpus.topics is None:
        return
    cards = set(corpus.content.cards) | {error.path.stem for error in corpus.content.errors}
    topics_path = corpus.folder / TOPICS_FILE
    lines = {
        text.partition("id:")[2].strip().strip("\"'"): number
        for number, text in enumerate(corpus.text(topics_path).splitlines(), start=1)
        if text.lstrip(" -").startswith("id:")
    }
    for topic in sorted(corpus.topics - cards):
        yield Finding.error(
            topics_path,
            lines.get(topic, 1),
            "coverage",
            f"the topic '{topic}' has no card. Write cards/<group>/{topic}.md, or take it off the list.",
        )
    for card in corpus.cards:
        if card.id not in corpus.topics:
            yield Finding.notice(
                card.path,
                corpus.front_line(card, "id"),
                "coverage",
                f"'{card.id}' is not on the list of topics. Add it to {TOPICS_FILE}.",
            )
