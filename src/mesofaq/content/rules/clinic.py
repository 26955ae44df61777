"""The clinic's own facts: invented ones are told apart, and they agree with each other."""

import re
from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding

__all__ = ["check"]

_FILE = "clinic.yml"
# A telephone number: seven digits or more, with the usual signs between them.
_NUMBER = re.compile(r"\+?\d(?:[\s().-]*\d){6,}")


def check(corpus: Corpus) -> Iterator[Finding]:
    """The placeholder, example values in a real file, numbers and hours that cannot be right."""
    clinic, path = corpus.content.clinic, corpus.folder / _FILE
    if clinic.placeholder:
        yield Finding.notice(
            path,
            corpus.yaml_line(_FILE, "placeholder"),
            "clinic",
            "the clinic's facts are a placeholder. Write your own, then set 'placeholder: false'.",
        )
    else:
        for key in ("email", "booking_url"):
            if re.search(r"\.(example|invalid|test)(?![\w-])", getattr(clinic, key)):
                yield Finding.error(
                    path,
                    corpus.yaml_line(_FILE, key),
                    "clinic",
                    f"'{key}' is still an example. Write the clinic's own, or set 'placeholder: true'.",
                )
    numbers = _NUMBER.findall(clinic.complication_advice)
    if numbers and _digits(clinic.phone) not in {_digits(number) for number in numbers}:
        yield Finding.error(
            path,
            corpus.yaml_line(_FILE, "complication_advice"),
            "clinic",
            f"the advice says to call {numbers[0]} but the clinic's phone is {clinic.phone}. Make them agree.",
        )
    if not re.fullmatch(r"[\d\s+-]{2,}", clinic.emergency_number):
        yield Finding.error(
            path,
            corpus.yaml_line(_FILE, "emergency_number"),
            "clinic",
            f"'{clinic.emergency_number}' is no number to call. Write the emergency number in digits.",
        )
    for position, hours in enumerate(clinic.opening_hours):
        if hours.opens >= hours.closes:
            times = f"{hours.opens:%H:%M} to {hours.closes:%H:%M}"
            yield Finding.error(
                path,
                corpus.yaml_line(_FILE, "opening_hours", position, "opens"),
                "clinic",
                f"the opening hours {times} end before they begin. Correct the times.",
            )


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
