"""Completes Rasa's domain with screening items that a clinic added, so that a new item needs no code."""

from pathlib import Path

import yaml

from mesofaq.content.loader import load_content
from mesofaq.settings import Settings

__all__ = ["FORM", "ask_action", "write_domain"]

FORM = "screening_form"


def ask_action(item: str) -> str:
    """The name of the action that asks a screening item: Rasa finds it by this name."""
    return f"action_ask_{FORM}_{item}"


def write_domain(settings: Settings) -> Path:
    """Write `var/rasa/domain.yml`: the root domain with a slot and an ask action for every screening item, in order.

    Returns:
        The file's path; it is rewritten only when its text changes.

    Raises:
        Problem: the content cannot be read.
    """
    domain = yaml.safe_load((settings.home / "domain.yml").read_text(encoding="utf-8"))
    items = [item.id for item in load_content(settings.content).screening.items]
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
