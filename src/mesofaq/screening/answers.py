"""Reads answers to the pre-screening: yes, no, not sure, skipped, and what is volunteered about other items.

A message that is neither is no answer: the dialogue then answers it or asks again, and never takes it for a 'no'.
"""

import re
import unicodedata
from collections.abc import Sequence

from mesofaq.content.models import ScreeningProtocol
from mesofaq.understanding.matching import Doc, PhraseMatcher, new_vocabulary
from mesofaq.understanding.models import ActFound
from mesofaq.understanding.normalise import normalise

__all__ = ["AnswerReader"]

_ACT_THRESHOLD = 0.6
_LIKELY = 0.3
_READING_OF_ACT = {"affirm": "yes", "deny": "no", "unsure": "unsure", "skip": "not_answered"}
# Besides those, what an answer may sound like: "no, thank you", "hello, yes".
_MAY_ANSWER = frozenset({None, *_READING_OF_ACT, "greet", "thank"})
_TOKEN = re.compile(r"[a-z0-9]+|[.?!;,]")
_CLAUSE_ENDS = frozenset(
    {".", "?", "!", ";", ",", "but", "though", "however", "although", "because", "cos", "coz", "due"}
)
# "no i have diabetes", "i dont smoke and i take insulin": the words before say no to something else.
_ANSWERS = frozenset({"no", "nope", "nah", "and"})
_SUBJECTS = frozenset({"i", "im", "ive", "my", "just", "only", "also"})
_NEGATIONS = frozenset({"no", "not", "never", "dont", "without", "none", "isnt", "arent", "nor", "havent", "neither"})
_DOUBTS = frozenset(
    {"sure", "certain", "unsure", "know", "maybe", "perhaps", "possibly", "might", "idea", "dunno", "idk"}
)
_FAMILY = frozenset(
    "mum mom mother dad father sister brother aunt uncle grandma grandmother grandpa grandfather nan cousin friend wife"
    " husband partner son daughter family mums moms dads sisters brothers".split(" ")
)
_UNSURE = re.compile(
    r"^(im |i am |ive |i have )?(not (really |quite |very |too |100 )?(sure|certain)|unsure|no (idea|clue)|idk|dunno|"
    r"(i )?(dont|do not|cant|cannot) (know|remember|recall|have (a|any) (clue|idea))|i dunno|maybe|perhaps|possibly|"
    r"no se|might|could be|hard to say|(ive )?never been (tested|checked)|yes and no)\b"
)
_SKIP = re.compile(
    r"^(skip|pass(?! (me|who knows)\b)|next|rather not|id rather not|prefer not|none of (your|ur)|no (comment|answer)|"
    r"n a|i (dont|do not) (want|wish) to (answer|say|tell)|(im |i am )?(not comfortable|(too )?(shy|embarrassed)))\b"
)
_YES = re.compile(
    r"^(yes|yeah|yea|yep|yup|ya|yess+|y|ye|aye|si|correct|right|true|sure|indeed|affirmative|afraid so|i do|"
    r"i am(?! (a )?(man|male|guy|not)\b)|(i have|ive)(?! (a question|another question|not|no|never)\b)|i did|"
    r"of course|definitely|absolutely|unfortunately yes|sadly yes|well yes|ok yes|oh yes)\b(?! not\b)"
)
# A "no", or a denial that is whole ("i dont", "i havent had any"): "i dont smoke" denies something else.
_NO = re.compile(
    r"^(no(?! more| one| se\b| answer\b)|nope|nah|naw|na|n|noo+|none|nothing|"
    r"negative|not me|not that i know|not at all|not now|"
    r"dont have|dont take|neither|nein|non|(of course|definitely|absolutely|certainly) not)\b"
    r"|^(i )?(have |ive )?never( (had|have|taken|took|used|suffered|been (told|diagnosed|on)|ever|in|that|any)\b.*)?$"
    r"|^i (dont|do not|didnt|did not)( (have|take|use|suffer|think so|believe so|no)\b(?! time| a clue| any idea).*)?$"
    r"|^(i am|im) not( (on|taking|having|that|one|any|at all|thank|thankfully|no|currently|now|aware|as far)\b.*)?$"
    r"|^(i havent|i have not|ive not)( (had|got|any|ever|no|taken)\b.*)?$"
    r"|^(i have|ive|ive got) (none|nothing|no (such|problems?|issues?|conditions?|diseases?|health|known|medical)\b)"
)
_WHY = re.compile(r"\bwhy (do|would|are|is|does) (you|u|that|this|it)\b.*\b(asks?|asking|matter|relevant|know)\b")
_GOES_ON = re.compile(
    r"^(ok |okay |right |so |please |lets |let us |can we |now )*(carry on|continue|go on|keep going|resume|"
    r"next question|back to the questions|where were we)\b"
)
_STATEMENT = re.compile(r"^(i|im|ive|never|dont)\b")
_TAKEN_BACK = re.compile(r"\b(yes|yeah|yep|actually i)\b")
_QUESTION = re.compile(
    r"^(what|why|how|when|where|who|which|can|could|does|do|did|is|are|will|would|should|am i|may i)\b"
)


class AnswerReader:
    """Reads answers by the wordings that the protocol lists.

    Args:
        protocol: the items, with the words by which a condition or a medicine for it is named.
    """

    def __init__(self, protocol: ScreeningProtocol) -> None:
        self._items = tuple(item.id for item in protocol.items)
        self._vocabulary = new_vocabulary()
        self._mentions = PhraseMatcher(self._vocabulary)
        for item in protocol.items:
            phrases = [_tokens(mention) for mention in item.mentions]
            if phrases:
                self._mentions.add(item.id, [Doc(self._vocabulary, words=words) for words in phrases])

    def read(self, text: str, pending: str | None, act: ActFound | None) -> dict[str, str]:
        """What `text` says about the items.

        Args:
            text: the message as typed.
            pending: the item that was asked, or None outside a screening.
            act: the likeliest dialogue act, which reads what the word lists do not.

        Returns:
            For each item that is spoken of: `yes`, `no`, `unsure` or `not_answered`.
        """
        tokens = _tokens(text)
        plain = " ".join(token for token in tokens if token[0].isalnum())
        volunteered = self._volunteered(tokens)
        if pending is None or pending not in self._items:
            return volunteered
        direct = _direct(plain)
        asks = direct is None and (text.rstrip().endswith("?") or _QUESTION.match(plain) is not None)
        if asks:
            return {}
        meant = act.name if act is not None and act.probability >= _ACT_THRESHOLD else None
        if volunteered and pending not in volunteered and _STATEMENT.match(plain):
            direct = None  # "I have a pacemaker", "I don't have lupus": said of that item, not of the one asked
        readings = dict(volunteered)
        # The first word is about what was asked; a mention of the very item is clearer still, unless it is unsure.
        if direct is not None and (direct == "unsure" or pending not in readings):
            readings[pending] = direct
        elif pending not in readings and meant in _READING_OF_ACT:
            readings[pending] = _READING_OF_ACT[meant]
        # "No, why do you ask?" and "no more questions" begin like an answer, and are none.
        if pending in readings and pending not in volunteered and meant not in _MAY_ANSWER:
            del readings[pending]
        return readings

    def asks_why(self, text: str) -> bool:
        """Whether `text` asks for the reason of what was asked: "no, why do you ask?" is not yet an answer."""
        return _WHY.search(" ".join(_tokens(text))) is not None

    def goes_on(self, text: str) -> bool:
        """Whether `text` asks to go on with the questions, after something else came between."""
        return _GOES_ON.match(" ".join(_tokens(text))) is not None

    def answer(self, text: str, act: ActFound | None) -> str | None:
        """How a question that is no item was answered: `yes`, `no`, `unsure`, `not_answered`; None if it was not."""
        direct = _direct(" ".join(token for token in _tokens(text) if token[0].isalnum()))
        if direct is not None or act is None:
            return direct
        # It is asked where somebody may be in danger: a likely "yes" or "not sure" is enough, a "no" must be clear.
        enough = _LIKELY if act.name in ("affirm", "unsure") else _ACT_THRESHOLD
        return _READING_OF_ACT.get(act.name) if act.probability >= enough else None

    def _volunteered(self, tokens: Sequence[str]) -> dict[str, str]:
        doc = Doc(self._vocabulary, words=list(tokens))
        readings: dict[str, str] = {}
        for key, start, _ in sorted(self._mentions(doc), key=lambda match: match[1]):
            item = self._vocabulary.strings[key]
            clause = _clause_before(tokens, start)
            if any(word in _FAMILY for word in clause):
                continue
            reading = "yes"
            if any(word in _DOUBTS for word in clause):
                reading = "unsure"
            elif any(word in _NEGATIONS for word in clause):
                reading = "no"
            # Said twice, once negated ("no hepatitis, but a fatty liver"): what was affirmed counts.
            if readings.get(item) != "yes":
                readings[item] = reading
        return readings


def _direct(plain: str) -> str | None:
    for pattern, reading in ((_UNSURE, "unsure"), (_SKIP, "not_answered"), (_NO, "no"), (_YES, "yes")):
        if pattern.match(plain):
            # "No, wait, yes" is asked again; a flag that is set in vain does no harm.
            return None if reading == "no" and _TAKEN_BACK.search(plain) else reading
    return None


def _clause_before(tokens: Sequence[str], start: int) -> list[str]:
    clause: list[str] = []
    for token in reversed(tokens[:start]):
        begins = bool(clause) and clause[-1] in _SUBJECTS
        if token in _CLAUSE_ENDS or (token in _ANSWERS and begins):
            break
        clause.append(token)
    return clause


def _tokens(text: str) -> list[str]:
    # Without accents: "no sé" is no "no".
    plain = unicodedata.normalize("NFKD", normalise(text)).lower().replace("'", "")
    return _TOKEN.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))
