"""Claims: what no text may say, and the honest sentences that use the same words."""

from dataclasses import replace

import pytest
from content_helpers import GOOD, TODAY, Folder

from mesofaq.content import Content, load_content
from mesofaq.content.rules import claims
from mesofaq.content.rules.base import Corpus, Finding

DISHONEST = (
    "Mesotherapy is painless.",
    "The treatment is completely pain-free.",
    "It is virtually painless and quick.",
    "You will feel no pain.",
    "The needles do not hurt.",
    "It is not surgery, it is painless.",
    "The mix is FDA approved.",
    "Mesotherapy is an FDA-approved treatment.",
    "All ingredients are approved by the FDA.",
    "It is a miracle for hair.",
    "Results are guaranteed.",
    "We guarantee results.",
    "Your hair will grow back.",
    "Your hair will soon regrow.",
    "You will see thicker hair.",
    "You will get great results.",
    "It works for everyone.",
    "It is 100% safe.",
    "The treatment is risk-free.",
    "It is risk free.",
    "There are no side effects.",
    "It has no known side effects.",
    "It comes without any risk.",
    "It is completely safe.",
    "It cures baldness.",
    "This is a cure for hair loss.",
    "You are suitable for this treatment.",
    "You are a good candidate.",
    "It is safe for you.",
    "Stop taking your blood thinner two days before.",
    "Please stop taking aspirin before the session.",
    "You should stop your medicine.",
    "Stop warfarin 48 hours before.",
    "Halve your dose on the day.",
    "Not only does it help, it cures hair loss.",
    "No doubt, it cures hair loss.",
    "No, stop taking your pills for a week.",
    "It is clinically proven.",
    "Some articles call it painless.",
    "One clinic says it is guaranteed.",
    "It is pain**less**.",
    "The result is permanent.",
    "The results are permanent.",
    "Skip your tablets that morning.",
    "It never fails.",
    "You will be cured.",
    "Double your minoxidil.",
    "Not painful at all: it is painless.",
    "This painless treatment is quick.",
    "We promise thicker hair.",
    "Your hair is going to grow back.",
    "It's FDA approved.",
    "The FDA has approved mesotherapy.",
    "It is approved by the US Food and Drug Administration.",
    "There is no risk.",
    "There is absolutely no risk at all.",
    "Side effects do not occur.",
    "Change your dose.",
    "You don't need to worry, it is risk-free.",
    "Pause the aspirin for a day.",
    "The treatment has zero side effects.",
)
HONEST = (
    "One article says the main ingredients are approved in the US. That is not an approval of mesotherapy itself.",
    "One article says that its ingredients are FDA approved. That does not mean that mesotherapy is approved.",
    "Mesotherapy is not FDA approved.",
    "The FDA has not approved mesotherapy.",
    "Some articles say it does not hurt at all. It is safer to expect a little pain.",
    "It is not painless.",
    "Some call it painless, but most people feel light pinches.",
    "Nobody can promise that your hair will grow back.",
    "No one can guarantee a result.",
    "It is not a cure.",
    "There is no cure for this kind of hair loss.",
    "It is not risk-free.",
    "That does not mean that there are no side effects.",
    "Do not stop taking any medicine on your own.",
    "Never stop a prescribed blood thinner on your own.",
    "Ask the doctor who prescribed it before you stop taking it.",
    "Ask the doctor whether to stop taking aspirin.",
    "The clinic's doctor decides whether you are suitable.",
    "The doctor can tell you if it is safe for you.",
    "A doctor will check whether this treatment is right for you.",
    "Please do not change or stop a medicine for this treatment.",
    "It is no miracle.",
    "Your hair will not grow back where the roots are gone.",
    "Your doctor may change your tablets.",
    "Is it painless?",
    "The results are not permanent.",
    "Be wary of anyone who says it is guaranteed.",
    "Do not believe claims of a miracle.",
    "Be careful if a clinic calls it painless.",
    'The word "cure" is not right here.',
    "Walk away if someone promises a cure.",
)


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(GOOD)


def claims_in(content: Content, text: str) -> list[Finding]:
    """What the rule finds when `text` is the whole answer of a card."""
    card = content.cards["after-wash"].model_copy(update={"body": text})
    changed = replace(content, cards={card.id: card})
    return list(claims.check(Corpus(content=changed, topics=None, today=TODAY)))


@pytest.mark.parametrize("text", DISHONEST)
def test_a_claim_fails(content: Content, text: str) -> None:
    assert {found.rule for found in claims_in(content, text)} == {"claims"}


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_sentence_passes(content: Content, text: str) -> None:
    assert claims_in(content, text) == []


@pytest.mark.parametrize("text", ["It is pain**less**.", "It is risk\u2011free.", "It is _FDA\u00a0approved_."])
def test_markup_and_odd_hyphens_hide_nothing(content: Content, text: str) -> None:
    assert len(claims_in(content, text)) == 1


def test_a_patients_question_may_use_the_words(folder: Folder) -> None:
    folder.change("cost.md", "- Is hair mesotherapy expensive?", "- Is there a painless cure, and is it FDA approved?")
    assert folder.errors() == []


def test_a_wording_that_is_no_question_may_not(folder: Folder) -> None:
    path = folder.change("cost.md", "- Is hair mesotherapy expensive?", "- Tell me about the painless cure")
    line = folder.line("cost.md", "Tell me about")
    assert folder.errors() == [("claims", path, line), ("claims", path, line)]
