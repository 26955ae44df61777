"""Random patients played through reader and form: what is stated is never lost, however it is said."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screening_helpers import ITEMS, POSTPONES, Conversation

from mesofaq.content.screening import ScreeningProtocol
from mesofaq.screening.answers import AnswerReader

_MOST_MESSAGES = 80
_LONG = 9

_YES = ("yes", "Yes", "YES!", "yep", "yeah, sadly", "I do", "yes i do", "of course", "afraid so", "oh yes", "I have it")
_NO = (
    "no",
    "No",
    "nope",
    "NO",
    "nah",
    "none",
    "never",
    "not that i know of",
    "no thank god",
    "I don't",
    "definitely not",
)
_UNSURE = ("not sure", "maybe", "I don't know", "no idea", "Not sure", "hard to say", "idk", "can't remember")
_REFUSED = ("skip", "rather not say", "no comment", "I don't want to answer that", "none of your business")
_YES_SENTENCES = (
    "{term}",
    "yes, {term}",
    "I have {term}",
    "I still have {term}",
    "{term} for years",
    "yes i have {term}, why do you ask?",
    "I have {term} but it is under control",
    "no wait, yes, {term}",
    "never had {other}, but I have {term}",
    "I don't have {other}, I have {term}",
    "no {other} but {term}",
    "just {term}",
    "not sure if it matters but I have {term}",
    "I can't get rid of {term}",
    "my mum has {other}, and I have {term}",
    "my dad had {other}. I have {term} too",
    "like my sister I have {term}",
    "I have {term}. does it hurt?",
)
_NO_SENTENCES = (
    "no {term}",
    "I don't have {term}",
    "never had {term}",
    "my mum has {term}, I don't",
    "my brother has {term}, not me",
    "no, but my wife has {term}",
)
_PAST_SENTENCES = ("I had {term} ten years ago", "{term} in 2009, all gone now", "used to have {term}, healed")
_QUESTIONS = ("does it hurt?", "how much does it cost?", "why do you ask?", "can people with {term} have it?")
_BESIDE = ("{answer}, but I have {term}", "{answer}. I have {term}", "{answer} but I do have {term}")
_CORRECTIONS = ("wait, I do have {term}", "sorry, i forgot, I have {term}", "actually I have {term}")
_FOLLOW_UPS = ("since 2015", "not sure", "it is fine", "no", "my doctor knows", "yes", "two years ago")


@dataclass
class Persona:
    """What is true of a patient, and what they type.

    `truths` by item; `says` when asked; `asks` instead of an answer the first time;
    `corrects` takes the denial of an item back, once the next one is asked.
    """

    opening: str = ""
    truths: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    asks: dict[str, str] = field(default_factory=dict)
    corrects: dict[str, str] = field(default_factory=dict)
    follow_up: str = "not sure"

    def stated(self, talk: Conversation) -> set[str]:
        """The contraindications that were told: a correction for which nothing was asked any more was not."""
        said = {text for _, text in talk.log}
        untold = {item for item, text in self.corrects.items() if text not in said}
        return {item for item, truth in self.truths.items() if truth == "yes"} - untold


Terms = Callable[[str], list[str]]
Play = Callable[[Persona], Conversation]


@pytest.fixture(scope="module")
def terms(protocol: ScreeningProtocol, reader: AnswerReader) -> Terms:
    """The names by which an item is known, and no other."""
    named: dict[str, set[str]] = {
        item.id: {*item.words.anywhere, *item.words.lasting, *item.words.passing} for item in protocol.items
    }
    own: dict[str, list[str]] = {}
    for item in protocol.items:
        elsewhere = set().union(*(words for other, words in named.items() if other != item.id))
        candidates = sorted({*item.words.anywhere, *item.words.lasting} - elsewhere)
        own[item.id] = [
            term for term in candidates[::7] if reader.read(f"I have {term}", None).readings == {item.id: "yes"}
        ]

    def of(item: str) -> list[str]:
        return own[item]

    return of


@pytest.fixture(scope="module")
def play(protocol: ScreeningProtocol, reader: AnswerReader) -> Play:
    def played(persona: Persona) -> Conversation:
        talk = Conversation(reader, protocol, persona.opening)
        asks, corrections, seen = dict(persona.asks), list[str](), set[str]()
        for _ in range(_MOST_MESSAGES):
            slot = talk.asked
            if slot is None:
                return talk
            if "__" in slot:
                talk.say(persona.follow_up)
            elif slot in asks:
                talk.say(asks.pop(slot))
            elif corrections and slot not in seen:
                talk.say(corrections.pop())
            elif slot in seen:
                plain = {"yes": "yes", "no": "no", "unsure": "not sure", "past": "not any more", "refused": "skip"}
                talk.say(plain[persona.truths[slot]])
            else:
                seen.add(slot)
                talk.say(persona.says[slot])
                corrections += [persona.corrects[slot]] if slot in persona.corrects else []
        raise AssertionError(f"It does not end: {talk.log}")

    return played


def _mistyped(draw: st.DrawFn, term: str) -> str:
    """`term` with one letter of its longest word wrong, never the first one."""
    word = max(term.split(), key=len)
    if len(word) < _LONG or not word.isalpha():
        return term
    place = draw(st.integers(1, len(word) - 2))
    how = draw(st.sampled_from(["drop", "double", "swap"]))
    wrong = {
        "drop": word[:place] + word[place + 1 :],
        "double": word[:place] + word[place] + word[place:],
        "swap": word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    }[how]
    return term.replace(word, wrong)


def _cased(draw: st.DrawFn, text: str) -> str:
    return draw(st.sampled_from([text, text, text.upper(), text.capitalize()]))


@st.composite
def _personas(draw: st.DrawFn, terms: Terms) -> Persona:
    persona = Persona(follow_up=draw(st.sampled_from(_FOLLOW_UPS)))

    def term(item: str, *, typos: bool = False) -> str:
        chosen = draw(st.sampled_from(terms(item)))
        return _mistyped(draw, chosen) if typos and draw(st.booleans()) else chosen

    for item in ITEMS:
        truth = draw(st.sampled_from(["no", "no", "yes", "yes", "unsure", "past", "refused"]))
        persona.truths[item] = truth
        bare, sentences = {
            "yes": (_YES, _YES_SENTENCES),
            "no": (_NO, _NO_SENTENCES),
            "unsure": (_UNSURE, ()),
            "past": (("not any more",), _PAST_SENTENCES),
            "refused": (_REFUSED, ()),
        }[truth]
        template = draw(st.sampled_from([*bare, *sentences]))
        text = template.format(term=term(item, typos=truth == "yes"), other=term(item)) if "{" in template else template
        persona.says[item] = _cased(draw, text)
        if draw(st.integers(0, 5)) == 0:
            persona.asks[item] = draw(st.sampled_from(_QUESTIONS)).format(term=term(item))
    yes = [item for item in ITEMS if persona.truths[item] == "yes"]
    for place, item in enumerate(ITEMS):
        how = draw(st.integers(0, 9))
        if item in yes and how == 0:
            persona.opening = f"hi, is mesotherapy ok? I have {term(item)}"
        elif item in yes and how == 1 and place > 0 and persona.truths[ITEMS[place - 1]] == "no":
            answer = draw(st.sampled_from(["no", "nope", "none"]))
            persona.says[ITEMS[place - 1]] = draw(st.sampled_from(_BESIDE)).format(answer=answer, term=term(item))
        elif item in yes and how == 2 and place < len(ITEMS) - 1:
            persona.says[item] = "no"
            persona.corrects[item] = draw(st.sampled_from(_CORRECTIONS)).format(term=term(item))
    return persona


@settings(max_examples=150)
@given(data=st.data())
def test_no_stated_contraindication_is_missing_from_the_flags(terms: Terms, play: Play, data: st.DataObject) -> None:
    persona = data.draw(_personas(terms))
    talk = play(persona)
    assert persona.stated(talk) - set(talk.result.flags) == set(), talk.log


@settings(max_examples=150)
@given(data=st.data())
def test_a_stated_yes_on_a_postponing_item_postpones(terms: Terms, play: Play, data: st.DataObject) -> None:
    persona = data.draw(_personas(terms))
    talk = play(persona)
    if persona.stated(talk) & POSTPONES:
        assert talk.result.result == "postpone", talk.log


@settings(max_examples=100)
@given(data=st.data())
def test_doubt_and_refusal_are_flagged_too(terms: Terms, play: Play, data: st.DataObject) -> None:
    persona = data.draw(_personas(terms))
    talk = play(persona)
    open_ = {item for item, truth in persona.truths.items() if truth in ("unsure", "refused")}
    assert open_ - set(talk.result.flags) == set(), talk.log


@settings(max_examples=100)
@given(data=st.data())
def test_every_conversation_ends_with_an_answer_to_every_item(terms: Terms, play: Play, data: st.DataObject) -> None:
    talk = play(data.draw(_personas(terms)))
    assert tuple(talk.readings) == ITEMS
