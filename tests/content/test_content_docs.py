"""`docs/content.md` says what the rules do: their names and their limits."""

import re
from pathlib import Path

from mesofaq.content.approval import MAX_YEARS
from mesofaq.content.lint import _RULES
from mesofaq.content.rules.examples import MIN_EXAMPLES
from mesofaq.content.rules.length import MAX_WORDS, MIN_WORDS
from mesofaq.content.rules.reading import MAX_GRADE, SENTENCE_GRADE, SENTENCE_MIN_WORDS

DOC = (Path(__file__).parents[2] / "docs" / "content.md").read_text(encoding="utf-8")


def row(rule: str) -> str:
    return next(line for line in DOC.splitlines() if line.startswith(f"| `{rule}` |"))


def test_every_rule_has_its_row_and_no_other_has() -> None:
    table = DOC.partition("| Rule |")[2].partition("\n\n")[0]
    rules = {rule.__module__.rpartition(".")[2] for rule in _RULES}
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", table)) == rules


def test_the_limits_are_the_ones_in_force() -> None:
    assert f"fewer than {MIN_WORDS} or more than {MAX_WORDS} words" in row("length")
    assert f"above US grade {MAX_GRADE:g}" in row("reading")
    assert f"a sentence of {SENTENCE_MIN_WORDS} words or more at grade {SENTENCE_GRADE:g} or above" in row("reading")
    assert f"fewer than {MIN_EXAMPLES} different examples" in row("examples")
    assert MAX_YEARS == 2
    assert "two years at most" in DOC
