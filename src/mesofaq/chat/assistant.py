"""Everything that understands and speaks, loaded once and swapped whole when a new bundle appears.

A damaged or missing bundle never takes the service down: the old one goes on, and without any, triage still runs and
every other message goes to a person.
"""

import logging
from datetime import date
from pathlib import Path

from mesofaq.content.loader import Content, load_content
from mesofaq.content.models import Card, ReviewStatus
from mesofaq.dialogue import runtime
from mesofaq.dialogue.replies import Replies
from mesofaq.errors import Problem
from mesofaq.knowledge.bundle import Bundle, current_bundle, load_bundle
from mesofaq.screening.baseline import looser, overridden
from mesofaq.settings import Settings
from mesofaq.understanding.first_look import FirstLook
from mesofaq.understanding.models import Context, Understanding
from mesofaq.understanding.pipeline import Understander, judge_only
from mesofaq.understanding.triage import Triage

__all__ = ["Assistant"]

_log = logging.getLogger(__name__)


class Assistant:
    """The live content, triage, knowledge and replies of this process.

    Args:
        settings: where content and bundles lie, and whether this is production.

    Raises:
        Problem: `content-invalid` when a content file cannot be read: serving half of it would be worse.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.content: Content = load_content(settings.content)
        # Compared once: thousands of words, and it is asked for with every answer.
        self._looser = looser(self.content.screening)
        spelt = (f"{card.body} {' '.join(card.questions)}" for card in self.content.cards.values())
        self.triage = Triage(self.content.triage, spelt, self.content.triage_languages)
        self.bundle: Bundle | None = None
        self._understander: Understander | None = None
        self._refused: tuple[object, ...] | None = None
        self.problem: str | None = None
        self.replies = self._speak_with(None)
        self.reload()

    def reload(self) -> bool:
        """Load the current bundle if it is another than the one in use.

        Returns:
            Whether a new bundle is in use now. A bundle that is refused leaves the old one in use; why is in
            `problem`, and it is not tried again until one of its files changes.
        """
        folder = self._settings.bundle or current_bundle(self._settings.var / "bundles")
        if folder is not None and self.bundle is not None and self.bundle.folder == folder:
            self._refused, self.problem = None, None
            return False
        seen = _seen(folder)
        if seen == self._refused:
            return False
        try:
            if folder is None:
                self._refused = seen
                self.problem = "There is no knowledge bundle yet. Run 'mesofaq content build' (or 'make up')."
                return False
            bundle = load_bundle(folder)
        except Problem as problem:
            self._refused, self.problem = seen, problem.detail
            _log.error("bundle_refused: %s", problem.detail)
            return False
        # Everything is made ready before anything is replaced: a message in flight keeps what it started with.
        understander = Understander(
            self.triage, bundle, self.content.screening, self._servable_in(bundle), lambda: self.screens
        )
        replies = self._speak_with(bundle)
        self.bundle, self._understander, self.replies = bundle, understander, replies
        self._refused, self.problem = None, None
        _log.info("bundle_loaded: %s", bundle.id)
        return True

    def look(self, text: str) -> FirstLook | None:
        """Triage one message by rules and second opinion; None without a bundle, when the rules stand alone."""
        understander = self._understander
        return None if understander is None else understander.look(text)

    def understand(self, text: str, context: Context, look: FirstLook | None = None) -> Understanding:
        """Understand one message; without a bundle, by triage alone."""
        understander = self._understander
        if understander is None:
            return judge_only(self.triage, text)
        return understander.understand(text, context, look)

    @property
    def shows_drafts(self) -> bool:
        """Whether texts without a current approval are being served, and the page must say so."""
        if self._settings.env == "production" or self.bundle is None:
            return False
        if self.content.screening.status_on(_today()) is not ReviewStatus.APPROVED:
            return True
        return any(card.status_on(_today()) is not ReviewStatus.APPROVED for card in self.bundle.cards.values())

    @property
    def screens(self) -> bool:
        """Whether the pre-screening may be offered today: its protocol is as strict as it must be, and signed.

        In development an unsigned one is, under the notice that texts await approval.
        """
        protocol = self.content.screening
        if any(overridden(one, protocol, _today()) is None for one in self._looser):
            return False
        return self._settings.env != "production" or protocol.status_on(_today()) is ReviewStatus.APPROVED

    def servable(self, card_id: str) -> bool:
        """Whether the card with that id may be shown today."""
        return self.bundle is not None and _servable(self.bundle, card_id, self._settings)

    def _servable_in(self, bundle: Bundle) -> "_Servable":
        return _Servable(bundle, self._settings)

    def _speak_with(self, bundle: Bundle | None) -> Replies:
        servable = self.servable if bundle is None else self._servable_in(bundle)
        replies = Replies(self.content, bundle, servable, _status, lambda: self.screens)
        runtime.install(runtime.Runtime(replies, self.content.screening))
        return replies


class _Servable:
    """Whether a card of one bundle may be shown; asked anew each day, because approvals run out."""

    def __init__(self, bundle: Bundle, settings: Settings) -> None:
        self._bundle = bundle
        self._settings = settings

    def __call__(self, card_id: str) -> bool:
        return _servable(self._bundle, card_id, self._settings)


def _servable(bundle: Bundle, card_id: str, settings: Settings) -> bool:
    card = bundle.cards.get(card_id)
    return card is not None and bundle.servable(card, production=settings.env == "production", today=_today())


def _seen(folder: Path | None) -> tuple[object, ...]:
    """What a bundle's folder looks like from outside: a bundle built anew has the same name and other times."""
    files = sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []
    return (folder, *((path.name, path.stat().st_mtime_ns) for path in files))


def _status(card: Card) -> str:
    return str(card.status_on(_today()))


def _today() -> date:
    # The local date: an approval that ends today is still good this evening where the clinic is.
    return date.today()
