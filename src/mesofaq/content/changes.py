"""What changed in a card since it was signed: the hashes compared, and the words as git knows them."""

import difflib
import shutil
import subprocess
from dataclasses import asdict, dataclass

from mesofaq.content.models import Card, ReviewStatus

__all__ = ["Changes", "changes"]

_GIT_TIMEOUT_S = 10


@dataclass(frozen=True)
class Changes:
    """A card against its sign-off.

    `changed` is None when the card was never signed. `diff` is a unified diff against the version in git's HEAD, and
    `why_no_diff` the sentence to show when there is none.
    """

    card: str
    signed_sha256: str | None
    text_sha256: str
    changed: bool | None
    signature: str
    diff: str
    why_no_diff: str

    def as_dict(self) -> dict[str, object]:
        """The same, for JSON."""
        return asdict(self)


def changes(card: Card) -> Changes:
    """Compare a card with what was signed and with git's HEAD.

    Args:
        card: the card as it is on disk.
    """
    signed = card.review.text_sha256
    changed = None if signed is None else signed != card.text_sha256
    before, why = _in_git(card)
    diff = ""
    if before is not None:
        diff = "".join(_unified(before, card.path.read_bytes().decode("utf-8"), card.path.name))
        why = "" if diff else "The file is the same as in git's HEAD."
        if changed and not diff:
            why += f" The change was committed: 'git log -p -- {card.path.name}' in its folder shows it."
    return Changes(
        card=card.id,
        signed_sha256=signed,
        text_sha256=card.text_sha256,
        changed=changed,
        signature=_signature(card, changed),
        diff=diff,
        why_no_diff=why,
    )


def _signature(card: Card, changed: bool | None) -> str:
    review = card.review
    if changed is None:
        signed = "is a draft" if review.status is ReviewStatus.DRAFT else f"is marked {review.status} without a hash"
        return f"{card.id} {signed}: no version of it was signed. It is version {card.version} now."
    who = f"{review.by or 'nobody named'} on {review.on or 'an unknown day'}"
    if not changed:
        return f"{card.id} is as {who} signed it: version {card.version}, until {review.until}."
    return (
        f"{card.id} was changed since {who} signed version {(review.text_sha256 or '')[:12]}: "
        f"it is version {card.version} now, and counts as a draft."
    )


def _unified(before: str, after: str, name: str) -> list[str]:
    lines = []
    for line in difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"{name} (git HEAD)", f"{name} (now)"
    ):
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return lines


def _in_git(card: Card) -> tuple[str | None, str]:
    """The card's file in git's HEAD, or None and a sentence saying why there is none."""
    git = shutil.which("git")
    if git is None:
        return None, "git is not installed here, so the earlier words cannot be shown."
    command = [git, "-C", str(card.path.parent), "show", f"HEAD:./{card.path.name}"]
    try:
        # A fixed program and the name of a file that exists; no shell.
        done = subprocess.run(command, capture_output=True, timeout=_GIT_TIMEOUT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None, "git did not answer, so the earlier words cannot be shown."
    if done.returncode == 0:
        return done.stdout.decode("utf-8", errors="replace"), ""
    inside = subprocess.run(  # noqa: S603
        [*command[:3], "rev-parse", "--is-inside-work-tree"], capture_output=True, timeout=_GIT_TIMEOUT_S, check=False
    )
    if inside.returncode != 0:
        return None, "The folder is not under git, so the earlier words cannot be shown."
    return None, "git's HEAD does not have this file yet, so there are no earlier words to show."
