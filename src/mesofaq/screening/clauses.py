"""Cuts an answer into clauses, each about one thing: "no allergies | but i have diabetes | my mum takes insulin".

A clause ends at a mark, at a turn ("but", "except"), where somebody new speaks or acts ("and i", "my mum"), and where a
question begins. A bare list goes on with what stands before it: in "no diabetes, lupus or hepatitis" all is denied.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from mesofaq.understanding.normalise import normalise

__all__ = ["Clause", "clauses_of", "tokens_of"]

_TOKEN = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?|[.?!;,:()\n]")
_MARKS = frozenset(".?!;,:()\n")
_SENTENCE_ENDS = frozenset(".?!;\n")
_DASH = re.compile(r"\s[-~]+\s|\s*-{2,}\s*|\.{2,}")
_SIGNS = (("&", " and "), ("+", " and "), ("w/o ", " without "), ("w/ ", " with "), ("/", " or "), ("=", " is "))

_TURNS = frozenset(
    "but though although however because cos coz cuz cause except besides only just while whereas unless otherwise"
    " still plus thats thankfully luckily".split()
)
_PHRASE_TURNS = (("apart", "from"), ("aside", "from"), ("other", "than"), ("due", "to"), ("as", "well"))
_JOINS = frozenset({"and", "or", "nor", "so", "then"})
_SUBJECTS = frozenset(
    "i im ive id ill we my he hes she shes it its they theyre his her their mum mom dad mother father sister brother"
    " there".split()
)
_VERBS = frozenset(
    "have has had havent take takes took am is are was were do does dont got get on use used been never no not"
    " stopped finished started suffer".split()
)
_LEADS_IN = frozenset(
    "think thought believe know known knew sure said says say told if whether that when where what which who than as"
    " like because until since doubt remember recall hope guess suppose suspect afraid aware mean tell before after"
    " wish bet fear time anything something everything nothing all do did does am was have had can could would should"
    " will might may cant dont reason why how much often long ago cos coz cuz".split()
)
_OWNERS = frozenset("my his her our your their the a an".split())
_QUESTION_STARTS = frozenset(
    "wat wot what whats why how hows when where wheres whens whos which who whose can could will would should may does"
    " do did is are am shall isnt arent doesnt wont has".split()
)
_AFTER_QUESTION = frozenset(
    "it this that i you u we they there these those he she does do is are can will would should much many"
    " long soon often about people anyone someone mesotherapy treatment any ok safe".split()
)
_ASKS_ABOUT = frozenset("is are does do can could will would".split())
_MEANT = frozenset("it this that i you u we they there these those mesotherapy treatment".split())
_AFTER_QUESTION_MARKED = _AFTER_QUESTION | frozenset("the a an my your our his her not".split())


@dataclass(frozen=True)
class Clause:
    """Words `start` to before `end` of the message; `asks` where they are a question, `sentence` counts from 0."""

    start: int
    end: int
    sentence: int
    asks: bool


def tokens_of(text: str, spell: Callable[[str], str] = str) -> list[str]:
    """The words and marks of `text`: lower case, without accents and apostrophes; `spell` mends each word."""
    plain = "\n".join(normalise(line).lower() for line in text.split("\n"))
    plain = unicodedata.normalize("NFKD", _DASH.sub(" , ", plain).replace("'", ""))
    for sign, word in _SIGNS:
        plain = plain.replace(sign, word)
    found = _TOKEN.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))
    return [token if token in _MARKS else spell(token) for token in found]


def clauses_of(tokens: Sequence[str], spans: Collection[tuple[int, int]]) -> list[Clause]:
    """The clauses of a message, in order.

    Args:
        tokens: its words and marks.
        spans: where it names a condition or a medicine; no clause is cut there, and a list of nothing else goes on
            with the clause before it.
    """
    named = {place for start, end in spans for place in range(start, end)}
    inside = {place for start, end in spans for place in range(start + 1, end)}
    clauses: list[Clause] = []
    first, sentence, asking = 0, 0, False
    for place, token in enumerate(tokens):
        if token in _MARKS:
            _close(clauses, tokens, named, first, place, sentence, asking)
            first = place + 1
            if token in _SENTENCE_ENDS:
                sentence, asking = sentence + 1, False
            continue
        if place in inside or place == first:
            asking = asking or (place == first and place not in named and _asks(tokens, place))
            # "is diabetes a problem": what is named is what is asked about.
            asking = asking or (place == 0 and token in _ASKS_ABOUT and place + 1 in named)
            continue
        question = not asking and place not in named and _asks(tokens, place)
        if question or _cuts(tokens, place, first):
            _close(clauses, tokens, named, first, place, sentence, asking)
            first, asking = place, asking or question
    _close(clauses, tokens, named, first, len(tokens), sentence, asking)
    return clauses


def _cuts(tokens: Sequence[str], place: int, first: int) -> bool:
    """Whether a clause begins at `place`, within a sentence and after its first word."""
    word, before = tokens[place], tokens[place - 1]
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    if word in _TURNS or (word, following) in _PHRASE_TURNS:
        return True
    if word in _JOINS:
        return following in _SUBJECTS or following in _VERBS or following in _TURNS
    if word in _SUBJECTS and word not in ("it", "its", "there", "his", "her", "their", "my"):
        return (
            before not in _LEADS_IN | _OWNERS and before not in _JOINS and before not in _TURNS and place - first >= 1
        )
    return False


def _asks(tokens: Sequence[str], place: int) -> bool:
    """Whether a question begins at `place`: "is it", "can i", "how long"; a question mark makes it likelier."""
    word = tokens[place]
    following = tokens[place + 1] if place + 1 < len(tokens) else ""
    ends = next((token for token in tokens[place:] if token in _SENTENCE_ENDS), "")
    marked = ends == "?"
    if marked and word in _QUESTION_STARTS and (place == 0 or tokens[place - 1] in _SENTENCE_ENDS) and word != "do":
        return True
    may_follow = _AFTER_QUESTION_MARKED if marked else _AFTER_QUESTION
    if word in ("what", "whats", "why", "how", "hows"):
        return following not in ("ever", "so") and not (
            place > 0 and tokens[place - 1] in ("know", "matter", "no", "some")
        )
    before = tokens[place - 1] if place > 0 else ""
    if word == "who" and following != "knows" and (place == 0 or before in _MARKS or before in ("but", "and", "so")):
        return True
    if word in ("when", "where") and following in _SUBJECTS and not marked:
        return False  # "when i was small": it tells when
    if word in ("who", "which", "when", "where", "whose", "do", "did", "does", "am", "is", "are", "has", "will", "can"):
        fresh = (
            place == 0 or before in _MARKS or before in ("but", "and", "so", "btw", "also", "ok", "hi", "hello", "pls")
        )
        starts = following in may_follow and (fresh or (word in ("is", "can", "will") and following in _MEANT))
        return starts and before not in _LEADS_IN - {"ok"} and before not in ("i", "it", "that", "this", "she", "he")
    if word in ("isnt", "arent", "doesnt", "wont") and before not in ("", "but", "and", "so", *_MARKS):
        return False  # "my liver isn't ok"
    return word in _QUESTION_STARTS and following in may_follow and before not in ("i", "it", "that", "they")


def _close(
    clauses: list[Clause],
    tokens: Sequence[str],
    named: Collection[int],
    first: int,
    end: int,
    sentence: int,
    asks: bool,
) -> None:
    """End the clause that began at `first`; a bare list is added to the clause before it."""
    while first < end and tokens[first] in _MARKS:
        first += 1
    if first >= end:
        return
    words = range(first, end)
    bare = all(place in named or tokens[place] in ("and", "or", "nor", "the", "a", "an", "any") for place in words)
    before = clauses[-1] if clauses else None
    if (
        bare
        and before is not None
        and before.sentence == sentence
        and any(place in named for place in range(before.start, before.end))
        and not _sets_right(tokens, before.start, first, end)
    ):
        clauses[-1] = Clause(before.start, end, sentence, before.asks)
        return
    clauses.append(Clause(first, end, sentence, asks))


def _sets_right(tokens: Sequence[str], start: int, first: int, end: int) -> bool:
    """Whether "not shingles, ringworm" puts one thing in the other's place: a list that is denied has more to it."""
    alone = "," not in tokens[start : first - 1] and (end == len(tokens) or tokens[end] in _SENTENCE_ENDS)
    return tokens[start] == "not" and alone and not any(word in _JOINS for word in tokens[first:end])
