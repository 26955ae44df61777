"""The triage lexicon says what it seems to say: a wording that can never match is a red flag missed."""

from collections.abc import Iterator

from mesofaq.content.rules.base import Corpus, Finding

__all__ = ["check"]

_FILE = "triage.yml"
_CLASSES = ("emergency", "complication", "medicine_change", "personal_medical")


def check(corpus: Corpus) -> Iterator[Finding]:
    """Wordings that are no text or cannot match; rules without id or class; ids used twice."""
    concepts, rules = corpus.content.triage.get("concepts"), corpus.content.triage.get("rules")
    if not isinstance(concepts, dict) or not isinstance(rules, list):
        yield _error(corpus, "the file needs 'concepts' (a mapping) and 'rules' (a list). Write them.")
        return
    yield from _wordings(corpus, "concepts", concepts)
    context = corpus.content.triage.get("context")
    if isinstance(context, dict):
        yield from _wordings(corpus, "context", {k: v for k, v in context.items() if isinstance(v, list)})
    seen: set[object] = set()
    for number, rule in enumerate(rules):
        at = ("rules", number)
        if not isinstance(rule, dict) or not {"id", "class"} <= rule.keys():
            yield _error(corpus, "a rule needs an 'id' and a 'class'. Write them.", *at)
            continue
        if rule["id"] in seen:
            yield _error(corpus, f"two rules are called '{rule['id']}'. Rename one of them.", *at, "id")
        seen.add(rule["id"])
        if rule["class"] not in _CLASSES:
            message = f"there is no class '{rule['class']}'. Use one of {', '.join(_CLASSES)}."
            yield _error(corpus, message, *at, "class")
        if not rule.get("any") and not rule.get("all"):
            yield _error(corpus, f"the rule '{rule['id']}' can never fire. Write 'any' or 'all'.", *at)


def _wordings(corpus: Corpus, section: str, lists: dict[str, object]) -> Iterator[Finding]:
    for name, wordings in lists.items():
        for number, wording in enumerate(wordings if isinstance(wordings, list) else [None]):
            at = (section, name, number)
            if not isinstance(wording, str) or not wording.strip():
                # YAML takes a bare yes, no, on or 12 for something other than a word.
                yield _error(corpus, f"a wording of '{name}' is no text. Put it in quotes.", *at)
            elif wording != wording.lower() or "'" in wording or "’" in wording:
                message = f"'{wording}' can never match. Write it in small letters and without apostrophes."
                yield _error(corpus, message, *at)


def _error(corpus: Corpus, message: str, *at: str | int) -> Finding:
    return Finding.error(corpus.folder / _FILE, corpus.yaml_line(_FILE, *at), "triage", message)
