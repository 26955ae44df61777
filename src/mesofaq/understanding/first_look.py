"""The first look at a message: the rules of triage, and the encoder's second opinion on top of them.

What the rules found stands. The opinion raises a message on which the rules are silent: to an emergency, to a class
that a person must answer, or, when it is less sure, to asking whether it is happening now.

A long message is judged piece by piece as well, because one alarming clause drowns in a friendly story: sentence by
sentence and, where anything in it sounds the least like danger, by every beginning and every end of it, and by
stretches of words where nobody set a full stop. So a harmless sentence before or after an emergency hides it seldom:
without that sentence the rest is judged, too, though a piece must sound surer than a whole message.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.encoder import Vectors
from mesofaq.knowledge.lexical import Features
from mesofaq.knowledge.opinion import ORDINARY, Alarm
from mesofaq.understanding.normalise import normalise
from mesofaq.understanding.triage import Triage, TriageClass, TriageResult

__all__ = ["FirstLook", "Piece", "Raised", "look_at", "piece_of", "pieces_of", "together"]

_PERSON_ANSWERS = (TriageClass.COMPLICATION, TriageClass.MEDICINE_CHANGE, TriageClass.PERSONAL_MEDICAL)

_SENTENCE_ENDS = re.compile(r"(?<=[.?!;])\s+|\n+")
_TURNS = re.compile(r"\s+(?=(?:but|also|and now|oh and|plus|btw)\s)", re.IGNORECASE)
_SHORTEST_PIECE_WORDS = 3
_MOST_SENTENCES = 10
_STRETCH_FROM_WORDS = 24
_STRETCH_WORDS = 14
_STRETCH_STEP = 7
_WORTH_A_CLOSER_LOOK = 0.01
"""Where neither the message nor any of its sentences sounds the least like an emergency, no other piece is looked at:
most messages are of this kind, and it would take most of their time."""
_SURE_OF_AN_EMERGENCY = 0.95
"""A piece lacks what stands around it ("once, as a child"), so it must sound surer than a whole message."""
_SURE = 0.8
"""The same for the other classes that a person must answer, whose false alarms cost less."""


class Raised(StrEnum):
    """What the opinion makes of a message, beside the classes of triage."""

    ASK_IF_NOW = "ask_if_now"


@dataclass(frozen=True)
class Piece:
    """A part of a message, normalised and spelt: its vector (shape (dimensions,)), its wording, the opinion on it."""

    text: str
    vector: Vectors
    wording: Features
    opinion: dict[str, float]


@dataclass(frozen=True)
class FirstLook:
    """What was seen at first.

    `triage_class` is what counts: the rules', else what the opinion raises the message to, and `opinion` is that of
    the piece that decided it. `whole` is the message itself, `clauses` its sentences where it has several: nothing is
    encoded twice.
    """

    rules: TriageResult
    triage_class: TriageClass | Raised | None
    opinion: dict[str, float]
    whole: Piece
    clauses: tuple[Piece, ...]


def look_at(text: str, triage: Triage, bundle: Bundle) -> FirstLook:
    """Look at one message, as typed."""
    rules = triage.judge(text)
    whole = bundle.speller.correct(normalise(text))
    clauses = [bundle.speller.correct(clause) for clause in _clauses(text)]
    pieces = _heard([whole, *clauses], bundle)
    if max(map(_emergency, pieces.values())) >= _WORTH_A_CLOSER_LOOK:
        pieces |= _heard([piece for piece in pieces_of(clauses, whole) if piece not in pieces], bundle)
    judged = tuple(pieces[clause] for clause in dict.fromkeys(clauses))
    raised, decisive = _raise(pieces[whole], list(pieces.values()), judged, bundle.alarm)
    suspects = _emergency(pieces[whole]) >= bundle.alarm.ask_if_now
    return FirstLook(rules, together(rules, raised, suspects=suspects), decisive.opinion, pieces[whole], judged)


def piece_of(text: str, bundle: Bundle) -> Piece:
    """One text as a piece of its own: spelt, with its vector and the opinion on it."""
    spelt = bundle.speller.correct(normalise(text))
    return _heard([spelt], bundle)[spelt]


def together(
    rules: TriageResult, raised: TriageClass | Raised | None, *, suspects: bool
) -> TriageClass | Raised | None:
    """The stricter of what the rules found and what the opinion makes of it.

    Where a rule says of itself that its words do not tell (`asks`), a suspicion of the opinion's makes it an emergency,
    whatever else it takes the message for; where there is none, the bot asks whether it is happening now.

    Args:
        rules: what the rules found.
        raised: what the opinion makes of the message.
        suspects: whether it finds an emergency likely enough to ask about.
    """
    if raised is TriageClass.EMERGENCY:
        return raised
    if rules.asks:
        return TriageClass.EMERGENCY if suspects else Raised.ASK_IF_NOW
    return rules.triage_class or raised


def _heard(texts: Sequence[str], bundle: Bundle) -> dict[str, Piece]:
    """Each different text with its vector and the opinion on it."""
    different = list(dict.fromkeys(texts))
    if not different:
        return {}
    vectors = bundle.encoder.encode(different)
    wordings = [bundle.wording.features(text) for text in different]
    opinions = bundle.opinion.probabilities(wordings, vectors)
    parts = zip(different, vectors, wordings, opinions, strict=True)
    return {text: Piece(text, vector, wording, opinion) for text, vector, wording, opinion in parts}


def pieces_of(clauses: Sequence[str], whole: str) -> Iterator[str]:
    """The beginnings and ends of a message of several clauses, and its stretches of words where it is long."""
    for count in range(2, len(clauses)):
        yield " ".join(clauses[:count])
        yield " ".join(clauses[-count:])
    for part in clauses or (whole,):
        words = part.split()
        if len(words) >= _STRETCH_FROM_WORDS:
            for start in range(0, len(words) - _STRETCH_STEP, _STRETCH_STEP):
                yield " ".join(words[start : start + _STRETCH_WORDS])


def _clauses(text: str) -> list[str]:
    """The sentences of a message of several; cut before white space is made plain: a line break ends a sentence."""
    parts = [part for sentence in _SENTENCE_ENDS.split(text) for part in _TURNS.split(sentence)]
    found = [normalise(part) for part in parts if len(part.split()) >= _SHORTEST_PIECE_WORDS]
    return found[-_MOST_SENTENCES:] if len(parts) > 1 else []


def _raise(
    whole: Piece, pieces: Sequence[Piece], clauses: Sequence[Piece], alarm: Alarm
) -> tuple[TriageClass | Raised | None, Piece]:
    """What the opinion makes of it, and the piece that decided."""
    worst = max(pieces, key=_emergency)
    if _emergency(whole) >= alarm.emergency or _emergency(worst) >= max(_SURE_OF_AN_EMERGENCY, alarm.emergency):
        return TriageClass.EMERGENCY, worst
    for piece in (whole, *clauses):
        likeliest = max(_PERSON_ANSWERS, key=lambda name: piece.opinion.get(name, 0.0))
        share = piece.opinion.get(likeliest, 0.0)
        enough = alarm.person if piece is whole else max(_SURE, alarm.person)
        if share >= enough and share > piece.opinion.get(ORDINARY, 0.0):
            return likeliest, piece
    return (Raised.ASK_IF_NOW if _emergency(whole) >= alarm.ask_if_now else None), whole


def _emergency(piece: Piece) -> float:
    return piece.opinion.get(TriageClass.EMERGENCY, 0.0)
