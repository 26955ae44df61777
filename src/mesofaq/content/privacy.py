"""What patients are told about their data before they write: the text of `content/privacy.yml`."""

import hashlib
import json
from typing import Annotated

from pydantic import Field

from mesofaq.content.models import Clinic, Frozen, Review

__all__ = ["PrivacyText"]


class PrivacyText(Frozen):
    """The text on consent and purpose, a paragraph each."""

    review: Review
    text: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)

    def shown(self, clinic: Clinic) -> tuple[str, ...]:
        """The paragraphs as a patient of that clinic reads them.

        Raises:
            KeyError: a placeholder names nothing that the clinic has.
        """
        days = {f"{{{{clinic.retention.{name}}}}}": str(value) for name, value in clinic.retention}
        return tuple(clinic.fill(_with(paragraph, days)) for paragraph in self.text)

    def version(self, clinic: Clinic) -> str:
        """The version that a patient agrees to: 12 hexadecimal digits of the hash of the words as shown."""
        shown = json.dumps(self.shown(clinic), ensure_ascii=True)
        return hashlib.sha256(shown.encode()).hexdigest()[:12]


def _with(text: str, values: dict[str, str]) -> str:
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
