from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screening_helpers import ITEMS, NOTES_PAST, POSTPONES, READINGS

from mesofaq.chat.models import About, ScreeningAnswer, ScreeningDraft
from mesofaq.content.screening import Outcome, ScreeningProtocol
from mesofaq.screening.result import reckon

SEVERITY = [outcome.value for outcome in Outcome]

readings = st.fixed_dictionaries({item: st.sampled_from(READINGS) for item in ITEMS})


Reckon = Callable[[dict[str, str]], ScreeningDraft]


@pytest.fixture(scope="module")
def reckoned(protocol: ScreeningProtocol) -> Reckon:
    def of(given_readings: dict[str, str]) -> ScreeningDraft:
        return reckon(protocol, _answers(given_readings))

    return of


def _answers(given_readings: dict[str, str]) -> dict[str, ScreeningAnswer]:
    return {
        item: ScreeningAnswer.model_validate({"item": item, "reading": how}) for item, how in given_readings.items()
    }


def test_the_items_are_the_ones_that_other_programs_know(protocol: ScreeningProtocol) -> None:
    assert tuple(item.id for item in protocol.items) == ITEMS
    assert {item.id for item in protocol.items if item.outcome is Outcome.POSTPONE} == POSTPONES


def test_ten_times_no_has_no_flags(protocol: ScreeningProtocol) -> None:
    result = reckon(protocol, _answers(dict.fromkeys(ITEMS, "no")))
    assert (result.result, result.flags) == ("no_flags", ())


@pytest.mark.parametrize("item", ITEMS)
def test_one_yes_leads_to_the_items_own_outcome(protocol: ScreeningProtocol, item: str) -> None:
    result = reckon(protocol, _answers(dict.fromkeys(ITEMS, "no") | {item: "yes"}))
    assert (result.result, result.flags) == ("postpone" if item in POSTPONES else "review", (item,))


@pytest.mark.parametrize("reading", ["unsure", "not_answered"])
@pytest.mark.parametrize("item", ITEMS)
def test_one_item_without_a_clear_answer_leads_to_a_review(
    protocol: ScreeningProtocol, item: str, reading: str
) -> None:
    result = reckon(protocol, _answers(dict.fromkeys(ITEMS, "no") | {item: reading}))
    assert (result.result, result.flags) == ("review", (item,))


def test_an_item_that_was_never_answered_counts_as_not_answered(protocol: ScreeningProtocol) -> None:
    result = reckon(protocol, {})
    assert (result.result, result.flags) == ("review", ITEMS)
    assert {answer.reading for answer in result.answers} == {"not_answered"}


def test_an_answer_keeps_the_message_it_came_from(protocol: ScreeningProtocol) -> None:
    answer = ScreeningAnswer(item="liver", reading="yes", message_id="m1")
    result = reckon(protocol, {"liver": answer})
    assert answer in result.answers
    assert result.protocol_version == protocol.version


@pytest.mark.parametrize("item", sorted(NOTES_PAST))
def test_what_is_over_is_noted_and_not_flagged(reckoned: Reckon, item: str) -> None:
    result = reckoned(dict.fromkeys(ITEMS, "no") | {item: "past"})
    assert (result.result, result.flags, result.noted) == ("no_flags", (), (item,))


def test_postpone_outranks_review(reckoned: Reckon) -> None:
    result = reckoned(dict.fromkeys(ITEMS, "no") | {"heart": "yes", "pregnancy": "yes", "liver": "unsure"})
    assert (result.result, result.flags) == ("postpone", ("pregnancy", "liver", "heart"))


@pytest.mark.parametrize("reading", ["no", "past"])
def test_unclear_whose_answers_they_are_leads_to_a_review(protocol: ScreeningProtocol, reading: str) -> None:
    answers = _answers(dict.fromkeys(ITEMS, "no") | {"pregnancy": reading})
    result = reckon(protocol, answers, about=About.UNCLEAR)
    assert (result.result, result.flags, result.about) == ("review", (), About.UNCLEAR)


def test_unclear_whose_answers_they_are_makes_nothing_milder(protocol: ScreeningProtocol) -> None:
    answers = _answers(dict.fromkeys(ITEMS, "no") | {"pregnancy": "yes"})
    assert reckon(protocol, answers, about=About.UNCLEAR).result == "postpone"


def test_an_item_that_leads_to_nothing_is_noted(protocol: ScreeningProtocol) -> None:
    items = [
        item.model_copy(update={"outcome": Outcome.NO_FLAGS}) if item.id == "diabetes" else item
        for item in protocol.items
    ]
    milder = protocol.model_copy(update={"items": tuple(items)})
    result = reckon(milder, _answers(dict.fromkeys(ITEMS, "no") | {"diabetes": "yes"}))
    assert (result.result, result.flags, result.noted) == ("no_flags", (), ("diabetes",))


def test_a_correction_names_the_screening_that_it_replaces(protocol: ScreeningProtocol) -> None:
    assert reckon(protocol, {}, supersedes="s1").supersedes == "s1"


@given(readings)
def test_a_yes_on_a_postponing_item_always_postpones(reckoned: Reckon, given_readings: dict[str, str]) -> None:
    postpones = any(given_readings[item] == "yes" for item in POSTPONES)
    assert (reckoned(given_readings).result == "postpone") is postpones


@given(readings)
def test_every_item_is_denied_flagged_or_noted_in_the_protocols_order(
    reckoned: Reckon, given_readings: dict[str, str]
) -> None:
    result = reckoned(given_readings)
    assert result.flags == tuple(item for item in ITEMS if given_readings[item] not in ("no", "past"))
    assert result.noted == tuple(item for item in ITEMS if given_readings[item] == "past")
    assert tuple(answer.item for answer in result.answers) == ITEMS


@given(readings, st.sets(st.sampled_from(ITEMS)))
def test_more_yeses_never_make_the_result_milder(
    reckoned: Reckon, given_readings: dict[str, str], also_yes: set[str]
) -> None:
    before = reckoned(given_readings).result
    after = reckoned(given_readings | dict.fromkeys(also_yes, "yes")).result
    assert SEVERITY.index(after) >= SEVERITY.index(before)


@pytest.mark.parametrize("result", [outcome.value for outcome in Outcome])
def test_no_result_says_that_somebody_is_suitable(protocol: ScreeningProtocol, result: str) -> None:
    text = dict(protocol.results)[result].lower()
    assert not any(claim in text for claim in ("suitable", "you can have", "safe for you", "cleared"))
