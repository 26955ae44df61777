"""A folder of content that a test may change, and hands to change it with.

`good/` holds four cards that pass every rule: it is the tests' own, so that editing a real card breaks none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mesofaq.content.lint import Finding, Severity, lint

GOOD = Path(__file__).parent / "good"
REAL = Path(__file__).parents[2] / "content"
TODAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Folder:
    """A `content/` folder that a test may change."""

    path: Path

    def file(self, name: str) -> Path:
        """A file by its name, wherever in the folder it is."""
        if "/" in name or (self.path / name).exists():
            return self.path / name
        return next(self.path.rglob(name))

    def line(self, name: str, start: str) -> int:
        """The 1-based line of the first line that starts so, indentation and list signs aside."""
        lines = self.file(name).read_text(encoding="utf-8").splitlines()
        return next(n for n, line in enumerate(lines, 1) if line.lstrip(" -").startswith(start))

    def change(self, name: str, old: str, new: str) -> Path:
        """Replace the one place where `old` stands."""
        path = self.file(name)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    def append(self, name: str, text: str) -> int:
        """Add lines at the end of a file; the number of the last of them."""
        path = self.file(name)
        whole = path.read_text(encoding="utf-8").rstrip("\n") + f"\n{text}\n"
        path.write_text(whole, encoding="utf-8")
        return len(whole.splitlines())

    def lint(self, *, topics: frozenset[str] | None = None, today: date = TODAY) -> list[Finding]:
        """All findings."""
        return lint(self.path, topics=topics, today=today)

    def errors(self, *, topics: frozenset[str] | None = None, today: date = TODAY) -> list[tuple[str, Path, int]]:
        """Rule, file and line of every error."""
        found = self.lint(topics=topics, today=today)
        return [(item.rule, item.path, item.line) for item in found if item.severity is Severity.ERROR]


Change = Callable[[Folder], tuple[Path, int]]
"""Changes the folder in one way; the file and the line of the one error that it makes."""
