"""`mesofaq ask`: what would be answered to one question, and why. Needs a bundle, but neither Rasa nor the service."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from mesofaq.chat.models import Reason, ReplyDraft
from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.settings import load_settings
from mesofaq.understanding.models import Context, Outcome, Understanding

if TYPE_CHECKING:
    from mesofaq.chat.assistant import Assistant


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question as a patient would type it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show what would be answered to a question: the text, its sources, the score and the runner-up."""
    # Loaded here, so that every other command starts without it.
    from mesofaq.chat.assistant import Assistant

    settings = load_settings()
    if not question.strip():
        raise Problem(Code.TEXT_EMPTY, "The question is empty. Write it in quotes after 'mesofaq ask'.")
    assistant = Assistant(settings)
    if assistant.bundle is None:
        raise Problem(Code.BUNDLE_MISSING, assistant.problem or "There is no knowledge bundle.")
    found = assistant.understand(question[: settings.text_max_chars], Context())
    drafts = _replies(assistant, found)
    if as_json:
        typer.echo(json.dumps(_document(found, drafts), ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    for draft in drafts:
        _show(console, draft)
    _why(console, found)


def _replies(assistant: "Assistant", found: Understanding) -> list[ReplyDraft]:
    replies, triage = assistant.replies, found.triage.triage_class
    if triage == "emergency":
        return [replies.emergency(found.triage.phrase)]
    if triage is not None:
        return [replies.handoff(Reason(triage))]
    if found.intent == "ask_faq" and found.decision:
        return [replies.answer(card) for card in found.decision.cards]
    if found.intent == "ask_faq_unclear" and found.decision:
        return [replies.clarify(found.decision.cards)]
    if found.intent == "out_of_scope":
        return [replies.handoff(Reason.OUT_OF_SCOPE)]
    # A dialogue act: what is said to it depends on the conversation, which is Rasa's to decide.
    return []


def _document(found: Understanding, drafts: list[ReplyDraft]) -> dict[str, Any]:
    best, *others = found.candidates or (None,)
    return {
        "intent": found.intent,
        "replies": [draft.model_dump(mode="json", exclude={"handoff", "screening_result"}) for draft in drafts],
        "best": best.model_dump() if best else None,
        "runner_up": others[0].model_dump() if others else None,
        "act": found.act.model_dump() if found.act else None,
        "decision": found.decision.model_dump(mode="json") if found.decision else None,
        "triage": found.triage.model_dump(mode="json"),
        "bundle": found.bundle,
    }


def _show(console: Console, draft: ReplyDraft) -> None:
    console.print(Text(draft.kind.upper(), style="bold"))
    for paragraph in draft.text.split("\n"):
        console.print(Padding(Text(paragraph), (0, 0, 0, 2)))
    for suggestion in draft.suggestions:
        console.print(Padding(Text(f"→ {suggestion.title}"), (0, 0, 0, 2)))
    if draft.sources:
        console.print(Text("\nSources", style="bold"))
        for source in draft.sources:
            console.print(Padding(Text(f"{source.title}: {source.where}"), (0, 0, 0, 2)))
    if draft.card:
        console.print(Text(f"\nCard {draft.card.id}, version {draft.card.version}, {draft.card.status}"))


def _why(console: Console, found: Understanding) -> None:
    if found.triage.findings:
        console.print(Text("\nTriage", style="bold"))
        for finding in found.triage.findings:
            state = f"turned off: {finding.turned_off_by}" if finding.turned_off_by else "counts"
            words = ", ".join(f"'{part}'" for part in finding.words)
            console.print(
                Padding(Text(f"{finding.triage_class}: {words} (rule {finding.rule}; {state})"), (0, 0, 0, 2))
            )
    console.print(Text("\nWhy", style="bold"))
    rows = [f"intent {found.intent}"]
    for title, candidate in zip(("score", "runner-up"), found.candidates, strict=False):
        near = f", nearest question '{candidate.nearest}'" if candidate.nearest else ""
        rows.append(f"{title} {candidate.probability:.2f} for card {candidate.card}{near}")
    if found.act and found.act.probability >= 0.1:
        rows.append(f"dialogue act {found.act.name} {found.act.probability:.2f}")
    if found.decision and found.decision.outcome is not Outcome.ANSWER:
        rows.append(f"a card is answered from {found.decision.answer_threshold:.2f} on")
    for row in rows:
        console.print(Padding(Text(row), (0, 0, 0, 2)))
