"""The bars of the pre-screening: `--fail-under screening.exact=0.97`, `--fail-over screening.missed=0`."""

from collections.abc import Iterator, Sequence

from mesofaq.errors import Code, Problem
from mesofaq.evaluate.screening_run import ScreeningPart

__all__ = ["check_screening"]


def check_screening(under: Sequence[str], over: Sequence[str], parts: Sequence[ScreeningPart]) -> list[str]:
    """One sentence for each bar that is not reached, held against the surest part that has something to count.

    Raises:
        Problem: `invalid-request`, a bar names no figure of the pre-screening or no share, or one of nothing.
    """
    found = []
    for texts, at_least in ((under, True), (over, False)):
        for text in texts:
            found += list(_broken(text, parts, at_least=at_least))
    return found


def _broken(text: str, parts: Sequence[ScreeningPart], *, at_least: bool) -> Iterator[str]:
    name, _, number = text.strip().removeprefix("screening.").partition("=")
    counted = [figure for part in parts for figure in part.figures if figure.name == name]
    if not counted:
        names = ", ".join(figure.name for figure in parts[0].figures)
        raise Problem(Code.INVALID_REQUEST, f"'{text}' is no bar: the pre-screening has {names}.")
    try:
        limit = float(number)
    except ValueError:
        limit = -1.0
    if not 0 <= limit <= 1:
        raise Problem(Code.INVALID_REQUEST, f"'{text}' is no bar: write a share, e.g. screening.exact=0.97.")
    figure = next((one for one in counted if one.of), None)
    if figure is None:  # it must not pass for that
        raise Problem(Code.INVALID_REQUEST, f"Nothing was played that '{name}' counts, so '{text}' cannot be held.")
    if figure.share < limit if at_least else figure.share > limit:
        which = "at least" if at_least else "at most"
        yield f"{figure.title}: {figure.share:.1%} ({figure.count} of {figure.of}), and it must be {which} {limit:.1%}."
