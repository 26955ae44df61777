"""One evaluation: read the messages, understand each with the current bundle, play the dialogues, count."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from mesofaq.chat.assistant import Assistant
from mesofaq.errors import Code, Problem
from mesofaq.evaluate.bars import Bar, check
from mesofaq.evaluate.cases import Case, Dialogue, Part, read_cases
from mesofaq.evaluate.judge import Judged, judge_all
from mesofaq.evaluate.output import Evaluation
from mesofaq.evaluate.own_service import own_service
from mesofaq.evaluate.play import play_all, service_client
from mesofaq.evaluate.preparation import loaded_bundle, vocabulary
from mesofaq.evaluate.service import service_at
from mesofaq.evaluate.summary import summarise
from mesofaq.evaluate.turns import JudgedDialogue, Words
from mesofaq.knowledge.bundle import Bundle
from mesofaq.settings import Settings
from mesofaq.understanding.models import Context

__all__ = ["evaluate"]

_TELL_EVERY = 200
_TELL_EVERY_DIALOGUES = 10

Progress = Callable[[str], None]


def evaluate(
    settings: Settings,
    files: Sequence[Path],
    *,
    part: Part | None = None,
    bars: Sequence[Bar] = (),
    service: str | None = None,
    progress: Progress = lambda _: None,
) -> Evaluation:
    """Evaluate the current bundle: messages with the service's own understanding in this process, dialogues through it.

    Args:
        settings: where content and bundles lie.
        files: labelled messages and dialogues, as `cases` describes them.
        part: take only these; None takes all, and still counts the parts apart.
        bars: the figures that must be reached.
        service: the address of a running service to play dialogues with; None starts one for them, with a Rasa and a
            record of its own.
        progress: is told, in a few words, what is being done.

    Raises:
        Problem: there is no bundle, a file cannot be used, nothing is left, no service can be had for the dialogues,
            or a bar has nothing to be held against.
    """
    assistant = Assistant(settings)
    bundle = loaded_bundle(assistant)
    labelled = read_cases(files, vocabulary(settings, bundle))
    messages = [case for case in labelled.messages if part is None or case.part is part]
    dialogues = [dialogue for dialogue in labelled.dialogues if part is None or dialogue.part is part]
    if not messages and not dialogues:
        which = f" of the part '{part}'" if part else ""
        raise Problem(Code.INVALID_REQUEST, f"There is no message{which} in {', '.join(map(str, files))}.")
    # Dialogues first: should they not be playable, one need not wait for the messages to hear of it.
    played: list[JudgedDialogue] = []
    if dialogues:
        with _service(settings, bundle, service, progress) as url:
            played = _play(url, dialogues, Words.of(assistant.replies), progress)
    judged = _understand(assistant, messages, progress)
    summaries = summarise(judged, played)
    broken = tuple(check(bars, summaries))
    return Evaluation(bundle, tuple(files), tuple(judged), tuple(played), summaries, broken)


def _service(
    settings: Settings, bundle: Bundle, url: str | None, progress: Progress
) -> contextlib.AbstractContextManager[str]:
    """The service to play dialogues with.

    Raises:
        Problem: as `service_at`; `invalid-request`, it answers from another bundle.
    """
    if url is None:
        return own_service(settings, bundle.folder, progress)
    running = service_at(url, settings)
    if running.bundle != bundle.id:
        raise Problem(
            Code.INVALID_REQUEST,
            f"The service at {running.url} answers from bundle {running.bundle}, and the messages are judged with "
            f"{bundle.id}: start it anew, or leave out --service.",
        )
    return contextlib.nullcontext(running.url)


def _play(url: str, dialogues: Sequence[Dialogue], words: Words, progress: Progress) -> list[JudgedDialogue]:
    turns = sum(len(dialogue.turns) for dialogue in dialogues)
    progress(f"Playing {len(dialogues)} dialogues with {turns} turns")
    with service_client(url) as client:
        tell = _counter("dialogues", len(dialogues), _TELL_EVERY_DIALOGUES, progress)
        return play_all(client, dialogues, words, played=tell)


def _understand(assistant: Assistant, messages: Sequence[Case], progress: Progress) -> list[Judged]:
    if messages:
        progress(f"Understanding {len(messages)} messages")
    tell = _counter("messages", len(messages), _TELL_EVERY, progress)
    return judge_all(messages, lambda text: assistant.understand(text, Context()), judged=tell)


def _counter(name: str, of: int, every: int, progress: Progress) -> Callable[[int], None]:
    """Tells of each `every`th."""

    def told(done: int) -> None:
        if done % every == 0 and done < of:
            progress(f"{done} of {of} {name}")

    return told
