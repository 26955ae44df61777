"""Every route of the console, for `web.app`."""

from fastapi import APIRouter

from mesofaq.web.console import (
    account,
    audit,
    conversation,
    figures,
    live,
    people,
    queue,
    records,
    review,
    search,
    sign_in,
    steps,
)

__all__ = ["routers"]


def routers() -> list[APIRouter]:
    """The console's routers. The gate (`StaffGate`) stands in front of all of them."""
    modules = (sign_in, account, people, audit, queue, conversation, live, steps, search, figures, review, records)
    return [module.router for module in modules]
