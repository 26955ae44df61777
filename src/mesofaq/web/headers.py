"""Security headers on every response; framing only by the websites that the settings name."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["SecurityHeaders"]


class SecurityHeaders:
    """Adds the headers.

    Args:
        app: the application inside.
        embedders: origins that may show the page in a frame.
    """

    def __init__(self, app: ASGIApp, embedders: list[str]) -> None:
        self._app = app
        frames = " ".join(["'self'", *embedders])
        self._headers = {
            "Content-Security-Policy": (
                "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                f"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-src 'self'; frame-ancestors {frames}"
            ),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
            "Cross-Origin-Opener-Policy": "same-origin",
        }

        # The console: forms of its own, no inline style, and no page may show it in a frame.
        self._staff_headers = self._headers | {
            "Content-Security-Policy": (
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            ),
            "X-Frame-Options": "DENY",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application and add the headers to its response."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_staff = _under(scope["path"], "/staff")
                for name, value in (self._staff_headers if is_staff else self._headers).items():
                    headers.setdefault(name, value)
                # Health data is never kept by a browser; pages may be, but are asked for again after an update.
                private = is_staff or scope["path"].startswith("/v1")
                headers.setdefault("Cache-Control", "no-store" if private else "no-cache")
            await send(message)

        await self._app(scope, receive, with_headers)


def _under(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(f"{prefix}/")
