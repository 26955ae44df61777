"""Completes Rasa's domain with screening items that a clinic added, so that a new item needs no code."""

from pathlib import Path

import yaml

from mesofaq.content.loader import load_content
from mesofaq.content.screening import ScreeningProtocol
from mesofaq.settings import Settings

__all__ = ["FORM", "WHOSE", "ask_action", "follow_up_slot", "required_slots", "write_domain"]

FORM = "screening_form"
WHOSE = "screening_whose"
"""The slot that is asked first where somebody may be asking for another person."""


def ask_action(slot: str) -> str:
    """The name of the action that asks a slot of the form: Rasa finds it by this name."""
    return f"action_ask_{FORM}_{slot}"


def follow_up_slot(item: str, follow_up: str) -> str:
    """The slot of a follow-up question. Two underscores: no item's id ends or begins with one."""
    return f"{item}__{follow_up}"


def required_slots(protocol: ScreeningProtocol) -> list[str]:
    """The form's slots in the order in which they are asked: whose answers, then each item and its follow-ups."""
    slots = [WHOSE]
    for item in protocol.items:
        slots += [item.id, *(follow_up_slot(item.id, follow_up.id) for follow_up in item.follow_ups)]
    return slots


def write_domain(settings: Settings) -> Path:
    """Write `var/rasa/domain.yml`: the root domain with a slot and an ask action for all that is asked, in order.

    Returns:
        The file's path; it is rewritten only when its text changes.

    Raises:
        Problem: the content cannot be read.
    """
    domain = yaml.safe_load((settings.home / "domain.yml").read_text(encoding="utf-8"))
    items = required_slots(load_content(settings.content).screening)
    for item in items:
        # A mapping of its own for each: a shared one would be written as a YAML alias, which Rasa takes apart.
        slot = {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
        domain["slots"].setdefault(item, slot)
    domain["actions"] += [ask_action(item) for item in items if ask_action(item) not in domain["actions"]]
    domain["forms"][FORM]["required_slots"] = items
    text = yaml.safe_dump(domain, sort_keys=False, allow_unicode=True)
    target = settings.var / "rasa" / "domain.yml"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return target
