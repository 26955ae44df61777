"""The life of a handoff, as one table. `store/desk.py` takes each step in one transaction.

                      ┌────────── release, lapse ──────────┐
                      ▼                                    │
    (asked for) ──▶ open ───────────── claim ──────────▶ claimed ── resolve ──▶ resolved
                      │ ▲                                                          │
               expire │ └──────────────────────── reopen ──────────────────────────┤
                      ▼                                                            │
                   expired ─────────────────────── reopen ─────────────────────────┘

- **open**: waits for a person. The bot goes on answering what it can.
- **claimed**: one person has the conversation (`claimed_by`). The bot is silent, but for emergencies.
- **resolved**: a person has dealt with it. The bot answers again.
- **expired**: nobody dealt with it in the days that `clinic.yml` allows. The patient is told so.

`release` gives a claim back; `lapse` does so for somebody who has forgotten it, so that nobody waits for a person who
has left while the bot keeps silent. A question that a patient asks while a handoff is open or claimed joins it. An
emergency never expires.
"""

from dataclasses import dataclass
from enum import StrEnum

from mesofaq.errors import Code, Problem

__all__ = ["ACTIVE", "Outcome", "State", "Step", "after"]


class State(StrEnum):
    """Where a handoff stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"
    EXPIRED = "expired"


class Step(StrEnum):
    """What can be done with a handoff."""

    CLAIM = "claim"
    RELEASE = "release"
    LAPSE = "lapse"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    EXPIRE = "expire"


class Outcome(StrEnum):
    """How a handoff ended, chosen by whoever resolves it."""

    ANSWERED = "answered"
    CALLED = "called"
    BOOKED = "booked"
    NO_ANSWER_NEEDED = "no_answer_needed"
    PATIENT_GONE = "patient_gone"
    SENT_TO_EMERGENCY = "sent_to_emergency"


ACTIVE = frozenset({State.OPEN, State.CLAIMED})
"""The states in which a person still owes an answer."""


@dataclass(frozen=True)
class _Way:
    sources: frozenset[State]
    target: State


_WAYS = {
    Step.CLAIM: _Way(frozenset({State.OPEN}), State.CLAIMED),
    Step.RELEASE: _Way(frozenset({State.CLAIMED}), State.OPEN),
    Step.LAPSE: _Way(frozenset({State.CLAIMED}), State.OPEN),
    Step.RESOLVE: _Way(frozenset({State.CLAIMED}), State.RESOLVED),
    Step.REOPEN: _Way(frozenset({State.RESOLVED, State.EXPIRED}), State.OPEN),
    Step.EXPIRE: _Way(frozenset({State.OPEN}), State.EXPIRED),
}


def after(state: State, step: Step) -> State:
    """The state to which `step` leads from `state`.

    Raises:
        Problem: `conflict` when that step cannot be taken from there.
    """
    way = _WAYS[step]
    if state not in way.sources:
        allowed = " or ".join(sorted(way.sources))
        raise Problem(
            Code.CONFLICT,
            f"This handoff is {state}, and only one that is {allowed} can do that ({step}). Load the page again.",
            state=str(state),
            step=str(step),
        )
    return way.target
