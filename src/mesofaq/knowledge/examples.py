"""What the knowledge is learned from: every example message with what it stands for. Build time only.

content/cards/*/<id>.md, .examples.txt   questions of a card                     label card:<id>
bot/data/nlu/*.yml                       dialogue acts, in Rasa's own format     label act:<intent>
content/outside/*.txt                    messages that no card answers           label act:out_of_scope
content/follow_ups.jsonl                 what is said after which answer         its own label
content/triage_examples/<class>.txt      messages of each class of the triage    label act:out_of_scope, its class
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mesofaq.content.loader import Content
from mesofaq.errors import Code, Problem
from mesofaq.knowledge.opinion import ORDINARY
from mesofaq.understanding.normalise import normalise

__all__ = ["FEWEST", "NOT_EMERGENCY", "OUTSIDE", "Example", "after", "read_examples", "read_lines"]

OUTSIDE = "act:out_of_scope"
"""The label of a message that no card and no dialogue act answers: a person does."""

NOT_EMERGENCY = "not_emergency"
"""The triage examples that sound alarming and are ordinary; which label they have is not said."""

FEWEST = 5
"""Fewer examples than this cannot show what a label means."""


@dataclass(frozen=True)
class Example:
    """One example message.

    Args:
        text: normalised.
        label: the card, dialogue act or `OUTSIDE`; None where only the triage class is known.
        triage: the class of the triage, or `ordinary`.
        shown: whether patients are shown this wording.
        follows: it is a follow-up: the text begins with the question that was answered before (`after`).
    """

    text: str
    label: str | None
    triage: str = ORDINARY
    shown: bool = False
    follows: bool = False


def after(question: str, text: str) -> str:
    """How a message is read in the light of the question that was answered before it: "… | and coffee?"."""
    return f"{question} | {text}"


def read_examples(content: Content, acts: dict[str, tuple[str, ...]], folder: Path) -> list[Example]:
    """Every example.

    Args:
        content: the cards with their questions and examples.
        acts: the dialogue acts' examples.
        folder: `content/`, for the other files.

    Raises:
        Problem: `content-invalid`: a file cannot be read, or a label has too few examples to learn from.
    """
    examples: list[Example] = []
    for card in sorted(content.cards.values(), key=lambda card: card.id):
        label = f"card:{card.id}"
        examples += [Example(normalise(text), label, shown=True) for text in card.questions]
        examples += [Example(normalise(text), label) for text in card.examples]
    for intent in sorted(acts):
        examples += [Example(normalise(text), f"act:{intent}") for text in acts[intent]]
    for path in sorted((folder / "outside").glob("*.txt")):
        examples += [Example(normalise(line), OUTSIDE) for line in read_lines(path)]
    _check_counts(examples)
    examples += _follow_ups(folder / "follow_ups.jsonl", content, {example.label for example in examples})
    for path in sorted((folder / "triage_examples").glob("*.txt")):
        ordinary = path.stem == NOT_EMERGENCY
        for line in read_lines(path):
            text = normalise(line)
            examples.append(Example(text, None) if ordinary else Example(text, OUTSIDE, path.stem))
    return examples


def read_lines(path: Path) -> list[str]:
    """The messages in `path`, one a line; empty lines and those that begin with # are left out."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _follow_ups(path: Path, content: Content, labels: Iterable[str | None]) -> Sequence[Example]:
    if not path.exists():
        return ()
    known = set(labels)
    examples = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            card, text, label = content.cards[row["after"]], str(row["text"]), str(row["label"])
        except (ValueError, KeyError, TypeError):
            raise Problem(
                Code.CONTENT_INVALID,
                f"{path}:{number}: each line is a JSON object with 'after' (a card), 'text' and 'label'.",
            ) from None
        if label not in known:
            raise Problem(
                Code.CONTENT_INVALID,
                f"{path}:{number}: there is no label '{label}'; use 'card:<id>', 'act:<intent>' or '{OUTSIDE}'.",
            )
        examples.append(Example(after(normalise(card.question), normalise(text)), label, follows=True))
    return examples


def _check_counts(examples: Sequence[Example]) -> None:
    counts: dict[str, int] = {}
    for example in examples:
        if example.label is not None:
            counts[example.label] = counts.get(example.label, 0) + 1
    for label, count in counts.items():
        if count < FEWEST:
            kind, name = label.split(":", 1)
            raise Problem(
                Code.CONTENT_INVALID,
                f"The {kind} '{name}' has too few questions and examples to learn from ({count}; at least {FEWEST} are "
                "needed). Write more of them, in patients' own words.",
            )
