"""How a turn is judged by its replies, made by hand; and the words by which real replies tell an act."""

from datetime import date

import pytest
from evaluate_helpers import (
    ALARM,
    CANCELLED,
    FINISHED,
    IF_NOW,
    INTRO,
    NOTICE,
    SOURCES,
    asks,
    offers,
    person,
    played,
    says,
    shows,
)

from mesofaq.chat.models import Reason, Reply
from mesofaq.content.loader import Content
from mesofaq.dialogue.replies import Replies
from mesofaq.evaluate.results import GROUPS, TURNS, Result
from mesofaq.evaluate.turns import Words

PAIN, COST = shows("pain"), shows("cost")


@pytest.mark.parametrize(
    ("expect", "replies", "result", "got"),
    [
        ("card:pain", [PAIN], Result.RIGHT, "pain"),
        ("card:pain", [COST], Result.WRONG_CARD, "cost"),
        ("card:pain", [offers("cost", "pain")], Result.CLARIFIED_RIGHT, "asked back: cost, pain"),
        ("card:pain", [offers("cost", "numbing")], Result.CLARIFIED_WITHOUT, "asked back: cost, numbing"),
        ("card:pain", [person()], Result.HANDED_OFF, "a person"),
        ("card:pain", [says("You are welcome.")], Result.OTHER_ACT, "act:thank"),
        ("card:pain", [ALARM], Result.FALSE_ALARM, "emergency"),
        ("card:pain", [IF_NOW], Result.ASKED_IF_NOW, "asked whether it is happening now"),
        ("card:pain", [NOTICE], Result.FAILED, "notice"),
        ("card:pain", [], Result.OTHER_ACT, "nothing"),
        ("cards:pain,cost", [COST, PAIN], Result.RIGHT, "cost; pain"),
        ("cards:pain,cost", [PAIN], Result.INCOMPLETE, "pain"),
        ("cards:pain,cost", [PAIN, shows("numbing")], Result.WRONG_CARD, "pain; numbing"),
        ("clarify_or_card:pain", [PAIN], Result.RIGHT, "pain"),
        ("clarify_or_card:pain", [offers("cost", "pain")], Result.RIGHT, "asked back: cost, pain"),
        ("clarify_or_card:pain", [offers("cost")], Result.CLARIFIED_WITHOUT, "asked back: cost"),
        ("clarify_or_card:pain", [COST], Result.WRONG_CARD, "cost"),
        ("handoff", [person()], Result.RIGHT, "a person"),
        ("handoff", [person("A person looks today.")], Result.RIGHT, "a person (complication)"),
        ("handoff", [PAIN, person()], Result.WRONG_CARD, "pain; a person"),
        ("handoff", [PAIN], Result.WRONG_CARD, "pain"),
        ("handoff", [offers("pain")], Result.CLARIFIED_WITHOUT, "asked back: pain"),
        ("handoff", [says("Hello!")], Result.OTHER_ACT, "act:greet"),
        ("emergency", [ALARM], Result.RIGHT, "emergency"),
        ("emergency", [PAIN], Result.MISSED_EMERGENCY, "pain"),
        ("emergency", [person("A person looks today.")], Result.MISSED_EMERGENCY, "a person (complication)"),
        ("emergency", [IF_NOW], Result.ASKED_IF_NOW, "asked whether it is happening now"),
        ("complication", [person("A person looks today.")], Result.RIGHT, "a person (complication)"),
        ("complication", [person()], Result.OTHER_CLASS, "a person"),
        ("complication", [ALARM], Result.OTHER_CLASS, "emergency"),
        ("complication", [PAIN], Result.WRONG_CARD, "pain"),
        ("complication", [says("Hello!")], Result.MISSED, "act:greet"),
        ("medicine_change", [person("Ask who prescribed it.")], Result.RIGHT, "a person (medicine_change)"),
        ("act:greet", [says("Hello!")], Result.RIGHT, "act:greet"),
        ("act:greet", [says("Bye.")], Result.OTHER_ACT, "act:goodbye"),
        ("act:greet", [says("Hello!"), PAIN], Result.WRONG_CARD, "act:greet; pain"),
        ("act:ask_person", [person("A person comes.")], Result.RIGHT, "a person (ask_person)"),
        ("act:ask_person", [person()], Result.HANDED_OFF, "a person"),
        ("act:start_screening", [INTRO, asks("allergy")], Result.RIGHT, "about the health questions; asks allergy"),
        ("act:start_screening", [PAIN], Result.WRONG_CARD, "pain"),
        ("act:deny", [says("I asked nothing.")], Result.RIGHT, "small talk"),
        ("act:repeat", [says("Nothing to repeat.")], Result.RIGHT, "act:nothing_to_repeat"),
        ("act:repeat", [PAIN], Result.WRONG_CARD, "pain"),
        ("sources", [SOURCES], Result.RIGHT, "sources"),
        ("act:ask_sources", [SOURCES], Result.RIGHT, "sources"),
        ("sources", [PAIN], Result.WRONG_CARD, "pain"),
        ("screening", [asks("allergy")], Result.RIGHT, "asks allergy"),
        ("screening", [says("I asked nothing.")], Result.OTHER_ACT, "small talk"),
    ],
)
def test_a_turn_is_judged_by_its_replies(expect: str, replies: list[Reply], result: Result, got: str) -> None:
    (turn,) = played((expect, replies)).turns
    assert (turn.result, turn.got) == (result, got)
    assert turn.result in GROUPS[TURNS]


@pytest.mark.parametrize(
    ("replies", "result"),
    [
        ([PAIN], Result.RIGHT),
        ([COST], Result.WRONG_CARD),
        ([says("Nothing to repeat.")], Result.OTHER_ACT),
        ([says("Hello!")], Result.OTHER_ACT),
    ],
)
def test_to_repeat_is_to_show_the_last_answer_again(replies: list[Reply], result: Result) -> None:
    talk = played(
        ("card:cost", [COST]), ("card:pain", [PAIN]), ("act:thank", [says("You are welcome.")]), ("act:repeat", replies)
    )
    assert talk.turns[-1].result is result


@pytest.mark.parametrize(
    ("expect", "replies", "result"),
    [
        ("screening", [asks("diabetes")], Result.RIGHT),
        ("screening", [asks("allergy")], Result.RIGHT),
        ("screening", [says("You are welcome."), asks("allergy")], Result.RIGHT),
        ("screening", [FINISHED], Result.RIGHT),
        ("screening", [CANCELLED], Result.OTHER_ACT),
        ("screening", [PAIN, asks("allergy")], Result.WRONG_CARD),
        ("screening", [person(), asks("allergy")], Result.HANDED_OFF),
        ("screening", [person()], Result.HANDED_OFF),
        ("card:pain", [PAIN, asks("allergy")], Result.RIGHT),
        ("emergency", [ALARM], Result.RIGHT),
        ("medicine_change", [person("Ask who prescribed it."), asks("allergy")], Result.RIGHT),
        ("act:repeat", [asks("allergy")], Result.RIGHT),
        ("act:repeat", [asks("diabetes")], Result.OTHER_ACT),
        ("act:goodbye", [CANCELLED], Result.RIGHT),
        ("act:stop", [CANCELLED], Result.RIGHT),
        ("act:stop", [asks("allergy")], Result.OTHER_ACT),
        ("act:deny", [asks("diabetes")], Result.RIGHT),
        ("act:deny", [says("I asked nothing.")], Result.OTHER_ACT),
    ],
)
def test_in_the_middle_of_the_health_questions(expect: str, replies: list[Reply], result: Result) -> None:
    talk = played(("act:start_screening", [INTRO, asks("allergy")]), (expect, replies))
    assert talk.turns[-1].result is result


def test_a_dialogue_is_right_only_if_each_of_its_turns_is() -> None:
    assert played(("card:pain", [PAIN]), ("sources", [SOURCES])).result is Result.RIGHT
    assert played(("card:pain", [PAIN]), ("sources", [COST])).result is Result.WRONG


def test_the_words_of_the_real_replies_tell_each_act_and_each_handoff(content: Content) -> None:
    replies = Replies(content, None, lambda _: True, lambda card: str(card.status_on(date(2025, 3, 31))))
    words = Words.of(replies)
    for act in ("greet", "thank", "goodbye", "who_are_you", "privacy", "not_now"):
        assert words.named[replies.smalltalk(act).text] == act
    assert words.named[replies.complaint().text] == "complain"
    for reason in (Reason.COMPLICATION, Reason.MEDICINE_CHANGE, Reason.PERSONAL_MEDICAL):
        assert words.named[replies.handoff(reason).text] == reason
    assert words.named[replies.handoff(Reason.ASKED_FOR_PERSON).text] == "ask_person"
    assert words.intro == replies.screening.intro().text
