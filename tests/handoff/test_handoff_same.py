"""Whether a question was answered by a person before: by its words, and by the real encoder."""

import pytest

from mesofaq.chat.assistant import Assistant
from mesofaq.chat.models import HandoffDraft, Kind, Priority, Reason, ReplyDraft
from mesofaq.handoff.same import SAME_FROM, asks_again, may_be_dropped
from mesofaq.knowledge.encoder import Encoder

PUT_AGAIN = [
    ("Do you have parking at the clinic?", "Is there parking at the clinic?"),
    ("Do you have parking?", "do you have a parking please"),
    ("Can I pay in instalments?", "Hi, could I pay in instalments please?"),
    ("Can I bring my dog with me?", "so can i bring my dog with me??"),
    ("Is there a discount for students?", "Do you have a discount for students?"),
    ("Do you treat beards as well?", "Do you also treat beards?"),
    ("Is there wifi in the waiting room?", "Do you have wifi in the waiting room?"),
    ("Which bus goes to your clinic?", "which bus goes to the clinic"),
    ("Do you have a female doctor?", "Is there a female doctor?"),
    ("Can my mother come into the room with me?", "could my mother come in the room with me please"),
]
DIFFERENT = [
    # The same but for one word that makes all the difference; their cosines go up to 0.98.
    ("My scalp is red on the left side, is that normal?", "My scalp is red on the right side, is that normal?"),
    ("Are you open on Monday?", "Are you open on Tuesday?"),
    ("Can I change my appointment to Friday?", "Can I change my appointment to Monday?"),
    ("Is this rash normal?", "Is this rash not normal?"),
    ("Does it suit my brother who has diabetes?", "Does it suit my sister who has diabetes?"),
    ("Can I come at 3 pm?", "Can I come at 4 pm?"),
    ("Is my ferritin of 12 too low?", "Is my ferritin of 120 too low?"),
    ("Is it ok for me if I take warfarin?", "Is it ok for me if I take aspirin?"),
    ("Can I take my tablets before the session?", "Can I take my tablets after the session?"),
    ("Should I stop minoxidil?", "Should I start minoxidil?"),
    ("How much is it for two people?", "How much is it for three people?"),
    # The same words in another order, or another mood.
    ("Can my mother pay for me?", "Can I pay for my mother?"),
    ("Can you call me?", "Can I call you?"),
    ("Can you send my file to my doctor?", "Can my doctor send my file to you?"),
    ("Did you send my results?", "Will you send my results?"),
    ("I can come on Friday", "Can I come on Friday?"),
    ("I may be pregnant", "Am I pregnant?"),
    # Other questions.
    ("Do you have parking at the clinic?", "Do you have a café at the clinic?"),
    ("Do you also do botox?", "Do you also do laser hair removal?"),
    ("Which doctor would treat me?", "Which bus goes to your clinic?"),
    ("هل يمكنني الحضور 3؟", "هل أتوقف عن الدواء 3؟"),
]


@pytest.fixture
def encoder(assistant: Assistant) -> Encoder:
    assert assistant.bundle is not None
    return assistant.bundle.encoder


@pytest.mark.parametrize("again", ["Do you treat dogs?", "do you  treat DOGS?", "Do you treat\u200b dogs?"])
def test_the_same_words_are_the_same_question_without_an_encoder(again: str) -> None:
    assert asks_again(again, ["Are you open?", "Do you treat dogs?"], None)


def test_other_words_are_not_without_an_encoder() -> None:
    assert not asks_again("Do you also treat dogs?", ["Do you treat dogs?"], None)


@pytest.mark.parametrize(("before", "now"), PUT_AGAIN)
def test_a_question_put_a_little_otherwise_is_the_same(encoder: Encoder, before: str, now: str) -> None:
    assert asks_again(now, [before, "Are you hiring nurses?"], encoder)


@pytest.mark.parametrize(("before", "now"), DIFFERENT)
def test_different_questions_are_never_one(encoder: Encoder, before: str, now: str) -> None:
    assert not asks_again(now, [before], encoder)
    assert not asks_again(before, [now], encoder)


def test_nearness_alone_could_not_tell_them_apart(encoder: Encoder) -> None:
    def cosine(pair: tuple[str, str]) -> float:
        first, second = encoder.encode(list(pair))
        return float(first @ second)

    assert min(map(cosine, PUT_AGAIN)) >= SAME_FROM
    assert max(map(cosine, DIFFERENT)) > max(map(cosine, PUT_AGAIN))


def test_nothing_answered_is_nothing_asked_again(encoder: Encoder) -> None:
    assert not asks_again("Do you treat dogs?", [], encoder)


@pytest.mark.parametrize("wordless", ["👍", "???", "please"])
def test_a_message_without_telling_words_is_only_itself(encoder: Encoder, wordless: str) -> None:
    assert asks_again(wordless, [wordless], encoder)
    assert not asks_again(wordless, ["hello", "!!!", "🙂"], encoder)


def _handing_over(reason: Reason, priority: Priority = Priority.ROUTINE) -> ReplyDraft:
    return ReplyDraft(kind=Kind.HANDOFF, text="…", handoff=HandoffDraft(reason=reason, priority=priority))


_MAY = {Reason.OUT_OF_SCOPE, Reason.PERSONAL_MEDICAL, Reason.MEDICINE_CHANGE, Reason.OTHER_LANGUAGE}


@pytest.mark.parametrize("reason", Reason)
def test_only_some_reasons_can_have_been_dealt_with(reason: Reason) -> None:
    assert may_be_dropped([_handing_over(reason)]) is (reason in _MAY)


@pytest.mark.parametrize("priority", [Priority.URGENT, Priority.EMERGENCY])
def test_what_is_more_than_routine_is_always_handed_over(priority: Priority) -> None:
    assert not may_be_dropped([_handing_over(Reason.OUT_OF_SCOPE, priority)])


def test_one_that_must_be_handed_over_is_enough() -> None:
    assert not may_be_dropped([_handing_over(Reason.OUT_OF_SCOPE), _handing_over(Reason.ASKED_FOR_PERSON)])


def test_drafts_that_hand_nothing_over_have_nothing_to_drop() -> None:
    assert not may_be_dropped([ReplyDraft(kind=Kind.ANSWER, text="…")])
