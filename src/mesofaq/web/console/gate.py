"""One gate in front of every address under `/staff`.

It runs before any route, so none can forget it:

    1. a change (any method but GET, HEAD, OPTIONS) must come from our own pages: `Sec-Fetch-Site` or `Origin` say so,
       and it carries the session's token in the field `csrf_token` or the header `X-CSRF-Token`;
    2. without a session only the sign-in page opens;
    3. a session that still wants the code opens only the page that asks for it;
    4. where a second factor is required, a session without one opens only the own account.

The cookie is SameSite=Strict, so a link in an e-mail arrives without it; `_once_more` then lets our own page ask.
"""

import hmac
import html
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mesofaq.accounts.throttle import SignInThrottle
from mesofaq.errors import Code, Problem
from mesofaq.web.console.access import (
    PRE_SESSION_COOKIE,
    SESSION_COOKIE,
    SESSION_KEY,
    THROTTLE_KEY,
    not_signed_in,
)
from mesofaq.web.services import Services

__all__ = ["LIVE_HEADER", "StaffGate"]

LIVE_HEADER = "X-Live-Refresh"
"""A request with this header was made by the page, not by a person: it does not keep a session from being idle."""

_ROOT, _SIGN_IN, _CODE, _SIGN_OUT, _ACCOUNT = (
    f"/staff{rest}" for rest in ("", "/sign-in", "/sign-in/code", "/sign-out", "/account")
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class StaffGate:
    """The gate, as ASGI middleware: the innermost one, so that it sees bodies of a bounded size.

    Args:
        app: the application inside.
        redis_url: where several processes share the throttle of sign-in; empty: each counts alone.
    """

    def __init__(self, app: ASGIApp, redis_url: str = "") -> None:
        self._app = app
        self._throttle = SignInThrottle(redis_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == _ROOT or path.startswith(f"{_ROOT}/")):
            await self._app(scope, receive, send)
            return
        body = [await receive()]
        while body[-1].get("more_body", False):
            body.append(await receive())
        if body[-1]["type"] == "http.disconnect":
            return
        scope[THROTTLE_KEY] = self._throttle
        request = Request(scope, _replay(body, receive))
        try:
            answer = await _answer_for(request)
        except Problem as problem:
            answer = await _as_response(request, problem)
        within = _with_headers(send)
        if answer is not None:
            await answer(scope, receive, within)
        else:
            await self._app(scope, _replay(body, receive), within)


async def _answer_for(request: Request) -> Response | None:
    """What to answer instead of the route; None lets the request in."""
    services: Services = request.app.state.services
    path, unsafe = request.scope["path"], request.method not in _SAFE
    if unsafe and not _from_our_pages(request, services.settings.public_url):
        raise _forged()
    token = request.cookies.get(SESSION_COOKIE, "")
    # An event stream cannot carry the header; its coming back is the page's doing as well.
    touch = LIVE_HEADER not in request.headers and not request.url.path.endswith("/live")
    session = await run_in_threadpool(services.accounts.session, token, touch=touch) if token else None
    if path == _SIGN_IN:
        if unsafe and not await _carries(request, request.cookies.get(PRE_SESSION_COOKIE, "")):
            raise _forged()
        request.scope[SESSION_KEY] = session
        return None
    if session is None:
        if _is_navigation(request) and not token and _came_from_elsewhere(request):
            return _once_more(request)
        return _to(request, f"{_SIGN_IN}?next={quote(path)}", not_signed_in())
    if unsafe and not await _carries(request, session.csrf_token):
        raise _forged()
    if not session.complete and path not in (_CODE, _SIGN_OUT):
        return _to(request, _CODE, not_signed_in())
    if (
        session.complete
        and services.accounts.wants_second_factor(session.staff)
        and path != _SIGN_OUT
        and not (path == _ACCOUNT or path.startswith(f"{_ACCOUNT}/"))
    ):
        problem = Problem(Code.FORBIDDEN, "Your clinic asks for a second factor. Set one up on your account's page.")
        return _to(request, _ACCOUNT, problem)
    request.scope[SESSION_KEY] = session
    return None


def _from_our_pages(request: Request, public_url: str) -> bool:
    """Whether the browser says that one of our own pages made the request. Without a word of it: no."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is None:
        return False
    ours = {f"{scheme}://{request.headers.get('host', '')}" for scheme in ("http", "https")}
    if public_url:
        parts = urlsplit(public_url)
        ours.add(f"{parts.scheme}://{parts.netloc}")
    return origin in ours


async def _carries(request: Request, expected: str) -> bool:
    """Whether the request carries that token, in its header or in its form; compared in constant time."""
    given: Any = request.headers.get("x-csrf-token")
    if given is None:
        try:
            async with request.form(max_files=1, max_fields=100) as form:
                given = form.get("csrf_token")
        except HTTPException:
            return False
    return bool(expected) and isinstance(given, str) and hmac.compare_digest(expected.encode(), _bytes(given))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_navigation(request: Request) -> bool:
    return _wants_page(request) and request.method in ("GET", "HEAD")


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and "hx-request" not in request.headers


def _came_from_elsewhere(request: Request) -> bool:
    """Whether a link on another site, in an e-mail say, led here: then a strict cookie is not sent."""
    return request.headers.get("sec-fetch-site") in ("cross-site", "same-site")


def _once_more(request: Request) -> Response:
    """A page that asks for itself again: this time one of our own pages asks, and the cookie is sent."""
    path = html.escape(quote(request.scope["path"]))
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Staff</title>'
        f'<meta http-equiv="refresh" content="0;url={path}"><p><a href="{path}">Go on</a></p></html>'
    )


def _to(request: Request, where: str, problem: Problem) -> Response:
    """Send a person to that page, and tell a program the problem; htmx is a program that can be sent."""
    if _wants_page(request):
        return RedirectResponse(where, 303)
    problem.headers["HX-Redirect"] = where.partition("?")[0]
    raise problem


def _forged() -> Problem:
    return Problem(
        Code.FORBIDDEN,
        "This request was not made by a page of this console, or the page is too old. Open the page again and repeat.",
    )


async def _as_response(request: Request, problem: Problem) -> Response:
    """The problem as the application's own handler answers it."""
    handler = request.app.exception_handlers[Problem]
    response: Response = await handler(request, problem)
    return response


def _replay(messages: list[Message], receive: Receive) -> Receive:
    """Hand out what was received already, and then whatever comes."""
    left = list(messages)

    async def replay() -> Message:
        return left.pop(0) if left else await receive()

    return replay


def _with_headers(send: Send) -> Send:
    """Nothing under `/staff` is kept by a browser, and its addresses are told to no other site."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Cache-Control"] = "no-store"
            # With `no-referrer` browsers say `Origin: null` also to us.
            headers["Referrer-Policy"] = "same-origin"
        await send(message)

    return with_headers
