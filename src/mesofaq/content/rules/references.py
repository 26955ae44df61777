"""Everything that one text says about another exists: cards, phrases, concepts, placeholders."""

import re
from collections.abc import Iterator

from mesofaq.content.models import PLACEHOLDER, Clinic, Retention
from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.content.rules.texts import Kind, patient_texts

__all__ = ["CARDS_WITH_CLINIC_FACTS", "check"]

# A sign-off covers the words of the file. Where a setting could change what patients read, it is only the
# clinic's own address and prices, and only here.
CARDS_WITH_CLINIC_FACTS = frozenset({"book-consultation", "cost"})
_FILLABLE = frozenset(
    f"clinic.{name}" for name, info in Clinic.model_fields.items() if info.annotation in (str, int)
) - {"clinic.timezone"}


_RETENTION = frozenset(f"clinic.retention.{name}" for name in Retention.model_fields)
_STAFF = frozenset({"staff.name", "staff.title"})
_ALSO: dict[str, frozenset[str]] = {
    "person_joined": _STAFF,
    "person_left": _STAFF,
    "person_done": _STAFF,
    "answer_when_open": frozenset({"when.answered"}),
    "answer_when_closed": frozenset({"when.answered", "when.opens"}),
    "answer_when_closed_urgent": frozenset({"when.answered", "when.opens"}),
}
"""What a phrase may hold beside the clinic's facts, because the service knows it where it says that phrase."""


def check(corpus: Corpus) -> Iterator[Finding]:
    """References of cards, of the screening, of the clinic file and of the triage rules; and placeholders."""
    yield from _cards(corpus)
    yield from _others(corpus)
    yield from _triage(corpus)
    yield from _placeholders(corpus)


def _cards(corpus: Corpus) -> Iterator[Finding]:
    for card in corpus.cards:
        for number, other in enumerate(card.see_also):
            line = corpus.front_line  # found only where there is something to say
            if other == card.id:
                message = "the card points to itself under 'see_also'. Remove it."
            elif other not in corpus.known_ids:
                message = f"'see_also' names '{other}' and there is no such card. Correct the id or remove it."
            else:
                continue
            yield Finding.error(card.path, line(card, "see_also", number), "references", message)


def _others(corpus: Corpus) -> Iterator[Finding]:
    for position, item in enumerate(corpus.content.screening.items):
        if item.card is not None and item.card not in corpus.known_ids:
            yield Finding.error(
                corpus.folder / "screening.yml",
                corpus.yaml_line("screening.yml", "items", position, "card"),
                "references",
                f"the item '{item.id}' names the card '{item.card}', which does not exist. Correct the id.",
            )
    for number, starter in enumerate(corpus.content.clinic.starter_cards):
        if starter not in corpus.known_ids:
            yield Finding.error(
                corpus.folder / "clinic.yml",
                corpus.yaml_line("clinic.yml", "starter_cards", number),
                "references",
                f"'starter_cards' names '{starter}' and there is no such card. Correct the id.",
            )


def _triage(corpus: Corpus) -> Iterator[Finding]:
    path = corpus.folder / "triage.yml"
    concepts, phrases = corpus.content.triage.get("concepts") or {}, corpus.content.phrases
    rules = corpus.content.triage.get("rules") or ()
    for number, rule in enumerate(rule if isinstance(rule, dict) else {} for rule in rules):
        for key in ("any", "all"):
            for position, concept in enumerate(rule.get(key) or ()):
                if concept not in concepts:
                    yield Finding.error(
                        path,
                        corpus.yaml_line(path.name, "rules", number, key, position),
                        "references",
                        f"the rule '{rule.get('id')}' needs the concept '{concept}', which does not exist. "
                        "Correct the name or add the concept.",
                    )
        if "text" in rule and rule["text"] not in phrases:
            yield Finding.error(
                path,
                corpus.yaml_line(path.name, "rules", number, "text"),
                "references",
                f"the rule '{rule.get('id')}' answers with the phrase '{rule['text']}', which does not exist. "
                "Correct the name or add it to phrases.yml.",
            )


def _placeholders(corpus: Corpus) -> Iterator[Finding]:
    phrases = {text: key for key, text in corpus.content.phrases.items()}
    for item in patient_texts(corpus):
        also = _RETENTION if item.path.name == "privacy.yml" else _ALSO.get(phrases.get(item.text, ""), frozenset())
        allowed = item.kind is Kind.PROTOCOL or (
            item.kind is Kind.ANSWER and item.card is not None and item.card.id in CARDS_WITH_CLINIC_FACTS
        )
        # Only an answer stands in its file line by line; a value of YAML may be folded.
        lines = item.text.splitlines() if item.kind is Kind.ANSWER else [item.text]
        for number, text in enumerate(lines):
            for message in _judge_placeholders(text, allowed=allowed, also=also):
                yield Finding.error(item.path, item.line() + number, "references", message)


def _judge_placeholders(text: str, *, allowed: bool, also: frozenset[str]) -> Iterator[str]:
    for match in PLACEHOLDER.finditer(text):
        if match.group(1) not in _FILLABLE | also:
            yield f"'{match.group(0)}' is not known. Use one of {', '.join(sorted(_FILLABLE | also))}."
        elif not allowed:
            yield f"'{match.group(0)}' is not allowed here. Write the words themselves, or leave it out."
    if re.search(r"\{\{|\}\}", PLACEHOLDER.sub("", text)):
        yield "a placeholder is broken. Write it as {{clinic.name}}, with two brackets on each side."
