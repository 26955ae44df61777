"""Questions that ask for the same come together, on the real encoder."""

import json
import random
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from mesofaq.chat.assistant import Assistant
from mesofaq.handoff.clusters import Cluster, cluster, vectors_of
from mesofaq.knowledge.bundle import Bundle

TOPICS = {
    "parking": [
        "where can i park",
        "is there parking at the clinic?",
        "do you have a car park",
        "Can I park my car nearby",
        "any free parking around your building",
    ],
    "refund": ["i want a refund of my deposit", "how do i get my money back", "can i have my deposit refunded"],
    "botox": ["how much is botox for forehead lines at yours", "do you do botox", "botox price?"],
    "voucher": [
        "do you sell gift vouchers",
        "can i buy a gift voucher for my sister",
        "is there a gift card for my mum",
    ],
    "lupus": ["i have lupus can i have it", "is it ok for me, i've got lupus"],
}


@dataclass(frozen=True)
class Asked:
    text: str
    message_id: str
    conversation_id: str


@pytest.fixture(scope="module")
def bundle(assistant: Assistant) -> Bundle:
    assert assistant.bundle is not None
    return assistant.bundle


def asked(*texts: str) -> list[Asked]:
    return [Asked(text, f"m{number:03}", f"c{number:03}") for number, text in zip(count(), texts, strict=False)]


def everything() -> list[Asked]:
    return asked(*(text for texts in TOPICS.values() for text in texts))


def texts_of(found: Cluster) -> set[str]:
    return {member.text for member in found.members}


@pytest.mark.parametrize("topic", TOPICS)
def test_paraphrases_come_together(bundle: Bundle, topic: str) -> None:
    (found,) = cluster(asked(*TOPICS[topic]), bundle)
    assert texts_of(found) == set(TOPICS[topic])


def test_different_topics_stay_apart(bundle: Bundle) -> None:
    groups = {frozenset(texts_of(found)) for found in cluster(everything(), bundle)}
    assert groups == {frozenset(texts) for texts in TOPICS.values()}


def test_the_largest_group_comes_first_and_its_heading_is_one_of_it(bundle: Bundle) -> None:
    found = cluster(everything(), bundle)
    assert [one.people for one in found] == [5, 3, 3, 3, 2]
    assert found[0].central.text in TOPICS["parking"]


def test_questions_beside_the_point_rarely_meet(bundle: Bundle, home: Path) -> None:
    lines = (home / "tests/eval/out_of_scope_dev.jsonl").read_text(encoding="utf-8").splitlines()
    found = cluster(asked(*(json.loads(line)["text"] for line in lines)), bundle)
    assert len(lines) == 100
    assert len(found) >= 75
    assert max(one.people for one in found) <= 4


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_they_come_does_not_matter(bundle: Bundle, seed: int) -> None:
    questions = everything()
    expected = cluster(questions, bundle)
    random.Random(seed).shuffle(questions)
    assert cluster(questions, bundle) == expected


def test_one_person_who_asks_three_times_is_one(bundle: Bundle) -> None:
    again = [Asked("where can i park", f"m{number}", "the-same") for number in range(3)]
    (found,) = cluster([*again, Asked("Can I park my car nearby", "m9", "another")], bundle)
    assert found.people == 2
    assert len(found.members) == 4


def test_the_rest_of_a_group_is_sorted_by_how_near_it_is(bundle: Bundle) -> None:
    (found,) = cluster(asked(*TOPICS["parking"]), bundle)
    centre, *others = vectors_of([member.text for member in found.members], bundle)
    cosines = [float(centre @ other) for other in others]
    assert cosines == sorted(cosines, reverse=True)


def test_none_and_one_are_no_trouble(bundle: Bundle) -> None:
    assert cluster([], bundle) == ()
    (alone,) = cluster(asked("where can i park"), bundle)
    assert (alone.people, alone.others) == (1, ())


@pytest.mark.parametrize("text", ["", "?", "🙂", "<script>alert(1)</script>", "a" * 2000])
def test_any_text_can_be_grouped(bundle: Bundle, text: str) -> None:
    found = cluster(asked(text, "where can i park"), bundle)
    assert text in {member for one in found for member in texts_of(one)}
