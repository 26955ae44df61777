"""Renders the console's pages: Jinja2 with everything escaped, times in the clinic's own zone, links by right.

A template gets, besides what its route gives: `staff` (None before sign-in), `csrf_token`, `nav`, `clinic`, `here` (the
path of the page), `now`, `is_fragment` (htmx asked for a part of a page).
"""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from mesofaq.accounts.models import Right, SignedIn
from mesofaq.errors import Problem
from mesofaq.handoff import words
from mesofaq.store.store import utc_now
from mesofaq.web.console.access import SESSION_KEY

__all__ = ["NavLink", "is_fragment", "page", "problem_page", "wants_page"]

_TEMPLATES = Path(__file__).parent / "templates"


class NavLink(NamedTuple):
    """A link of the main navigation."""

    title: str
    path: str


_NAV: tuple[tuple[Right, NavLink], ...] = (
    (Right.READ, NavLink("Queue", "/staff")),
    (Right.READ, NavLink("Search", "/staff/search")),
    (Right.READ, NavLink("Figures", "/staff/figures")),
    (Right.REVIEW, NavLink("Proposals", "/staff/proposals")),
    (Right.PEOPLE, NavLink("People", "/staff/people")),
    (Right.PEOPLE, NavLink("Audit", "/staff/audit")),
)


def is_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks for a whole page, rather than htmx or a program."""
    return not is_fragment(request) and "text/html" in request.headers.get("accept", "")


def page(request: Request, name: str, signed_in: SignedIn | None, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page, or a fragment of one.

    Args:
        request: what is answered.
        name: the template, e.g. `queue.html`.
        signed_in: whose session it is; None before sign-in.
        status: the HTTP status.
        **values: what else the template shows; they win over what every template gets.

    Returns:
        The page, never to be kept by a browser.
    """
    complete = signed_in is not None and signed_in.complete
    staff = signed_in.staff if signed_in is not None else None
    context: dict[str, Any] = {
        "clinic": request.app.state.services.assistant.content.clinic,
        "csrf_token": signed_in.csrf_token if signed_in is not None else "",
        "here": request.url.path,
        "is_fragment": is_fragment(request),
        "nav": [link for right, link in _NAV if complete and staff is not None and staff.may(right)],
        "now": utc_now(),
        "signed_in": signed_in,
        "staff": staff,
        **values,
    }
    html = _ENVIRONMENT.get_template(name).render(context)
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store", "Vary": "HX-Request"})


def problem_page(request: Request, problem: Problem) -> HTMLResponse:
    """A problem for a person: a page with its sentence, or for htmx the sentence alone (it goes into `#notice`)."""
    answer = page(request, "problem.html", request.scope.get(SESSION_KEY), problem.status, problem=problem)
    answer.headers.update(problem.headers)
    if request.method not in ("GET", "HEAD"):
        # Whoever sends what she has typed after her session has ended keeps it, and is told to sign in beside it. A
        # page that only refreshes itself does go to the sign-in: it shows patients' words to nobody any more.
        del answer.headers["HX-Redirect"]
    return answer


def _zone(context: Context) -> ZoneInfo:
    return ZoneInfo(context["clinic"].timezone)


@pass_context
def _when(context: Context, moment: datetime) -> str:
    """A moment on the clinic's clocks: "14:05" today, "27 Nov, 14:05" this year, else with the year."""
    local, today = moment.astimezone(_zone(context)), context["now"].astimezone(_zone(context))
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b, %H:%M}" if local.year == today.year else f"{local.day} {local:%b %Y, %H:%M}"


@pass_context
def _since(context: Context, moment: datetime) -> str:
    """How long ago that was, or how long until then: "3 h 20 min"."""
    return words.duration(abs(context["now"] - moment))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        when=_when,
        since=_since,
        iso=datetime.isoformat,
        percent=lambda share: f"{share:.0%}",
    )
    environment.globals.update(Right=Right, words=words)
    return environment


_ENVIRONMENT = _environment()
