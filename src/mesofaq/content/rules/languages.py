"""Every language that the clinic offers has its red flags and its fixed texts, and those name the number to call."""

from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding

__all__ = ["FLAGS_FILE", "TEXTS_FILE", "check"]

TEXTS_FILE = "languages.yml"
FLAGS_FILE = "triage_languages.yml"
_NUMBER = "{{clinic.emergency_number}}"


def check(corpus: Corpus) -> Iterator[Finding]:
    """Languages of `clinic.yml` without text or red flags, or named twice; texts without the emergency number."""
    content = corpus.content
    for position, code in enumerate(content.clinic.languages):
        if code in content.clinic.languages[:position]:
            yield _error(corpus, position, f"the language '{code}' is named twice. Remove one of them.")
        if code not in content.languages:
            yield _error(corpus, position, f"'{code}' has no text in {TEXTS_FILE}. Write it, or remove the language.")
        if code not in content.triage_languages:
            yield _error(corpus, position, f"'{code}' has no red flags in {FLAGS_FILE}. Write them, or remove it.")
    for code, texts in content.languages.items():
        for key in ("other_language", "emergency", "emergency_self_harm"):
            if _NUMBER not in getattr(texts, key):
                line = corpus.yaml_line(TEXTS_FILE, "languages", code, key)
                message = f"the text '{key}' of '{code}' does not say whom to call. Add {_NUMBER}."
                yield Finding.error(corpus.folder / TEXTS_FILE, line, "languages", message)


def _error(corpus: Corpus, position: int, message: str) -> Finding:
    line = corpus.yaml_line("clinic.yml", "languages", position)
    return Finding.error(corpus.folder / "clinic.yml", line, "languages", message)
