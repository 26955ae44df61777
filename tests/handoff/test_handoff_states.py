"""Every step from every state: where it leads, or that it is refused."""

import pytest

from mesofaq.errors import Code, Problem
from mesofaq.handoff.states import ACTIVE, State, Step, after

ALLOWED = {
    (State.OPEN, Step.CLAIM): State.CLAIMED,
    (State.OPEN, Step.EXPIRE): State.EXPIRED,
    (State.CLAIMED, Step.RELEASE): State.OPEN,
    (State.CLAIMED, Step.LAPSE): State.OPEN,
    (State.CLAIMED, Step.RESOLVE): State.RESOLVED,
    (State.RESOLVED, Step.REOPEN): State.OPEN,
    (State.EXPIRED, Step.REOPEN): State.OPEN,
}
REFUSED = [(state, step) for state in State for step in Step if (state, step) not in ALLOWED]


@pytest.mark.parametrize(("state", "step"), ALLOWED)
def test_a_step_that_is_allowed_leads_on(state: State, step: Step) -> None:
    assert after(state, step) is ALLOWED[state, step]


@pytest.mark.parametrize(("state", "step"), REFUSED)
def test_any_other_step_is_a_conflict_that_says_what_would_be_allowed(state: State, step: Step) -> None:
    with pytest.raises(Problem) as caught:
        after(state, step)
    assert caught.value.code is Code.CONFLICT
    sources = sorted(source for source, other in ALLOWED if other is step)
    assert caught.value.detail.startswith(f"This handoff is {state}, and only one that is {' or '.join(sources)} ")


def test_the_allowed_and_the_refused_steps_are_all_there_are() -> None:
    assert len(ALLOWED) + len(REFUSED) == len(State) * len(Step) == 24


def test_every_state_can_be_reached_and_left() -> None:
    assert set(ALLOWED.values()) == {state for state, _ in ALLOWED} == set(State)


def test_a_person_owes_an_answer_until_it_is_closed() -> None:
    assert {State.OPEN, State.CLAIMED} == ACTIVE
