"""What an evaluation needs first: the bundle in use, and what labelled messages are checked against."""

from mesofaq.chat.assistant import Assistant
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.cases import Vocabulary
from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.calibration import read_calibration_set
from mesofaq.settings import Settings
from mesofaq.understanding.normalise import fold_for_matching

__all__ = ["loaded_bundle", "vocabulary"]


def loaded_bundle(assistant: Assistant) -> Bundle:
    """The bundle in use.

    Raises:
        Problem: `bundle-missing`, there is none that can be used.
    """
    if assistant.bundle is None:
        raise Problem(Code.BUNDLE_MISSING, assistant.problem or "There is no knowledge bundle.")
    return assistant.bundle


def vocabulary(settings: Settings, bundle: Bundle) -> Vocabulary:
    """What labelled messages are checked against.

    Raises:
        Problem: `content-invalid`, the calibration set cannot be read.
    """
    tuned_on, _ = read_calibration_set(settings.content / "calibration")
    return Vocabulary(
        labels=frozenset(bundle.labels),
        tuned_on=frozenset(fold_for_matching(text) for text in tuned_on),
        known=frozenset(fold_for_matching(entry.text) for entry in bundle.entries),
        text_max_chars=settings.text_max_chars,
    )
