import pytest
from evaluate_helpers import ANSWERED_COST, ANSWERED_PAIN, EMERGENCY, HANDED_OFF, NOBODY, judged, understood

from mesofaq.errors import Problem
from mesofaq.evaluate.bars import Bar, check, parse_bar
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.judge import Result
from mesofaq.evaluate.summary import PartSummary, Row, Share, summarise


def _summaries() -> tuple[PartSummary, ...]:
    return summarise(
        [
            judged(ANSWERED_PAIN, id="1", voice="direct"),
            judged(ANSWERED_PAIN, id="2", voice="direct", seen=True),
            judged(ANSWERED_COST, id="3", voice="typos"),
            judged(HANDED_OFF, id="4", voice="typos"),
            judged(ANSWERED_COST, NOBODY, id="5", voice="near"),
            judged(HANDED_OFF, NOBODY, id="6", voice="far"),
            judged(ANSWERED_PAIN, id="7", part=Part.TUNE),
        ]
    )


def test_what_was_tuned_on_is_counted_apart() -> None:
    held_back, tuned = _summaries()
    assert (held_back.part, held_back.messages, held_back.seen) == (Part.HELD_BACK, 6, 1)
    assert (tuned.part, tuned.messages) == (Part.TUNE, 1)
    assert held_back.share("in-scope", "right") == Share(2, 4)
    assert tuned.share("in-scope", "right") == Share(1, 1)


def test_each_result_of_a_group_has_its_share_and_they_add_up() -> None:
    for group in _summaries()[0].groups:
        of = {share.of for share in group.shares.values()}
        assert len(of) == 1
        assert sum(share.count for share in group.shares.values()) == of.pop()


def test_the_bounds_of_a_share_are_exact() -> None:
    assert Share(5, 10).bounds == pytest.approx((0.187086, 0.812914), abs=1e-6)
    assert Share(5, 10).rate == 0.5


def test_the_worst_voice_comes_first() -> None:
    in_scope, out_of_scope = _summaries()[0].groups
    assert in_scope.voices == (Row("typos", 2, 0, 1), Row("direct", 2, 2, 0))
    assert out_of_scope.voices == (Row("near", 1, 0, 1), Row("far", 1, 1, 0))
    assert in_scope.topics == (Row("pain", 4, 2, 1),)
    assert out_of_scope.topics == ()


def test_confusions_tell_what_was_taken_for_what_the_most_frequent_first() -> None:
    asked_back = understood("ask_faq_unclear", "cost", "numbing", candidates=(("cost", 0.5), ("numbing", 0.4)))
    items = [judged(HANDED_OFF, EMERGENCY, id="1"), judged(ANSWERED_COST, id="2"), judged(asked_back, id="3")]
    pairs = summarise(items)[0].confusions
    assert [(pair.expected, pair.got, pair.count, pair.ids) for pair in pairs] == [
        ("pain", "cost", 2, ("2", "3")),
        ("emergency", "a person", 1, ("1",)),
    ]


@pytest.mark.parametrize(
    ("text", "bar"),
    [
        ("right=0.75", Bar("in-scope", "right", 0.75, True)),
        ("in-scope.clarified-right=0", Bar("in-scope", "clarified-right", 0, True)),
        ("emergency.noticed=1", Bar("emergency", "noticed", 1, True)),
        ("not-emergency.false-alarm=.1", Bar("not-emergency", "false-alarm", 0.1, True)),
    ],
)
def test_a_bar_is_read(text: str, bar: Bar) -> None:
    assert parse_bar(text, at_least=True) == bar


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("right", "is no bar"),
        ("right=x", "is no bar"),
        ("right=1.5", "is no bar"),
        ("right=nan", "is no bar"),
        ("good=0.5", "has no result 'good'; it has right, clarified-right"),
        ("out-of-scope.right=0.5", "'out-of-scope' has no result 'right'"),
        ("nowhere.right=0.5", "There are no messages 'nowhere'; there can be in-scope"),
    ],
)
def test_what_is_no_bar_is_refused_with_what_it_can_be(text: str, message: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_bar(text, at_least=True)
    assert message in caught.value.detail


@pytest.mark.parametrize(
    ("text", "at_least", "sentence"),
    [
        ("right=0.5", True, None),
        ("right=0.51", True, "in-scope right is 0.500, under the bar of 0.51 (2 of 4 messages, held back)."),
        ("wrong=0.25", False, None),
        ("wrong=0.24", False, "in-scope wrong is 0.250, over the bar of 0.24 (1 of 4 messages, held back)."),
        ("out-of-scope.answered=0.5", False, None),
    ],
)
def test_a_bar_is_held_against_what_is_held_back(text: str, at_least: bool, sentence: str | None) -> None:
    assert check([parse_bar(text, at_least=at_least)], _summaries()) == ([sentence] if sentence else [])


def test_where_nothing_is_held_back_the_sentence_says_that_it_was_tuned_on() -> None:
    (sentence,) = check([parse_bar("right=1", at_least=True)], summarise([judged(HANDED_OFF, part=Part.TUNE)]))
    assert sentence.endswith("(0 of 1 messages, tuned on).")


def test_a_bar_without_messages_does_not_pass_for_reached() -> None:
    with pytest.raises(Problem, match="No message is emergency"):
        check([parse_bar("emergency.noticed=1", at_least=True)], _summaries())


def test_a_result_that_never_occurred_has_a_share_of_nothing() -> None:
    assert _summaries()[0].share("in-scope", Result.OTHER_ACT) == Share(0, 4)
    assert _summaries()[0].share("in-scope", Result.NOTICED) is None
