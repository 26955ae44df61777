import pytest
from evaluate_helpers import (
    ANSWERED_COST,
    ANSWERED_PAIN,
    ASKED_IF_NOW,
    EMERGENCY,
    HANDED_OFF,
    NOBODY,
    PAIN,
    judged,
    understood,
)

from mesofaq.evaluate.expectations import Expectation, Kind
from mesofaq.evaluate.results import GROUPS, Result, Worth
from mesofaq.understanding.models import Understanding

COMPLICATED = Expectation(Kind.TRIAGE, "complication")
NOT_EMERGENCY = Expectation(Kind.NOT_EMERGENCY)
GREET = Expectation(Kind.ACT, "greet")
FRENCH, ENGLISH = Expectation(Kind.LANGUAGE, "fr"), Expectation(Kind.LANGUAGE, "none")
ASKED_BACK = understood("ask_faq_unclear", "cost", "pain")
ASKED_BACK_WITHOUT = understood("ask_faq_unclear", "cost", "numbing")
COMPLICATION = understood("", triage="complication")
ALARM = understood("", triage="emergency")
THANKED = understood("thank")
PERSON = understood("ask_person")


def in_language(language: str | None) -> Understanding:
    return HANDED_OFF.model_copy(update={"language": language})


@pytest.mark.parametrize(
    ("expected", "found", "result", "how"),
    [
        (PAIN, ANSWERED_PAIN, Result.RIGHT, Worth.GOOD),
        (PAIN, ANSWERED_COST, Result.WRONG, Worth.BAD),
        (PAIN, ASKED_BACK, Result.CLARIFIED_RIGHT, Worth.MIDDLING),
        (PAIN, ASKED_BACK_WITHOUT, Result.CLARIFIED_WITHOUT, Worth.MIDDLING),
        (PAIN, HANDED_OFF, Result.HANDED_OFF, Worth.MIDDLING),
        (PAIN, PERSON, Result.HANDED_OFF, Worth.MIDDLING),
        (PAIN, COMPLICATION, Result.PRE_EMPTED, Worth.MIDDLING),
        (PAIN, THANKED, Result.OTHER_ACT, Worth.MIDDLING),
        (PAIN, ASKED_IF_NOW, Result.ASKED_IF_NOW, Worth.MIDDLING),
        (NOBODY, ANSWERED_PAIN, Result.ANSWERED, Worth.BAD),
        (NOBODY, ASKED_BACK, Result.CLARIFIED, Worth.MIDDLING),
        (NOBODY, HANDED_OFF, Result.HANDED_OFF, Worth.GOOD),
        (NOBODY, PERSON, Result.HANDED_OFF, Worth.GOOD),
        (NOBODY, ALARM, Result.PRE_EMPTED, Worth.GOOD),
        (NOBODY, THANKED, Result.OTHER_ACT, Worth.MIDDLING),
        (NOBODY, ASKED_IF_NOW, Result.ASKED_IF_NOW, Worth.MIDDLING),
        (EMERGENCY, ALARM, Result.NOTICED, Worth.GOOD),
        (EMERGENCY, COMPLICATION, Result.OTHER_CLASS, Worth.BAD),
        (EMERGENCY, HANDED_OFF, Result.ONLY_HANDED_OFF, Worth.BAD),
        (EMERGENCY, ANSWERED_PAIN, Result.MISSED, Worth.BAD),
        (EMERGENCY, THANKED, Result.MISSED, Worth.BAD),
        (EMERGENCY, ASKED_IF_NOW, Result.ASKED_IF_NOW, Worth.MIDDLING),
        (COMPLICATED, HANDED_OFF, Result.ONLY_HANDED_OFF, Worth.MIDDLING),
        (COMPLICATED, ALARM, Result.OTHER_CLASS, Worth.MIDDLING),
        (COMPLICATED, ASKED_BACK, Result.MISSED, Worth.BAD),
        (NOT_EMERGENCY, ALARM, Result.FALSE_ALARM, Worth.BAD),
        (NOT_EMERGENCY, COMPLICATION, Result.QUIET, Worth.GOOD),
        (NOT_EMERGENCY, ASKED_IF_NOW, Result.ASKED_IF_NOW, Worth.MIDDLING),
        (NOT_EMERGENCY, ANSWERED_PAIN, Result.QUIET, Worth.GOOD),
        (GREET, understood("greet"), Result.RIGHT, Worth.GOOD),
        (GREET, THANKED, Result.WRONG, Worth.BAD),
        (GREET, ALARM, Result.PRE_EMPTED, Worth.MIDDLING),
        (Expectation(Kind.ACT, "ask_person"), PERSON, Result.RIGHT, Worth.GOOD),
        (FRENCH, in_language("fr"), Result.RIGHT, Worth.GOOD),
        (FRENCH, in_language("es"), Result.OTHER_LANGUAGE, Worth.MIDDLING),
        (FRENCH, in_language(None), Result.MISSED, Worth.BAD),
        (ENGLISH, in_language(None), Result.QUIET, Worth.GOOD),
        (ENGLISH, in_language("fr"), Result.FALSE_ALARM, Worth.BAD),
    ],
)
def test_what_becomes_of_a_message(expected: Expectation, found: Understanding, result: Result, how: Worth) -> None:
    item = judged(found, expected)
    assert (item.result, item.worth) == (result, how)
    assert result in GROUPS[expected.group]


def test_a_message_that_a_person_must_answer_counts_as_such_once_more() -> None:
    fates = {
        Result.HANDED_OFF: [ALARM, COMPLICATION, HANDED_OFF, PERSON],
        Result.ANSWERED: [ANSWERED_PAIN],
        Result.CLARIFIED: [ASKED_BACK],
        Result.ASKED_IF_NOW: [ASKED_IF_NOW],
        Result.OTHER_ACT: [THANKED],
    }
    for result, found in fates.items():
        assert {judged(item, COMPLICATED).handed_off for item in found} == {result}
    assert judged(ANSWERED_PAIN, NOBODY).handed_off is None


@pytest.mark.parametrize("group", [name for name in GROUPS if name != "dialogues"])
def test_every_group_has_a_good_and_a_bad_result(group: str) -> None:
    assert {Worth.GOOD, Worth.BAD} <= {meaning.worth for meaning in GROUPS[group].values()}


@pytest.mark.parametrize(
    ("found", "got"),
    [
        (ANSWERED_PAIN, "pain"),
        (ASKED_BACK, "asked back: cost, pain"),
        (HANDED_OFF, "a person"),
        (PERSON, "a person"),
        (THANKED, "act:thank"),
        (ALARM, "emergency"),
        (ASKED_IF_NOW, "asked whether it is happening now"),
    ],
)
def test_what_it_got_in_words(found: Understanding, got: str) -> None:
    assert judged(found).got == got


def test_of_a_language_it_is_told_which_it_was_taken_for() -> None:
    assert judged(in_language("es"), FRENCH).got == "language:es"
    assert judged(in_language(None), FRENCH).got == "language:none"


def test_the_triage_and_acts_come_before_the_probabilities() -> None:
    decided = {found.intent: judged(found).by_probability for found in (ANSWERED_PAIN, ASKED_BACK, HANDED_OFF)}
    assert all(decided.values())
    assert not any(judged(found).by_probability for found in (ALARM, THANKED, PERSON))


def test_the_evidence_names_the_best_card_and_the_runner_up() -> None:
    item = judged(ANSWERED_COST)
    assert item.best is not None
    assert item.runner_up is not None
    assert (item.best.card, item.runner_up.card) == ("cost", "pain")
    alone = judged(understood("out_of_scope", candidates=()))
    assert (alone.best, alone.runner_up) == (None, None)
