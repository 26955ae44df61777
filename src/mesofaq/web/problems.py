"""Every error leaves as a problem document (RFC 9457), whatever raised it, and shows nothing of the inside."""

import hmac
import logging
import traceback
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mesofaq.errors import Code, Problem

__all__ = ["BodyLimit", "LastResort", "install_handlers", "respond"]

_log = logging.getLogger(__name__)
_CODES = {400: Code.MALFORMED_BODY, 404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED}
_DETAILS = {
    Code.MALFORMED_BODY: "The body is not valid JSON in UTF-8. Send a JSON object.",
    Code.NOT_FOUND: "There is nothing at this address.",
    Code.METHOD_NOT_ALLOWED: "This address does not take that method.",
}
_INTERNAL = Problem(Code.INTERNAL, "Something went wrong on our side. Please try again, or call the clinic.")


def respond(problem: Problem) -> JSONResponse:
    """The problem as a response."""
    return JSONResponse(
        problem.as_document(), problem.status, media_type="application/problem+json", headers=problem.headers
    )


def install_handlers(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""

    async def on_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101  registered for this class alone
        if error.code is Code.STORE_FAILED:
            # What exactly failed is for the log, not for the patient.
            _log.error("store_failed: path=%s", request.url.path)
            return _told(request, Problem(Code.NOT_READY, _INTERNAL.detail))
        return _told(request, error)

    async def on_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  registered for this class alone
        causes = error.errors()
        if any(cause["type"] == "json_invalid" for cause in causes):
            return _told(request, Problem(Code.MALFORMED_BODY, _DETAILS[Code.MALFORMED_BODY]))
        # Where and what kind, but never the value: it may be a patient's words.
        wrong = "; ".join(f"{'.'.join(str(part) for part in cause['loc'])}: {cause['msg']}" for cause in causes)
        return _told(request, Problem(Code.INVALID_REQUEST, f"The request is not as it should be: {wrong}."))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  registered for this class alone
        code = _CODES.get(error.status_code)
        if code is None:
            return _told(request, _INTERNAL)
        problem = Problem(code, _DETAILS[code])
        problem.headers = dict(error.headers or {})
        return _told(request, problem)

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)


def _told(request: Request, problem: Problem) -> Response:
    """The problem as a page, or a part of one, for a person at the console; as a document for everybody else."""
    from mesofaq.web.console.view import is_fragment, problem_page, wants_page  # which imports this module's callers

    if request.url.path.startswith("/staff") and (is_fragment(request) or wants_page(request)):
        return problem_page(request, problem)
    return respond(problem)


class LastResort:
    """Catches what nothing else caught. The log gets the error's class and place, never its text.

    Args:
        app: the application inside.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application, and answer for it when it raises."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("unhandled_error: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
            if not started:
                await respond(_INTERNAL)(scope, receive, send)


class BodyLimit:
    """Refuses bodies over a size, by their header or while they are read.

    Args:
        app: the application inside.
        max_bytes: the largest body from outside.
        inside: paths of Rasa's own calls, which carry a whole tracker, with their larger limit in bytes.
        token: what such a call carries as its bearer token: a body is read and parsed before a route can ask for it.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, inside: dict[str, int], token: str = "") -> None:
        self._token = token.encode()
        self._app = app
        self._max_bytes = max_bytes
        self._inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with a bounded body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._max_bytes
        if scope["path"] in self._inside:
            given = dict(scope["headers"]).get(b"authorization", b"").removeprefix(b"Bearer ")
            if self._token and hmac.compare_digest(self._token, given):
                limit = self._inside[scope["path"]]
        problem = Problem(
            Code.BODY_TOO_LARGE, f"The body is larger than {limit} bytes. Send less at once.", max_bytes=limit
        )
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            await respond(problem)(scope, receive, send)
            return
        # Read whole before the application sees it: a refusal in the middle of its reading would be its own error.
        received: list[Message] = []
        size = 0
        while True:
            message = await receive()
            received.append(message)
            size += len(message.get("body", b""))
            if size > limit:
                await respond(problem)(scope, receive, send)
                return
            if message["type"] != "http.request" or not message.get("more_body", False):
                break

        async def replay() -> Message:
            return received.pop(0) if received else await receive()

        await self._app(scope, replay, send)


def problem_responses(*codes: Code) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the problems that a route may answer with."""
    schema = {"type": "object", "required": ["type", "title", "status", "detail", "code"]}
    statuses = {Problem(code, "").status for code in codes}
    return {
        status: {"description": "A problem document", "content": {"application/problem+json": {"schema": schema}}}
        for status in sorted(statuses)
    }
