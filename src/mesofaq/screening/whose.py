"""Whose answers they are: "can my mum have it", "I'm asking for a friend", "mine"."""

import re

from mesofaq.chat.models import About
from mesofaq.dialogue.screening_replies import MINE_TEXT, OTHERS_TEXT

__all__ = ["asks_for", "whose_answer"]

_PERSON = (
    r"(?:mum|mom|mam|mummy|mommy|mother|dad|daddy|father|parents?|sister|sis|brother|bro|twin|aunt|auntie|"
    r"uncle|grandma|grandmother|granny|"
    r"gran|grandpa|grandfather|grandad|nan|nana|cousin|friend|mate|bestie|wife|husband|hubby|partner|boyfriend|"
    r"girlfriend|bf|gf|fiance|fiancee|son|"
    r"daughter|kid|child|niece|nephew|colleague|coworker|boss|neighbour|neighbor|flatmate|roommate|client|"
    r"patient|mother in law|father in law|ex|"
    r"better half|other half|old man|missus|teenager|teen|boy|girl|someone else|somebody else|another person)"
)
_NOT_FOR = r"(?! (?:recommended|told|said|suggested|did|had|has had|who works|says|sent|went|swears|got)\b)"
_OWNED = rf"(?:(?:my|our|a|the) (?:\w+ ){{0,2}}?{_PERSON}|someone else|somebody else|another person)\b{_NOT_FOR}"
_ASKS_FOR = re.compile(
    rf"\b(?:for|on behalf of|behalf of|about|concerning|regarding) {_OWNED}|"
    rf"\b(?:can|could|may|would|is|should|will) {_OWNED}(?: \w+)? (?:have|get|do|use|take|be|try|undergo|"
    rf"allowed|suitable|eligible|come|ok|okay|safe)\b|"
    rf"\b(?:ok|okay|safe|suitable|alright|right|good|possible|allowed) for (?:him|her|them|{_OWNED})|"
    rf"\b{_OWNED}(?: \w+)? (?:wants?|would like|is interested|is thinking|is considering|was wondering|"
    rf"is wondering|asked me|needs|is asking|is planning|hopes|"
    r"asks|is curious|is hoping|would love|is keen)\b|"
    r"\b(?:its|it is|this is|im asking|i am asking|asking|writing|not) (?:for|on behalf of) (?:him|her|them|"
    r"someone|somebody)\b|\bits not for me\b|\bnot for me\b|\bnot for myself\b"
)
_OTHER = re.compile(
    rf"\b{_PERSON}s?\b|\b(?:someone|somebody|another|her|his|hers|him|he|she|shes|hes|their|theirs|they|them|"
    rf"not me|not mine|not for me|not for myself|other person)\b"
)
_SELF = re.compile(r"\b(?:me|mine|my own|myself|own|just me|for me|i am|im|i)\b")
_NOT_SELF = re.compile(
    r"\b(?:not (?:me|mine|my own|myself|for me)|im (?:asking|answering|writing|filling)|i (?:am|will|"
    r"ll) (?:asking|answer\w*|fill\w*|writing)|i answer)\b"
)


def asks_for(plain: str) -> About | None:
    """Whether a message asks for another person; None where it says nothing of the kind.

    Args:
        plain: its words, lower case, without marks.
    """
    return About.OTHER if _ASKS_FOR.search(plain) else None


def whose_answer(text: str, plain: str) -> About | None:
    """The answer to "whose answers are these?"; None where it is none.

    Args:
        text: the message as typed.
        plain: its words, lower case, without marks.
    """
    if text.strip() in (MINE_TEXT, OTHERS_TEXT):
        return About.SELF if text.strip() == MINE_TEXT else About.OTHER
    other = _OTHER.search(plain) is not None
    mine = _SELF.search(_NOT_SELF.sub(" ", plain)) is not None
    if other and not re.match(
        r"^(?:(?:they are|theyre|these are|the answers are) )?"
        r"(?:mine|my own|me|myself|for me|just me|its me|its for me)\b",
        plain,
    ):
        return About.OTHER
    return About.SELF if mine else None
