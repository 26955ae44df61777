"""Every error that MesoFAQ shows to somebody: one class, one code each, one JSON shape (RFC 9457).

A `Problem` is raised wherever the fault is found. The web turns it into a problem document with `as_document`, the
command line prints its one sentence and exits with 1. The detail says what was wrong, what is allowed and what to do;
it never repeats what a patient wrote.
"""

from enum import StrEnum
from http import HTTPStatus
from typing import Any

__all__ = ["Code", "Problem"]


class Code(StrEnum):
    """What went wrong, for programs. A code never changes its meaning."""

    INVALID_REQUEST = "invalid-request"
    MALFORMED_BODY = "malformed-body"
    TEXT_EMPTY = "text-empty"
    TEXT_TOO_LONG = "text-too-long"
    COMMAND_REFUSED = "command-refused"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    BODY_TOO_LARGE = "body-too-large"
    RATE_LIMITED = "rate-limited"
    STILL_WORKING = "still-working"
    CONFLICT = "conflict"
    INTERNAL = "internal"
    NOT_READY = "not-ready"
    CONTENT_INVALID = "content-invalid"
    BUNDLE_MISSING = "bundle-missing"
    BUNDLE_DAMAGED = "bundle-damaged"
    BUILD_TOOLS_MISSING = "build-tools-missing"
    SETTING_INVALID = "setting-invalid"
    PORT_IN_USE = "port-in-use"
    PYTHON_MISSING = "python-missing"
    DISK_FULL = "disk-full"
    RASA_FAILED = "rasa-failed"
    STORE_FAILED = "store-failed"
    DIALOGUE_FAILED = "dialogue-failed"


_STATUS: dict[Code, HTTPStatus] = {
    Code.INVALID_REQUEST: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.MALFORMED_BODY: HTTPStatus.BAD_REQUEST,
    Code.TEXT_EMPTY: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TEXT_TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.COMMAND_REFUSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    Code.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    Code.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.STILL_WORKING: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.CONFLICT: HTTPStatus.CONFLICT,
    Code.NOT_READY: HTTPStatus.SERVICE_UNAVAILABLE,
    Code.DIALOGUE_FAILED: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Problem(Exception):
    """One error with its code, its data and its HTTP status.

    Args:
        code: what went wrong, for programs.
        detail: one or two plain sentences: what was wrong, what is allowed, what to do.
        headers: HTTP headers the answer must carry, e.g. `Retry-After`.
        **data: further members of the problem document (numbers, ids, limits; never a patient's words).
    """

    def __init__(self, code: Code, detail: str, *, headers: dict[str, str] | None = None, **data: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.headers = headers or {}
        self.data = data

    @property
    def status(self) -> int:
        """The HTTP status: 500 where the code is not about a request."""
        return int(_STATUS.get(self.code, HTTPStatus.INTERNAL_SERVER_ERROR))

    def as_document(self) -> dict[str, Any]:
        """The problem document of RFC 9457 (`application/problem+json`)."""
        return {
            "type": f"urn:mesofaq:problem:{self.code}",
            "title": str(self.code).replace("-", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "code": str(self.code),
            **self.data,
        }
