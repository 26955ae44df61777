"""`/staff/figures`: what was asked, how long people waited, what no card answers, which answers were wrong."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from mesofaq.accounts.models import Right, StaffRecord
from mesofaq.chat.assistant import Assistant
from mesofaq.errors import Code
from mesofaq.handoff import figures
from mesofaq.handoff.clusters import Cluster, cluster
from mesofaq.handoff.figure_views import FiguresView
from mesofaq.handoff.proposals import ANSWER_MAX_CHARS, QUESTION_MAX_CHARS
from mesofaq.store.figures import MAX_MARKS, MAX_QUESTIONS, MAX_REPLIES, Figures
from mesofaq.store.store import utc_now
from mesofaq.web.chat import ServicesDep
from mesofaq.web.console.access import SignedInDep, require
from mesofaq.web.console.view import page
from mesofaq.web.problems import problem_responses

__all__ = ["Period", "router"]

_CLUSTERS_SHOWN = 20
_MEMBERS_SHOWN = 10

router = APIRouter(
    prefix="/staff",
    tags=["console"],
    default_response_class=HTMLResponse,
    responses=problem_responses(Code.UNAUTHORIZED, Code.FORBIDDEN, Code.INVALID_REQUEST),
)

ReaderDep = Annotated[StaffRecord, Depends(require(Right.READ))]


class Period(StrEnum):
    """How many days back the figures look."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "90"


@dataclass(frozen=True)
class _Unanswered:
    """The questions that no card answers, in groups, the largest first."""

    groups: tuple[Cluster, ...]
    read: int
    more: bool
    not_shown: int
    has_bundle: bool


@router.get("/figures")
async def show_figures(
    request: Request,
    services: ServicesDep,
    session: SignedInDep,
    staff: ReaderDep,
    days: Annotated[Period, Query()] = Period.MONTH,
) -> HTMLResponse:
    """The figures of a period."""
    reader = Figures(services.store.database, utc_now)
    shown, unanswered = await run_in_threadpool(_read, reader, services.assistant, int(days), staff)
    return await run_in_threadpool(
        page,
        request,
        "figures.html",
        session,
        days=days.value,
        periods=[period.value for period in Period],
        figures=shown,
        unanswered=unanswered,
        members_shown=_MEMBERS_SHOWN,
        limits={"marks": MAX_MARKS, "questions": MAX_QUESTIONS, "replies": MAX_REPLIES},
        question_max_chars=QUESTION_MAX_CHARS,
        answer_max_chars=ANSWER_MAX_CHARS,
    )


def _read(reader: Figures, assistant: Assistant, days: int, staff: StaffRecord) -> tuple[FiguresView, _Unanswered]:
    """Read, count and group: some seconds where there is much, so never on the thread that answers patients."""
    rows = reader.read(days, by=staff)
    bundle = assistant.bundle  # one bundle all through, even if a new one comes meanwhile
    cards = bundle.cards if bundle is not None else assistant.content.cards
    servable = {card.id: card.question for card in cards.values() if bundle is None or assistant.servable(card.id)}
    groups = cluster(rows.questions, bundle) if bundle is not None else ()
    unanswered = _Unanswered(
        groups=groups[:_CLUSTERS_SHOWN],
        read=len(rows.questions),
        more=rows.more_questions,
        not_shown=max(0, len(groups) - _CLUSTERS_SHOWN),
        has_bundle=bundle is not None,
    )
    return figures.view(rows, servable), unanswered
