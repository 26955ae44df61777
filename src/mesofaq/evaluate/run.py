"""One evaluation: read the messages, understand each with the current bundle, count."""

from collections.abc import Sequence
from pathlib import Path

from mesofaq.chat.assistant import Assistant
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.bars import Bar, check
from mesofaq.evaluate.cases import Part, Vocabulary, read_cases
from mesofaq.evaluate.judge import judge_all
from mesofaq.evaluate.output import Evaluation
from mesofaq.evaluate.summary import summarise
from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.calibration import read_calibration_set
from mesofaq.settings import Settings
from mesofaq.understanding.models import Context
from mesofaq.understanding.normalise import fold_for_matching

__all__ = ["evaluate", "loaded_bundle", "vocabulary"]


def evaluate(
    settings: Settings, files: Sequence[Path], *, part: Part | None = None, bars: Sequence[Bar] = ()
) -> Evaluation:
    """Evaluate the current bundle with the service's own understanding, in this process.

    Args:
        settings: where content and bundles lie.
        files: labelled messages, as `cases` describes them.
        part: take only these messages; None takes all, and still counts the parts apart.
        bars: the figures that must be reached.

    Raises:
        Problem: there is no bundle, a file cannot be used, no message is left, or a bar has nothing to be held
            against.
    """
    assistant = Assistant(settings)
    bundle = loaded_bundle(assistant)
    cases = [case for case in read_cases(files, vocabulary(settings, bundle)) if part is None or case.part is part]
    if not cases:
        which = f" of the part '{part}'" if part else ""
        raise Problem(Code.INVALID_REQUEST, f"There is no message{which} in {', '.join(map(str, files))}.")
    judged = tuple(judge_all(cases, lambda text: assistant.understand(text, Context())))
    summaries = summarise(judged)
    return Evaluation(bundle, tuple(files), judged, summaries, tuple(check(bars, summaries)))


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
