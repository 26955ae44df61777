import pytest
from evaluate_helpers import (
    ANSWERED_COST,
    ANSWERED_PAIN,
    EMERGENCY,
    HANDED_OFF,
    NOBODY,
    judged,
    person,
    played,
    says,
    shows,
    understood,
)

from mesofaq.errors import Problem
from mesofaq.evaluate.bars import Bar, check, parse_bar
from mesofaq.evaluate.cases import Part
from mesofaq.evaluate.expectations import Expectation, Kind
from mesofaq.evaluate.results import Result
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
        ("must-hand-off.answered=0.02", Bar("must-hand-off", "answered", 0.02, True)),
        ("dialogue-turns.right=0.92", Bar("dialogue-turns", "right", 0.92, True)),
        ("dialogues.right=0.8", Bar("dialogues", "right", 0.8, True)),
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
        ("dialogue-turns.wrong=0.5", "'dialogue-turns' has no result 'wrong'; it has right, "),
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


def test_where_nothing_is_held_back_a_bar_is_held_against_development_messages_and_then_the_tuned_ones() -> None:
    tuned = judged(HANDED_OFF, part=Part.TUNE)
    looked_at = [judged(HANDED_OFF, id=name, part=Part.DEVELOPMENT) for name in "ab"]
    unseen = [judged(HANDED_OFF, id=name) for name in "cde"]
    ends = []
    for items in ([tuned], [tuned, *looked_at], [tuned, *looked_at, *unseen]):
        (sentence,) = check([parse_bar("right=1", at_least=True)], summarise(items))
        ends.append(sentence[sentence.index("(") :])
    assert ends == ["(0 of 1 messages, tuned on).", "(0 of 2 messages, development).", "(0 of 3 messages, held back)."]


def test_a_bar_without_messages_does_not_pass_for_reached() -> None:
    with pytest.raises(Problem, match="No message belongs to emergency"):
        check([parse_bar("emergency.noticed=1", at_least=True)], _summaries())


def test_a_result_that_never_occurred_has_a_share_of_nothing() -> None:
    assert _summaries()[0].share("in-scope", Result.OTHER_ACT) == Share(0, 4)
    assert _summaries()[0].share("in-scope", Result.NOTICED) is None


def test_the_parts_stand_apart_the_surest_first() -> None:
    items = [judged(ANSWERED_PAIN, part=part) for part in (Part.TUNE, Part.DEVELOPMENT, Part.HELD_BACK)]
    talk = played(("card:pain", [shows("pain")]), part=Part.TUNE)
    found = [(summary.part, summary.messages, summary.dialogues) for summary in summarise(items, [talk])]
    assert found == [(Part.HELD_BACK, 1, 0), (Part.DEVELOPMENT, 1, 0), (Part.TUNE, 1, 1)]


def test_what_a_person_must_answer_is_counted_over_all_classes_of_the_triage() -> None:
    classes = ("emergency", "complication", "medicine_change", "personal_medical")
    items = [judged(ANSWERED_PAIN, Expectation(Kind.TRIAGE, name), id=name) for name in classes]
    items.append(judged(HANDED_OFF, EMERGENCY, id="other"))
    items.append(judged(ANSWERED_PAIN, NOBODY, id="out of scope"))
    (summary,) = summarise(items)
    assert summary.share("must-hand-off", "answered") == Share(4, 5)
    assert summary.share("emergency", "missed") == Share(1, 2)


def test_turns_and_whole_dialogues_are_counted() -> None:
    fine = played(("card:pain", [shows("pain")]), ("act:thank", [says("You are welcome.")]), id="1")
    off = played(("card:pain", [shows("cost")]), ("handoff", [person()]), ("card:cost", [person()]), id="2")
    (summary,) = summarise([], [fine, off])
    assert summary.share("dialogue-turns", "right") == Share(3, 5)
    assert summary.share("dialogue-turns", "wrong-card") == Share(1, 5)
    assert summary.share("dialogue-turns", "handed-off") == Share(1, 5)
    assert summary.share("dialogues", "right") == Share(1, 2)
    turns = next(group for group in summary.groups if group.name == "dialogue-turns")
    assert turns.topics[0] == Row("a card", 3, 1, 1)
    assert {row.name for row in turns.topics} == {"a card", "act:thank", "a person"}


def test_a_bar_on_turns_says_of_how_many() -> None:
    summaries = summarise([], [played(("card:pain", [shows("cost")]), ("card:pain", [shows("pain")]))])
    bars = [parse_bar(f"{group}.right=0.92", at_least=True) for group in ("dialogue-turns", "dialogues")]
    assert check(bars, summaries) == [
        "dialogue-turns right is 0.500, under the bar of 0.92 (1 of 2 turns, held back).",
        "dialogues right is 0.000, under the bar of 0.92 (0 of 1 dialogues, held back).",
    ]
