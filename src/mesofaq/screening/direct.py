"""Reads the answer itself: yes, no, not sure, "I'd rather not say". A message that is neither is no answer.

The patterns are in `answer_words`. What is no clear answer stays unread: then it is asked again, and never taken for a
'no'.
"""

import re

from mesofaq.screening import answer_words as words

__all__ = [
    "asks_meaning",
    "asks_why",
    "by_mistake",
    "direct",
    "fine",
    "goes_on",
    "is_to_be",
    "meant",
    "plain_no",
    "plain_yes",
    "says_nothing",
    "takes_back",
    "unsure_of_all",
]


def direct(plain: str) -> str | None:
    """How a question was answered: `yes`, `no`, `unsure`, `not_answered`, `past`; None where it was not.

    Args:
        plain: the answer's words, separated by spaces.
    """
    if not plain or words.NOTHING_SAID.match(plain):
        return None
    for pattern, reading in ((words.UNSURE, "unsure"), (words.SKIP, "not_answered")):
        if pattern.match(plain):
            return reading
    if words.PAST.match(plain):
        return "past"
    no = words.NO.match(plain)
    if no and words.YES_AT_LAST.search(plain):
        return "yes"  # "no wait, yes, i forgot": the second thought counts
    if no and words.DOUBT_AT_LAST.search(plain):
        return "unsure"  # "let me think, no, I honestly don't know"
    if no:
        return "no"
    if words.YES.match(plain) or words.BARE_I_HAVE.match(plain):
        # "Yes, no, wait" is asked again; never guessed.
        return None if re.match(r"^\w+ (?:no|nope|wait no|actually no)\b", plain) else "yes"
    return None


def says_nothing(plain: str) -> bool:
    """Whether it is only a sound, and neither a yes nor a no: "lol ok"."""
    return words.NOTHING_SAID.match(plain) is not None


def fine(plain: str) -> bool:
    """Whether one clause says that all is well, and nothing else: "they work like a charm"."""
    # Something must be said to be fine: "lol ok" is no answer.
    return words.OF_SOMETHING.search(plain) is not None and words.FINE.match(plain) is not None


def unsure_of_all(plain: str) -> bool:
    """Whether one clause doubts everything said before it, and not a detail: "but I don't know if it is"."""
    return words.UNSURE_OF_ALL.match(plain) is not None


def plain_no(plain: str) -> bool:
    """Whether one clause is a 'no' in so many words: "so no", "not me"."""
    return words.PLAIN_NO.match(plain) is not None


def plain_yes(plain: str) -> bool:
    """Whether one clause is a 'yes' in so many words: "so yes", "me too"."""
    return words.PLAIN_YES.match(plain) is not None


def takes_back(plain: str) -> bool:
    """Whether it speaks of an answer given before: "I said yes to the heart one", "that was a mistake"."""
    return any(pattern.search(plain) for pattern in (words.BY_MISTAKE, words.MEANT, words.PRESSED, words.OF_ANSWERS))


def by_mistake(plain: str) -> str | None:
    """What was pressed by mistake: `yes` or `no`; None where nothing was."""
    found = words.PRESSED.search(plain)
    return found.group(1) if found and words.BY_MISTAKE.search(plain) else None


def is_to_be(plain: str) -> str | None:
    """What an answer is to be, said outright: "for me it is no"."""
    found = words.IS_TO_BE.search(plain)
    return found.group(1) if found else None


def meant(plain: str) -> str | None:
    """What the answer before should have been: "sorry, i meant no for the last one"; None if nothing is taken back."""
    found = words.MEANT.search(plain)
    if found is None:
        return None
    to = next(value for value in found.groupdict().values() if value)
    return "unsure" if to in ("not sure", "unsure") else to


def asks_why(plain: str) -> bool:
    """Whether it asks for the reason of what was asked: "no, why do you ask?" is not yet an answer."""
    return words.WHY.search(plain) is not None


def asks_meaning(plain: str) -> bool:
    """Whether it asks what the question means, or to hear it again."""
    return words.MEANING.search(plain) is not None


def goes_on(plain: str) -> bool:
    """Whether it asks to go on with the questions, after something else came between."""
    return words.GOES_ON.match(plain) is not None
