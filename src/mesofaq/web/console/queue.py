"""The queue: who waits for a person, the most urgent first. The page refreshes its list by htmx.

Choices stand in the address, so that a page can be kept and shared: ids and codes only, never words of a patient.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from mesofaq.accounts.models import Right, StaffRecord
from mesofaq.chat.models import Priority, Reason
from mesofaq.handoff.brief import is_overdue, one_line
from mesofaq.handoff.states import ACTIVE, State
from mesofaq.store.audit import Action, by_staff
from mesofaq.store.handoffs import URGENCY
from mesofaq.store.records import QueueFilter, QueueLine
from mesofaq.store.store import utc_now
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, require
from mesofaq.web.console.opened import Opened
from mesofaq.web.console.view import is_fragment, page

__all__ = ["router"]

router = APIRouter(prefix="/staff", include_in_schema=False)

_SHOWN = 200
_READ = Opened()
_WAITING = "waiting"
_STATES: dict[str, tuple[str, tuple[str, ...]]] = {
    _WAITING: ("Waiting or held", tuple(sorted(ACTIVE))),
    State.OPEN: ("Nobody has it yet", (State.OPEN,)),
    State.CLAIMED: ("Somebody is on it", (State.CLAIMED,)),
    State.RESOLVED: ("Done", (State.RESOLVED,)),
    State.EXPIRED: ("Closed without an answer", (State.EXPIRED,)),
    "all": ("All", tuple(State)),
}
_ID_CHARS = 8
"""So much of an emergency's id goes with each refresh, for the next one to tell which are new."""


@dataclass(frozen=True)
class _Wanted:
    """The choices of the page; what is none of ours counts as not chosen."""

    state: str
    reason: str
    priority: str
    mine: bool
    still: bool

    @property
    def is_filtered(self) -> bool:
        return bool(self.state != _WAITING or self.reason or self.priority or self.mine)

    @property
    def address(self) -> str:
        chosen = {"state": self.state, "reason": self.reason, "priority": self.priority, "mine": "1" * self.mine}
        return f"/staff?{urlencode({name: value for name, value in chosen.items() if value})}"

    def as_filter(self, staff: StaffRecord) -> QueueFilter:
        return QueueFilter(
            states=_STATES[self.state][1],
            reason=Reason(self.reason) if self.reason else None,
            priority=Priority(self.priority) if self.priority else None,
            held_by=staff.id if self.mine else None,
        )


async def _wanted(
    state: Annotated[str, Query()] = _WAITING,
    reason: Annotated[str, Query()] = "",
    priority: Annotated[str, Query()] = "",
    mine: Annotated[str, Query()] = "",
    still: Annotated[str, Query()] = "",
) -> _Wanted:
    return _Wanted(
        state=state if state in _STATES else _WAITING,
        reason=reason if reason in set(Reason) else "",
        priority=priority if priority in set(Priority) else "",
        mine=mine == "1",
        still=still == "1",
    )


@router.get("", response_class=HTMLResponse)
async def show_queue(
    request: Request,
    services: ServicesDep,
    signed_in: SignedInDep,
    staff: Annotated[StaffRecord, Depends(require(Right.READ))],
    wanted: Annotated[_Wanted, Depends(_wanted)],
    known: Annotated[str, Query(max_length=8000)] = "",
) -> HTMLResponse:
    """The queue, or for htmx its lines alone, with news of emergencies that are not in `known`."""
    now = utc_now()
    desk, as_it_waits = services.handoffs.desk, services.handoffs.as_it_waits
    found = await run_in_threadpool(desk.queue, staff, wanted.as_filter(staff), _SHOWN)
    lines = sorted(map(as_it_waits, found), key=_pressing)
    if (signed_in.session_id, wanted.address) not in _READ:
        # Questions are patients' words. The page that refreshes itself reads no more than it did.
        note, actor = services.accounts.audit.note, by_staff(staff.id)
        await run_in_threadpool(note, actor=actor, action=Action.QUEUE_READ, lines=len(lines), state=wanted.state)
        _READ.add(signed_in.session_id, wanted.address)
    # An emergency must not hide behind what somebody has chosen to see.
    alarms = await run_in_threadpool(desk.queue, staff, QueueFilter(priority=Priority.EMERGENCY), _SHOWN)
    emergencies = {line.id[:_ID_CHARS] for line in alarms}
    shown = {line.id[:_ID_CHARS] for line in lines}
    settings = services.settings
    return page(
        request,
        "_queue_rows.html" if is_fragment(request) else "queue.html",
        signed_in,
        now=now,
        lines=lines,
        counts={
            "waiting": sum(line.state in ACTIVE for line in lines),
            "emergencies": len(emergencies),
            "hidden_emergencies": len(emergencies - shown),
            "overdue": sum(is_overdue(line, now) for line in lines),
        },
        known=".".join(sorted(emergencies)),
        new_emergencies=len(emergencies - set(known.split("."))),
        wanted=wanted,
        is_filtered=wanted.is_filtered,
        refresh=wanted.address,
        is_full=len(lines) == _SHOWN,
        states=[(value, name) for value, (name, _) in _STATES.items()],
        is_notified=bool(settings.notify_mail or settings.webhook_url),
        one_line=one_line,
        overdue=is_overdue,
    )


def _pressing(line: QueueLine) -> tuple[int, datetime, datetime]:
    return URGENCY[line.priority], line.due_at or line.created_at, line.created_at
