"""Changes to the health questions of the good content, each of which the rule `screening` refuses."""

from datetime import date
from pathlib import Path

from content_helpers import Change, Folder

PROTOCOL = "screening.yml"
WORDS = "screening_words.yml"
DECIDED = date(2025, 1, 31)
WHY = "Our own doctor asks this in person before each visit."
NEW_ITEM = """- id: epilepsy
  title: Epilepsy
  question: "Do you have fits?"
  reworded: "Have you ever had a seizure?"
  why: "The clinic wants to know."
  sources: [{source: overview, where: Contraindications}]
  outcome: review"""


def item_line(folder: Folder, item: str, start: str = "id:") -> int:
    """The 1-based line of a key of an item in screening.yml."""
    lines = folder.file(PROTOCOL).read_text(encoding="utf-8").splitlines()
    first = lines.index(f"- id: {item}")
    return next(n for n, line in enumerate(lines[first:], first + 1) if line.lstrip(" -").startswith(start))


def change_item(folder: Folder, item: str, old: str, new: str) -> Path:
    """Replace the first `old` of an item in screening.yml."""
    path = folder.file(PROTOCOL)
    before, mark, after = path.read_text(encoding="utf-8").partition(f"- id: {item}\n")
    own, more, rest = after.partition("\n- id: ")
    assert own.count(old) == 1, f"'{old}' stands {own.count(old)} times in {item}"
    path.write_text(f"{before}{mark}{own.replace(old, new)}{more}{rest}", encoding="utf-8")
    return path


def override(
    folder: Folder, item: str, change: str, *, by: str = "Dr. Ada Byron", on: date = DECIDED, reason: str = WHY
) -> None:
    """Add who answers for a looser protocol, at the end of screening.yml."""
    head = "" if "\noverrides:\n" in folder.file(PROTOCOL).read_text(encoding="utf-8") else "overrides:\n"
    lines = f'- item: {item}\n  change: {change}\n  by: {by}\n  on: {on}\n  reason: "{reason}"'
    folder.append(PROTOCOL, head + lines)


def milder_outcome(folder: Folder) -> tuple[Path, int]:
    path = change_item(folder, "pregnancy", "outcome: postpone", "outcome: review")
    return path, item_line(folder, "pregnancy", "outcome:")


def past_only_noted(folder: Folder) -> tuple[Path, int]:
    path = change_item(folder, "heart", "past: flagged", "past: noted")
    return path, item_line(folder, "heart", "past:")


def item_removed(folder: Folder) -> tuple[Path, int]:
    path = folder.file(PROTOCOL)
    path.write_text(path.read_text("utf-8").partition("- id: chemotherapy\n")[0], encoding="utf-8")
    words = folder.file(WORDS)
    words.write_text(words.read_text("utf-8").partition("  chemotherapy:\n")[0], encoding="utf-8")
    return path, folder.line(PROTOCOL, "items:")


def word_removed(folder: Folder) -> tuple[Path, int]:
    folder.change(WORDS, "diabetic, insulin, ", "diabetic, ")
    return folder.file(PROTOCOL), item_line(folder, "diabetes")


def words_all_removed(folder: Folder) -> tuple[Path, int]:
    words = folder.file(WORDS)
    words.write_text(words.read_text("utf-8").partition("  chemotherapy:\n")[0], encoding="utf-8")
    return folder.file(PROTOCOL), item_line(folder, "chemotherapy")


def word_only_means_no(folder: Folder) -> tuple[Path, int]:
    folder.change(WORDS, "lasting: [stent, pacemaker]", "lasting: [stent]\n    no_when_asked: [pacemaker]")
    return folder.file(PROTOCOL), item_line(folder, "heart")


def override_by_nobody(folder: Folder) -> tuple[Path, int]:
    milder_outcome(folder)
    override(folder, "pregnancy", "outcome", by="The Doctor")
    return folder.file(PROTOCOL), folder.line(PROTOCOL, "by:")


def override_of_nothing(folder: Folder) -> tuple[Path, int]:
    override(folder, "diabetes", "outcome")
    return folder.file(PROTOCOL), folder.line(PROTOCOL, "item: diabetes")


def override_of_no_item(folder: Folder) -> tuple[Path, int]:
    override(folder, "dragons", "removed")
    return folder.file(PROTOCOL), folder.line(PROTOCOL, "item: dragons")


def override_of_another_change(folder: Folder) -> tuple[Path, int]:
    milder_outcome(folder)
    override(folder, "pregnancy", "outcome")
    override(folder, "pregnancy", "past")
    lines = folder.file(PROTOCOL).read_text("utf-8").splitlines()
    return folder.file(PROTOCOL), lines.index("  change: past")


def item_id_twice(folder: Folder) -> tuple[Path, int]:
    text = folder.file(PROTOCOL).read_text(encoding="utf-8")
    own = text.partition("- id: chemotherapy\n")[2].rstrip()
    copy = f"- id: chemotherapy\n{own}"
    last = folder.append(PROTOCOL, copy)
    return folder.file(PROTOCOL), last - len(copy.splitlines()) + 1


def follow_up_id_twice(folder: Folder) -> tuple[Path, int]:
    path = folder.change(PROTOCOL, "- id: reaction", "- id: which")
    return path, item_line(folder, "allergy", 'question: "What happens') - 1


def _word(folder: Folder, word: str) -> tuple[Path, int]:
    path = folder.change(WORDS, "dialysis, ckd, kidney transplant]", f"dialysis, ckd, kidney transplant, {word}]")
    return path, folder.line(WORDS, "anywhere: [kidney")


def capital_letter(folder: Folder) -> tuple[Path, int]:
    return _word(folder, "Kidney pie")


def apostrophe(folder: Folder) -> tuple[Path, int]:
    return _word(folder, "butcher's kidneys")


def hyphen(folder: Folder) -> tuple[Path, int]:
    return _word(folder, "kidney-shaped pool")


def seven_words(folder: Folder) -> tuple[Path, int]:
    return _word(folder, "a pool the shape of a kidney")


def empty_word(folder: Folder) -> tuple[Path, int]:
    return _word(folder, '""')


def word_in_two_lists(folder: Folder) -> tuple[Path, int]:
    path = folder.change(WORDS, "passing: [hepatitis a]", "passing: [hepatitis a]\n    lasting: [cirrhosis]")
    return path, folder.line(WORDS, "anywhere: [liver")


def word_twice_in_a_list(folder: Folder) -> tuple[Path, int]:
    path = folder.change(WORDS, "passing: [hepatitis a]", "passing: [hepatitis a, hepatitis a]")
    return path, folder.line(WORDS, "passing:")


def words_of_no_item(folder: Folder) -> tuple[Path, int]:
    folder.append(WORDS, "  dragons:\n    anywhere: [dragon]")
    return folder.file(WORDS), folder.line(WORDS, "dragons:")


def item_of_the_words_written_twice(folder: Folder) -> tuple[Path, int]:
    folder.append(WORDS, "  chemotherapy:\n    anywhere: [chemotherapy, chemo, cancer treatment, chemo pump]")
    return folder.file(WORDS), len(folder.file(WORDS).read_text("utf-8").splitlines()) - 1


LOOSER: dict[str, tuple[Change, str, str, str]] = {
    "outcome": (milder_outcome, "pregnancy", "outcome", "'yes' leads to review instead of postpone"),
    "past": (past_only_noted, "heart", "past", "what is over is only noted instead of flagged"),
    "removed": (item_removed, "chemotherapy", "removed", "the item is not asked any more"),
    "word": (word_removed, "diabetes", "words", "these no longer count as a 'yes': insulin"),
    "word-means-no": (word_only_means_no, "heart", "words", "these no longer count as a 'yes': pacemaker"),
}
"""For each way to be looser: the change, the item, the `change` of its override, and what lint says of it."""

SCREENING_CASES: tuple[Change, ...] = (
    milder_outcome,
    past_only_noted,
    item_removed,
    word_removed,
    words_all_removed,
    word_only_means_no,
    override_by_nobody,
    override_of_nothing,
    override_of_no_item,
    override_of_another_change,
    item_id_twice,
    follow_up_id_twice,
    capital_letter,
    apostrophe,
    hyphen,
    seven_words,
    empty_word,
    word_in_two_lists,
    word_twice_in_a_list,
)
