"""The FastAPI application: the chat API, the patient's page, the staff console, Rasa's two calls, and health."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from mesofaq import __version__
from mesofaq.settings import Settings, load_settings
from mesofaq.web import chat, rasa, staff
from mesofaq.web.console.gate import StaffGate
from mesofaq.web.console.routes import routers
from mesofaq.web.headers import SecurityHeaders
from mesofaq.web.problems import BodyLimit, LastResort, install_handlers
from mesofaq.web.services import running

__all__ = ["create_app"]

_STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application, for uvicorn's `--factory`.

    Args:
        settings: read from the environment when not given.

    Raises:
        Problem: a setting is wrong.
    """
    chosen = settings or load_settings()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # httpx logs every URL it calls; a conversation's id has no business in a log of another system's calls.
    logging.getLogger("httpx").setLevel(logging.WARNING)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(chosen) as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="MesoFAQ",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    install_handlers(app)
    app.include_router(chat.router)
    app.include_router(rasa.router)
    app.include_router(staff.router)
    for router in routers():
        app.include_router(router)

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(_STATIC / "index.html")

    @app.get("/widget.js", include_in_schema=False)
    async def widget() -> Response:
        return FileResponse(_STATIC / "widget.js", media_type="text/javascript")

    @app.get("/health", tags=["health"])
    async def health(request: Request) -> dict[str, Any]:
        """Whether the service is alive, and with which knowledge."""
        assistant = request.app.state.services.assistant
        return {
            "status": "ok" if assistant.bundle else "degraded",
            "version": __version__,
            "bundle": assistant.bundle.id if assistant.bundle else None,
            "problem": assistant.problem,
        }

    @app.get("/health/ready", tags=["health"])
    async def ready(request: Request, response: Response) -> dict[str, bool]:
        """Whether a question would be answered now: knowledge, dialogue and database."""
        services = request.app.state.services
        await run_in_threadpool(services.store.ping)
        state = {"bundle": services.assistant.bundle is not None, "dialogue": await services.rasa.healthy()}
        response.status_code = 200 if all(state.values()) else 503
        return {**state, "store": True}

    app.add_middleware(StaffGate, redis_url=chosen.redis_url)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(
        BodyLimit,
        max_bytes=chosen.body_max_bytes,
        inside={"/webhook": rasa.ACTION_CALL_MAX_BYTES},
        token=chosen.rasa_token,
    )
    app.add_middleware(LastResort)
    app.add_middleware(SecurityHeaders, embedders=[o.strip() for o in chosen.allowed_origins.split(",") if o.strip()])
    return app
