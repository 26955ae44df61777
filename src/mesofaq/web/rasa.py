"""Rasa's two calls into the service: what did they say (`/model/parse`), what do we reply (`/webhook`).

Both only with the shared token, which `mesofaq up` makes anew at each start.
"""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from mesofaq.dialogue.parse import as_parse_data, message_id_of
from mesofaq.errors import Code, Problem
from mesofaq.understanding.models import Context, Understanding
from mesofaq.web.chat import ServicesDep

__all__ = ["ACTION_CALL_MAX_BYTES", "router"]

ACTION_CALL_MAX_BYTES = 16 * 1024 * 1024
"""An action call carries the domain and the conversation's every event."""

router = APIRouter(tags=["rasa"], include_in_schema=False)


class ParseIn(BaseModel):
    """What Rasa's HTTP interpreter sends."""

    model_config = ConfigDict(extra="ignore")

    text: str
    token: str | None = None
    message_id: str | None = None


@router.post("/model/parse")
async def parse(body: ParseIn, services: ServicesDep) -> dict[str, Any]:
    """What a message means: looked up when Rasa sends a reference, understood when it sends words."""
    _check(services.settings.rasa_token, body.token)
    message_id = message_id_of(body.text)
    if message_id is None:
        understanding = await run_in_threadpool(services.assistant.understand, body.text, Context())
    else:
        message = await run_in_threadpool(services.store.get_message, message_id)
        if message is None or message.understanding is None:
            raise Problem(Code.NOT_FOUND, "There is no such message.")
        understanding = Understanding.model_validate(message.understanding)
    return as_parse_data(body.text, understanding)


@router.post("/webhook")
async def webhook(
    call: dict[str, Any], services: ServicesDep, authorization: Annotated[str | None, Header()] = None
) -> dict[str, Any]:
    """Run one action for Rasa."""
    _check(services.settings.rasa_token, (authorization or "").removeprefix("Bearer "))
    try:
        result = await services.actions.run(call)
    except ActionNotFoundException as error:
        raise Problem(Code.NOT_FOUND, f"There is no action '{error.action_name}'.") from None
    except ActionExecutionRejection as error:
        # Rasa reads the action's name from a 400, and lets another policy predict.
        detail = f"Action '{error.action_name}' does not apply."
        raise Problem(Code.MALFORMED_BODY, detail, action_name=error.action_name) from None
    if result is None:
        raise Problem(Code.INVALID_REQUEST, "The call names no action ('next_action').")
    answer: dict[str, Any] = result.model_dump()
    return answer


def _check(expected: str, given: str | None) -> None:
    """Compare in constant time. Without a token nobody gets in: an empty secret is no secret."""
    if not expected or not hmac.compare_digest(expected.encode(), (given or "").encode("utf-8", "surrogatepass")):
        raise Problem(Code.UNAUTHORIZED, "Only Rasa may call this, with the shared token.")
