"""`mesofaq erase` and `mesofaq export`: one conversation, for a patient who asks the clinic for it."""

import json
import sys
from typing import Annotated

import typer

from mesofaq.cli import app
from mesofaq.cli.handoffs import open_record
from mesofaq.content.loader import load_content
from mesofaq.privacy.erasure import erase_everywhere
from mesofaq.settings import load_settings
from mesofaq.store import utc_now
from mesofaq.store.audit import CLI
from mesofaq.store.holdings import find_conversation, held

__all__ = ["erase", "export"]

ConversationArgument = Annotated[str, typer.Argument(metavar="ID", help="Its id, or the first characters of it.")]


@app.command("erase")
def erase(
    conversation_id: ConversationArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase one conversation for good: messages, handoffs, notes, screenings, and what Rasa remembers."""
    with open_record() as store:
        found = find_conversation(store.database, conversation_id)
        messages = len(store.transcript(found))
        if not yes:
            noun = "message" if messages == 1 else "messages"
            typer.confirm(f"Erase conversation {found} with {messages} {noun}? There is no way back.", abort=True)
        erase_everywhere(store, load_settings().tracker_url, found, by=CLI)
    typer.echo(f"Conversation {found} is erased.")


@app.command("export")
def export(
    conversation_id: ConversationArgument,
    for_patient: Annotated[
        bool, typer.Option("--for-patient", help="Leave out what staff wrote for each other.")
    ] = False,
) -> None:
    """Print everything that is held about one conversation, as JSON."""
    clinic = load_content(load_settings().content, strict=False).clinic
    with open_record() as store:
        found = held(
            store.database,
            find_conversation(store.database, conversation_id),
            clinic.retention,
            utc_now(),
            by=CLI,
            staff_words=not for_patient,
        )
    # ASCII only: a patient's control characters stay escaped, and any pipe's encoding can carry it.
    sys.stdout.write(json.dumps(found.model_dump(mode="json"), indent=2) + "\n")
