"""The text on consent and purpose is in plain words, and says how long things are kept and whom to call."""

from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.content.rules.prose import grade
from mesofaq.content.rules.reading import MAX_GRADE

__all__ = ["FILE", "check"]

FILE = "privacy.yml"
_MUST_SAY = {
    "{{clinic.retention.transcripts_days}}": "how long a chat is kept",
    "{{clinic.retention.handoffs_days}}": "how long a chat is kept that went to a person",
    "{{clinic.emergency_number}}": "whom to call in an emergency",
}


def check(corpus: Corpus) -> Iterator[Finding]:
    """Paragraphs that read above grade 8, and facts that are not told."""
    path, paragraphs = corpus.folder / FILE, corpus.content.privacy.text
    for number, paragraph in enumerate(paragraphs):
        found = grade(paragraph)
        if found > MAX_GRADE:
            message = (
                f"the paragraph reads at US grade {found:.1f}; {MAX_GRADE:g} is the limit. "
                "Use shorter sentences and everyday words."
            )
            yield Finding.error(path, corpus.yaml_line(FILE, "text", number), "privacy", message)
    whole = " ".join(paragraphs)
    for placeholder, what in _MUST_SAY.items():
        if placeholder not in whole:
            message = f"the text does not say {what}. Add {placeholder}."
            yield Finding.error(path, corpus.yaml_line(FILE, "text"), "privacy", message)
