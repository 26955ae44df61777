"""Each rule: one change to good content makes exactly that rule fail, in the right file and on the right line."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from content_helpers import REAL, TODAY, Change, Folder
from content_screening_cases import (
    SCREENING_CASES,
    capital_letter,
    item_of_the_words_written_twice,
    milder_outcome,
    words_of_no_item,
)

from mesofaq.content import load_content
from mesofaq.content.lint import _RULES, Severity, lint, read_topics

HARD = (
    "Consequently, practitioners administering individualized polynutritional formulations necessitate comprehensive "
    "immunological evaluation beforehand."
)
SIGNED = "status: approved\n  by: Ada Byron\n  on: 2026-05-01\n  until: {until}\n  text_sha256: {sha}"


def body(folder: Folder, name: str, extra: str) -> tuple[Path, int]:
    """Add a paragraph to a card's answer."""
    line = folder.append(name, f"\n{extra}")
    return folder.file(name), line


def sign(folder: Folder, name: str, *, until: str = "2027-01-01", sha: str = "") -> Path:
    """Mark a card as approved, by hand."""
    card = load_content(folder.path).cards[name]
    return folder.change(f"{name}.md", "status: draft", SIGNED.format(until=until, sha=sha or card.text_sha256))


def test_good_content_passes(folder: Folder) -> None:
    assert folder.errors() == []


def test_the_real_content_has_nothing_worse_than_drafts_and_the_placeholder() -> None:
    cards = load_content(REAL).cards.values()
    # The day of the newest sign-off, so that time alone breaks no test; `mesofaq content lint` judges by today.
    today = max([TODAY, *(card.review.on for card in cards if card.review.on)])
    found = lint(REAL, topics=None, today=today)
    assert [item for item in found if item.severity is Severity.ERROR] == []
    assert {item.rule for item in found} <= {"review", "clinic"}
    assert len(read_topics(REAL) or ()) == len(cards) == 66


def unknown_source(folder: Folder) -> tuple[Path, int]:
    path = folder.change("after-wash.md", "source: guide-101", "source: hearsay")
    return path, folder.line("after-wash.md", "source: hearsay")


def unknown_source_in_screening(folder: Folder) -> tuple[Path, int]:
    path = folder.change("screening.yml", "source: stylecraze", "source: hearsay")
    return path, folder.line("screening.yml", "source: hearsay")


def source_without_place(folder: Folder) -> tuple[Path, int]:
    where = "where: What precautions should be taken before and after treatment?"
    path = folder.change("after-wash.md", where, 'where: " "')
    return path, folder.line("after-wash.md", 'where: " "')


def no_source(folder: Folder) -> tuple[Path, int]:
    path = folder.change("book-consultation.md", "[{source: clinic, where: content/clinic.yml}]", "[]")
    return path, folder.line("book-consultation.md", "sources:")


def hard_sentence(folder: Folder) -> tuple[Path, int]:
    path = folder.change("after-wash.md", "Plan ahead if you", f"{HARD} Plan ahead if you")
    return path, folder.line("after-wash.md", "Consequently")


def hard_sentence_late_in_a_line(folder: Folder) -> tuple[Path, int]:
    path = folder.change("after-wash.md", "follow that. They know", f"follow that. {HARD} They know")
    return path, folder.line("after-wash.md", "If your clinic gave you")


def duplicate_question(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "- Is hair mesotherapy expensive?", "- when can I wash my hair, after a session?")
    return path, folder.line("cost.md", "when can I wash")


def near_duplicate_question(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "- Is hair mesotherapy expensive?", "- After the session, when may I wash my hair?")
    return path, folder.line("cost.md", "After the session")


def question_repeated_in_the_card(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "- Is hair mesotherapy expensive?", "- How much does hair mesotherapy cost")
    return path, folder.line("cost.md", "How much does hair mesotherapy cost")


def example_is_another_cards_question(folder: Folder) -> tuple[Path, int]:
    line = folder.append("cost.examples.txt", "when can i wash my hair after a session")
    return folder.file("cost.examples.txt"), line


def example_twice_in_the_card(folder: Folder) -> tuple[Path, int]:
    line = folder.append("cost.examples.txt", "quanto costa, my friend?\nQUANTO COSTA my friend")
    return folder.file("cost.examples.txt"), line


def example_of_two_cards(folder: Folder) -> tuple[Path, int]:
    folder.append("after-wash.examples.txt", "zebra stripes?")
    line = folder.append("cost.examples.txt", "Zebra stripes")
    return folder.file("cost.examples.txt"), line


def few_examples(folder: Folder) -> tuple[Path, int]:
    path = folder.file("cost.examples.txt")
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[:39]) + "\n# a comment\n\n", encoding="utf-8")
    return path, 1


def no_examples(folder: Folder) -> tuple[Path, int]:
    path = folder.file("cost.examples.txt")
    path.unlink()
    return path, 1


def examples_of_no_card(folder: Folder) -> tuple[Path, int]:
    path = folder.file("cost.examples.txt")
    target = path.with_name("costs.examples.txt")
    target.write_text("how much?\n", encoding="utf-8")
    return target, 1


def claim(folder: Folder) -> tuple[Path, int]:
    return body(folder, "after-wash.md", "The wash is painless.")


def claim_in_a_list(folder: Folder) -> tuple[Path, int]:
    return body(folder, "after-wash.md", "You get:\n\n- clean hair\n- a cure for baldness")


def claim_in_the_evidence(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "evidence: Price ranges", "evidence: Guaranteed price ranges")
    return path, folder.line("cost.md", "evidence:")


def claim_in_a_phrase(folder: Folder) -> tuple[Path, int]:
    path = folder.change("phrases.yml", "You are welcome.", "You are welcome. Our treatment is FDA approved.")
    return path, folder.line("phrases.yml", "thank:")


def claim_before_the_screening(folder: Folder) -> tuple[Path, int]:
    path = folder.change("screening.yml", 'about: "Whose', 'about: "It is painless. Whose')
    return path, folder.line("screening.yml", "about:")


def claim_in_a_label_of_the_screening(folder: Folder) -> tuple[Path, int]:
    path = folder.change("screening.yml", 'past: "in the past"', 'past: "painless"')
    return path, folder.line("screening.yml", "labels:")


def claim_in_a_follow_up(folder: Folder) -> tuple[Path, int]:
    path = folder.change("screening.yml", '"What are you allergic to?"', '"It is painless. What is it?"')
    return path, folder.line("screening.yml", 'question: "It is painless.')


def advice_to_stop_a_medicine(folder: Folder) -> tuple[Path, int]:
    return body(folder, "after-wash.md", "Before the wash, stop taking aspirin.")


def too_short(folder: Folder) -> tuple[Path, int]:
    path = folder.file("after-wash.md")
    head = path.read_text("utf-8").rpartition("---\n")[0]
    path.write_text(f"{head}---\n\nWait for two days.\n", encoding="utf-8")
    return path, folder.line("after-wash.md", "Wait for two days.")


def too_long(folder: Folder) -> tuple[Path, int]:
    body(folder, "after-wash.md", "You can ask us. " * 8)
    return folder.file("after-wash.md"), folder.line("after-wash.md", "The safest plan")


def expired(folder: Folder) -> tuple[Path, int]:
    path = sign(folder, "after-wash", until="2026-05-31")
    return path, folder.line("after-wash.md", "until:")


def edited_after_approval(folder: Folder) -> tuple[Path, int]:
    path = sign(folder, "after-wash")
    folder.change("after-wash.md", "wait 48 hours before you", "wait 4 hours before you")
    return path, folder.line("after-wash.md", "text_sha256:")


def approved_without_a_name(folder: Folder) -> tuple[Path, int]:
    path = sign(folder, "after-wash")
    folder.change("after-wash.md", "  by: Ada Byron\n", "")
    return path, folder.line("after-wash.md", "status:")


def approved_without_a_hash(folder: Folder) -> tuple[Path, int]:
    path = sign(folder, "after-wash")
    path.write_text(re.sub(r"(?m)^  text_sha256: .*\n", "", path.read_text("utf-8")), encoding="utf-8")
    return path, folder.line("after-wash.md", "status:")


def approved_by_nobody(folder: Folder) -> tuple[Path, int]:
    path = sign(folder, "after-wash")
    folder.change("after-wash.md", "by: Ada Byron", "by: Test Doctor")
    return path, folder.line("after-wash.md", "by:")


def reviewed_in_the_future(folder: Folder) -> tuple[Path, int]:
    path = sign(folder, "after-wash")
    folder.change("after-wash.md", "on: 2026-05-01", "on: 2026-07-01")
    return path, folder.line("after-wash.md", "on:")


def sign_screening(folder: Folder) -> Path:
    """Mark the screening protocol as approved, by hand."""
    sha = load_content(folder.path).screening.text_sha256
    return folder.change("screening.yml", "status: draft", SIGNED.format(until="2027-01-01", sha=sha))


def screening_reviewed_without_a_date(folder: Folder) -> tuple[Path, int]:
    path = sign_screening(folder)
    folder.change("screening.yml", "  on: 2026-05-01\n", "")
    return path, folder.line("screening.yml", "status: approved")


def screening_approved_without_a_hash(folder: Folder) -> tuple[Path, int]:
    path = sign_screening(folder)
    path.write_text(re.sub(r"(?m)^  text_sha256: .*\n", "", path.read_text("utf-8")), encoding="utf-8")
    return path, folder.line("screening.yml", "review:")


def screening_edited_after_approval(folder: Folder) -> tuple[Path, int]:
    path = sign_screening(folder)
    folder.change("screening.yml", "Do you have any allergies?", "Do you have an allergy?")
    return path, folder.line("screening.yml", "text_sha256:")


def screening_words_edited_after_approval(folder: Folder) -> tuple[Path, int]:
    path = sign_screening(folder)
    folder.change(
        "screening_words.yml", "dialysis, ckd, kidney transplant]", "dialysis, ckd, kidney transplant, nephritis]"
    )
    return path, folder.line("screening.yml", "text_sha256:")


def missing_topic(folder: Folder) -> tuple[Path, int]:
    line = folder.append("topics.yml", "- id: new-topic\n  asks: Is this new?")
    return folder.file("topics.yml"), line - 1


def broken_yaml(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "evidence: Price", "evidence: [Price")
    return path, folder.line("cost.md", "see_also:")


def no_front_matter(folder: Folder) -> tuple[Path, int]:
    path = folder.file("cost.md")
    path.write_text("Just an answer.\n", encoding="utf-8")
    return path, 1


def unknown_key(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "evidence: ", "evidance: none\nevidence: ")
    return path, folder.line("cost.md", "evidance")


def key_written_twice(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "see_also: ", "see_also: [diabetes]\nsee_also: ")
    return path, folder.line("cost.md", "see_also: [after-wash]")


def file_name_is_not_the_id(folder: Folder) -> tuple[Path, int]:
    for suffix in (".md", ".examples.txt"):
        path = folder.file(f"cost{suffix}")
        path.rename(path.with_name(f"costs{suffix}"))
    return folder.file("costs.md"), 2


def bad_byte(folder: Folder) -> tuple[Path, int]:
    path = folder.file("cost.md")
    line = folder.line("cost.md", "Plan for")
    path.write_bytes(path.read_bytes().replace(b"Plan for", b"Pl\xe4n for"))
    return path, line


def broken_clinic_file(folder: Folder) -> tuple[Path, int]:
    path = folder.change("clinic.yml", "reply_target_hours: 8", "reply_target_hours: soon")
    return path, folder.line("clinic.yml", "reply_target_hours")


def unknown_see_also(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "see_also: [after-wash]", "see_also:\n- after-wash\n- dragons")
    return path, folder.line("cost.md", "dragons")


def unknown_screening_card(folder: Folder) -> tuple[Path, int]:
    path = folder.change("screening.yml", "card: diabetes", "card: dragons")
    return path, folder.line("screening.yml", "card: dragons")


def unknown_starter_card(folder: Folder) -> tuple[Path, int]:
    path = folder.change("clinic.yml", "starter_cards: [after-wash, cost]", "starter_cards: [after-wash, dragons]")
    return path, folder.line("clinic.yml", "starter_cards")


def unknown_concept(folder: Folder) -> tuple[Path, int]:
    path = folder.change("triage.yml", "any: [cannot_breathe,", "any: [cannot_fly,")
    return path, folder.line("triage.yml", "{id: breathing")


def unknown_phrase(folder: Folder) -> tuple[Path, int]:
    path = folder.change("triage.yml", "text: emergency_self_harm", "text: emergency_dragons")
    return path, folder.line("triage.yml", "{id: self-harm")


def unknown_placeholder(folder: Folder) -> tuple[Path, int]:
    path = folder.change("cost.md", "{{clinic.prices}}", "{{clinic.price}}")
    return path, folder.line("cost.md", "{{clinic.price}}")


def placeholder_in_another_card(folder: Folder) -> tuple[Path, int]:
    return body(folder, "after-wash.md", "Call {{clinic.phone}}.")


def broken_placeholder(folder: Folder) -> tuple[Path, int]:
    path = folder.file("phrases.yml")
    path.write_text(path.read_text("utf-8").replace("{{clinic.name}}", "{{clinic.name}", 1), encoding="utf-8")
    return path, folder.line("phrases.yml", "greet:")


def wording_that_is_no_text(folder: Folder) -> tuple[Path, int]:
    path = folder.change("triage.yml", "seizure: [having a seizure", "seizure: [12, having a seizure")
    return path, folder.line("triage.yml", "seizure:")


def wording_that_cannot_match(folder: Folder) -> tuple[Path, int]:
    path = folder.change(
        "triage.yml", "seizure: [having a seizure", 'seizure: ["can\'t stop shaking", having a seizure'
    )
    return path, folder.line("triage.yml", "seizure:")


def unknown_class(folder: Folder) -> tuple[Path, int]:
    path = folder.change("triage.yml", "{id: breathing, class: emergency", "{id: breathing, class: emergancy")
    return path, folder.line("triage.yml", "{id: breathing")


def hard_privacy_paragraph(folder: Folder) -> tuple[Path, int]:
    hard = "The aforementioned institution administratively accumulates individually attributable conversational data."
    path = folder.change("privacy.yml", "Do not use this chat in an emergency.", hard)
    return path, folder.line("privacy.yml", '"The aforementioned')


def privacy_text_without_the_days(folder: Folder) -> tuple[Path, int]:
    path = folder.change("privacy.yml", "{{clinic.retention.transcripts_days}} days", "some days")
    return path, folder.line("privacy.yml", "text:")


def real_clinic_with_an_example_address(folder: Folder) -> tuple[Path, int]:
    folder.change("clinic.yml", "placeholder: true", "placeholder: false")
    folder.change("clinic.yml", "https://clinic.example/book", "https://hair.clinic/book")
    return folder.file("clinic.yml"), folder.line("clinic.yml", "email:")


def two_phone_numbers(folder: Folder) -> tuple[Path, int]:
    path = folder.change("clinic.yml", 'phone: "+1 555 0100"', 'phone: "+1 555 0199"')
    return path, folder.line("clinic.yml", "complication_advice")


def hours_that_end_early(folder: Folder) -> tuple[Path, int]:
    path = folder.change("clinic.yml", 'closes: "14:00"', 'closes: "04:00"')
    return path, folder.line("clinic.yml", 'opens: "10:00"')


def language_without_texts(folder: Folder) -> tuple[Path, int]:
    shutil.copy(REAL / "triage_languages.yml", folder.path)
    return folder.file("clinic.yml"), folder.append("clinic.yml", "languages: [tr]")


def foreign_text_without_the_number(folder: Folder) -> tuple[Path, int]:
    shutil.copy(REAL / "languages.yml", folder.path)
    path = folder.change("languages.yml", "Rufen Sie im Notfall {{clinic.emergency_number}} an.", "Alles Gute.")
    return path, next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "Alles" in text)


CASES: dict[str, tuple[Change, ...]] = {
    "sources": (unknown_source, unknown_source_in_screening, source_without_place, no_source),
    "reading": (hard_sentence, hard_sentence_late_in_a_line),
    "length": (too_short, too_long),
    "duplicates": (
        duplicate_question,
        near_duplicate_question,
        question_repeated_in_the_card,
        example_is_another_cards_question,
        example_twice_in_the_card,
    ),
    "examples": (example_of_two_cards, few_examples, no_examples),
    "claims": (
        claim,
        claim_in_a_list,
        claim_in_the_evidence,
        claim_in_a_phrase,
        claim_before_the_screening,
        claim_in_a_label_of_the_screening,
        claim_in_a_follow_up,
        advice_to_stop_a_medicine,
    ),
    "review": (
        expired,
        edited_after_approval,
        approved_without_a_name,
        approved_without_a_hash,
        approved_by_nobody,
        reviewed_in_the_future,
        screening_reviewed_without_a_date,
        screening_approved_without_a_hash,
        screening_edited_after_approval,
        screening_words_edited_after_approval,
    ),
    "coverage": (missing_topic,),
    "schema": (
        broken_yaml,
        no_front_matter,
        unknown_key,
        key_written_twice,
        file_name_is_not_the_id,
        bad_byte,
        broken_clinic_file,
        examples_of_no_card,
        words_of_no_item,
        item_of_the_words_written_twice,
    ),
    "references": (
        unknown_see_also,
        unknown_screening_card,
        unknown_starter_card,
        unknown_concept,
        unknown_phrase,
        unknown_placeholder,
        placeholder_in_another_card,
        broken_placeholder,
    ),
    "screening": SCREENING_CASES,
    "triage": (wording_that_is_no_text, wording_that_cannot_match, unknown_class),
    "languages": (language_without_texts, foreign_text_without_the_number),
    "privacy": (hard_privacy_paragraph, privacy_text_without_the_days),
    "clinic": (real_clinic_with_an_example_address, two_phone_numbers, hours_that_end_early),
}


@pytest.mark.parametrize(
    ("rule", "change"),
    [pytest.param(rule, change, id=change.__name__) for rule, changes in CASES.items() for change in changes],
)
def test_one_change_fails_one_rule(folder: Folder, rule: str, change: Change) -> None:
    path, line = change(folder)
    assert folder.errors() == [(rule, path, line)]


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == {rule.__module__.rpartition(".")[2] for rule in _RULES}


def test_messages_are_sentences_that_say_what_to_do(folder: Folder) -> None:
    for change in (hard_sentence, claim, few_examples, unknown_starter_card, milder_outcome, capital_letter):
        change(folder)
    for found in folder.lint():
        assert found.message.endswith("."), found.message
        assert found.line >= 1
        assert found.path.exists()


def test_topics_can_be_given(folder: Folder) -> None:
    have = read_topics(folder.path)
    assert have is not None
    assert folder.errors(topics=have) == []
    assert folder.errors(topics=have | {"new-topic"}) == [("coverage", folder.path / "topics.yml", 1)]


def test_an_unreadable_list_of_topics_is_an_error(folder: Folder) -> None:
    folder.file("topics.yml").write_text("topics: later\n", encoding="utf-8")
    assert folder.errors() == [("coverage", folder.path / "topics.yml", 1)]


def test_a_card_without_a_topic_and_an_unused_source_are_only_notices(folder: Folder) -> None:
    folder.change("topics.yml", '- id: cost\n  asks: "How much does it cost?"\n', "")
    line = folder.append("sources.yml", "  spare:\n    title: A spare one\n    kind: book") - 2
    found = {(item.rule, item.path.name, item.line): item.severity for item in folder.lint()}
    assert found["coverage", "cost.md", 2] is Severity.NOTICE
    assert found["sources", "sources.yml", line] is Severity.NOTICE
    assert folder.errors() == []


def test_a_broken_card_is_reported_once_and_not_by_those_that_refer_to_it(folder: Folder) -> None:
    folder.file("cost.md").write_text("---\nid: [\n---\n", encoding="utf-8")
    assert [rule for rule, _, _ in folder.errors()] == ["schema"]


def test_a_file_that_everything_needs_is_reported_alone(folder: Folder) -> None:
    folder.file("sources.yml").unlink()
    (found,) = folder.lint()
    assert (found.rule, found.path, found.line) == ("schema", folder.path / "sources.yml", 1)
    assert "missing" in found.message


def test_an_approval_holds_through_its_last_day(folder: Folder) -> None:
    sign(folder, "after-wash", until="2026-06-01")
    assert folder.errors(today=TODAY) == []
    assert [rule for rule, _, _ in folder.errors(today=date(2026, 6, 2))] == ["review"]


def test_drafts_are_counted_in_one_notice(folder: Folder) -> None:
    sign(folder, "after-wash")
    notices = [item.message for item in folder.lint() if item.rule == "review"]
    assert len(notices) == 1
    assert notices[0].startswith(
        "3 of 4 cards are drafts, and so are phrases.yml, privacy.yml, screening.yml and triage.yml."
    )


def test_a_pair_of_examples_that_differ_by_a_slip_is_found(folder: Folder) -> None:
    folder.append("after-wash.examples.txt", "would a quokka mind the smell of this stuff")
    line = folder.append("cost.examples.txt", "would a quoka mind the smell of this stuff")
    assert folder.errors() == [("duplicates", folder.file("cost.examples.txt"), line)]


def test_short_fragments_may_be_alike(folder: Folder) -> None:
    folder.append("after-wash.examples.txt", "sauna after?")
    folder.append("cost.examples.txt", "sun after?")
    assert folder.errors() == []


def _other_languages(folder: Folder) -> None:
    for name in ("languages.yml", "triage_languages.yml"):
        shutil.copy(REAL / name, folder.path)
    folder.append("clinic.yml", "languages: [tr, fr]")


def test_languages_with_texts_and_red_flags_pass(folder: Folder) -> None:
    _other_languages(folder)
    assert folder.errors() == []


def test_a_language_without_texts_or_red_flags_is_an_error(folder: Folder) -> None:
    _other_languages(folder)
    path = folder.change("clinic.yml", "languages: [tr, fr]", "languages: [tr, xx, tr]")
    line = folder.line("clinic.yml", "languages")
    assert folder.errors() == [("languages", path, line)] * 3


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("denied_after: [nicht]", "denied_afterwards: [nicht]", "there is no such key here"),
        ("seizure: [nöbet geçir*, sara", "seizure: [nöbet geçir*, Nöbet geçir*, sara", "stands here twice"),
        ("anaphylaxis: [anafilaxia,", "empty: []\n      anaphylaxis: [anafilaxia,", "the list is empty"),
        ("anaphylaxis: [anafilaxia,", "anaphylaxis: [ana*,", "begins too many words"),
        ("anaphylaxis: [anafilaxia,", "anaphylaxis: [shock/,", "nothing on one side"),
    ],
)
def test_red_flags_that_cannot_be_meant_are_named_with_their_file(
    folder: Folder, old: str, new: str, cause: str
) -> None:
    _other_languages(folder)
    path = folder.change("triage_languages.yml", old, new)
    (found,) = [item for item in folder.lint() if item.severity is Severity.ERROR]
    assert (found.rule, found.path) == ("schema", path)
    assert found.line > 1
    assert cause in found.message
