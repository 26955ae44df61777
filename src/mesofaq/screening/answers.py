"""Reads answers to the pre-screening: what a message says about each item, of whom, and when.

    "no allergies but i have diabetes, my mum too"  →  allergy: no, diabetes: yes

A message that is no answer stays unread: the dialogue then answers it or asks again, and never takes it for a 'no'.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mesofaq.content.screening import PastCounts, ScreeningProtocol
from mesofaq.screening import direct as plainly
from mesofaq.screening.circumstances import Past, Words
from mesofaq.screening.clauses import clauses_of, tokens_of
from mesofaq.screening.message import Message, past_reading, plain_words
from mesofaq.screening.words import Kind, Mention, ProtocolWords
from mesofaq.understanding.models import ActFound

__all__ = ["AnswerReader", "Answers"]

_ACT_THRESHOLD = 0.6
_LIKELY = 0.3
_PLAIN_TOKENS = 5
_READING_OF_ACT = {"affirm": "yes", "deny": "no", "unsure": "unsure", "skip": "not_answered"}
# Besides those, what an answer may sound like: "no, thank you", "hello, yes".
_MAY_ANSWER = frozenset({None, *_READING_OF_ACT, "greet", "thank", "inform_health", "not_now"})
_STRICTEST = ("yes", "unsure", "past", "no")
_NAMES = frozenset({Kind.ANYWHERE, Kind.LASTING, Kind.PASSING})
_INSISTS = frozenset({"just", "only", "except", "besides", "apart", "but", "unless", "though", "other", "although"})


@dataclass(frozen=True)
class Answers:
    """What a message says.

    Args:
        readings: for each item that is spoken of: `yes`, `no`, `unsure`, `past` or `not_answered`.
        named: the items whose condition or medicine is named, so that nobody need ask which.
        last: what the answer before this should have been, where that is taken back.
        others_only: it speaks of somebody else's condition, and of nothing else.
        plain: it is a bare answer, so that nobody need be shown how it was read.
        explained: every part of it was read: as an answer, as said of a condition, or as said of somebody else.
    """

    readings: dict[str, str] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    last: str | None = None
    others_only: bool = False
    plain: bool = False
    explained: bool = False


class AnswerReader:
    """Reads answers by the words that the protocol lists.

    Args:
        protocol: the items, with the words by which a condition or a medicine for it is named.
        context: the context words of the triage lexicon (`context` in `triage.yml`).
        knows: whether a word is spelt as it should be; None takes every word for a possible misspelling.
    """

    def __init__(
        self,
        protocol: ScreeningProtocol,
        context: Mapping[str, object] | None = None,
        knows: Callable[[str], bool] | None = None,
    ) -> None:
        self._items = {item.id: item for item in protocol.items}
        self._protocol_words = ProtocolWords(protocol, knows or (lambda _: False))
        self._words = Words.of(context or {})

    def read(self, text: str, pending: str | None, act: ActFound | None = None, *, for_other: bool = False) -> Answers:
        """What `text` says about the items.

        Args:
            text: the message as typed.
            pending: the item that was asked, or None outside a screening.
            act: the likeliest dialogue act, which reads what the word lists do not.
            for_other: the answers are about somebody else.
        """
        tokens = tokens_of(text, self._protocol_words.mend)
        pending = pending if pending in self._items else None
        found = self._protocol_words.find(tokens, pending)
        called = self._protocol_words.titles(tokens, found) if plainly.takes_back(plain_words(tokens)) else []
        clauses = clauses_of(tokens, {(one.start, one.end) for one in (*found, *called)})
        spoken = Message(tokens, clauses, self._words, for_other=for_other)
        first, leads = spoken.direct([one for one in found if one.item != pending and one.kind in _NAMES])
        read: list[tuple[Mention, str]] = []
        others = False
        for mention in sorted(found, key=lambda one: one.kind not in _NAMES):
            named_as = min((how for one, how in read if one.item == mention.item), key=_STRICTEST.index, default=None)
            if mention.kind not in _NAMES and not self._counts(mention, spoken, first if leads else None, named_as):
                continue
            reading = self._reading(mention, spoken, asked=pending is not None, leads_no=leads and first == "no")
            if reading is None:
                others = others or spoken.of_other(mention)
            else:
                read.append((mention, reading))
        for mention in called:
            if (meant := spoken.of_reference(mention)) is not None:
                read.append((mention, meant))
        readings = self._together(read, spoken)
        named = {one.item for one, how in read if how != "no" and one.kind is not Kind.NO_WHEN_ASKED}
        last = plainly.meant(plain_words(tokens)) if pending is not None else None
        if last is not None and first is not None and leads and pending is not None:
            return Answers({**readings, pending: last}, frozenset(named))  # "no, i mean yes"
        if last is not None:
            return Answers(readings, frozenset(named), None if readings else last)
        if pending is not None:
            if first is None and pending not in readings:
                first = self._roundabout(pending, spoken)
            self._answer(readings, pending, first, leads, spoken, act, found)
            if readings.get(pending) == "no" and self._unclear(pending, first, leads, read, found, spoken):
                del readings[pending]
        named = {item for item in named if readings.get(item) in ("yes", "unsure")}
        plain = not found and len(tokens) <= _PLAIN_TOKENS and readings.get(str(pending)) != "past"
        explained = bool(readings or others) and not spoken.leaves_anything([one for one, _ in read])
        return Answers(readings, frozenset(named), None, others and not readings, plain, explained)

    @staticmethod
    def _together(read: Sequence[tuple[Mention, str]], spoken: Message) -> dict[str, str]:
        """One reading for each item: the strictest, unless the message itself says what is to be made of it."""
        readings: dict[str, str] = {}
        for mention, how in read:
            reading = how
            own = [(one, other) for one, other in read if one.item == mention.item]
            if reading == "unsure" and spoken.ends_in_no():
                reading = "no"  # "they thought I had a murmur, there was nothing. so no"
            elif reading == "yes" and spoken.doubts_all():
                reading = "unsure"  # "some infusion every month, but I don't know if it's chemo"
            elif reading == "yes" and any(other == "past" for _, other in own) and spoken.goes_on_about(mention):
                reading = "past"  # "breast cancer 12 years ago, six rounds of chemo"
            before = readings.get(mention.item, reading)
            readings[mention.item] = min(before, reading, key=_STRICTEST.index)
        return readings

    def answer(self, text: str, act: ActFound | None) -> str | None:
        """How a question that is no item was answered: `yes`, `no`, `unsure`, `not_answered`; None if it was not."""
        read = plainly.direct(plain_words(tokens_of(text)))
        if read is not None or act is None:
            return "no" if read == "past" else read
        # It is asked where somebody may be in danger: a likely "yes" or "not sure" is enough, a "no" must be clear.
        enough = _LIKELY if act.name in ("affirm", "unsure") else _ACT_THRESHOLD
        return _READING_OF_ACT.get(act.name) if act.probability >= enough else None

    def _unclear(
        self,
        pending: str,
        first: str | None,
        leads: bool,
        read: Sequence[tuple[Mention, str]],
        found: Sequence[Mention],
        spoken: Message,
    ) -> bool:
        """Whether something in a message that seems to deny the item was not understood: then it is asked again.

        "Not hepatitis A but C", "no, but the numbing injection": who takes such a message for a 'no' misses a 'yes'.
        """
        heard = {id(mention) for mention, _ in read}
        unheard = [one for one in found if one.item == pending and one.kind is Kind.WHEN_ASKED and id(one) not in heard]
        if any(not spoken.of_other(one) for one in unheard):
            return not spoken.fine_about([one for one in found if one.item == pending])
        if spoken.ends_in_no():
            return False
        told = spoken.told()
        beginning = told[0] if told else []  # none of its words is one: a thumb down
        denied_first = (
            first in ("no", "past")
            and leads
            and "yet" not in beginning
            and not spoken.names_first([one for one, _ in read])
        )
        denied_first = denied_first or any(one.kind is Kind.NO_WHEN_ASKED for one, _ in read)
        return spoken.leaves_open([one for one, _ in read], only_after_turns=denied_first)

    def _roundabout(self, pending: str, spoken: Message) -> str | None:
        """An answer without a word for yes or no: "had it in 2009", "I can't tell", "they work like a charm"."""
        told = spoken.told()
        if not told:
            return None
        if self._words.doubted([word for words in told for word in words]):
            return "unsure"
        past = spoken.past_of_answer()
        if past in (Past.OVER, Past.RECENT):
            return past_reading(past, self._items[pending].past, lasting=False)
        if past is None and spoken.says_fine():
            return "no"
        return None

    def _answer(
        self,
        readings: dict[str, str],
        pending: str,
        first: str | None,
        leads: bool,
        spoken: Message,
        act: ActFound | None,
        found: Sequence[Mention],
    ) -> None:
        """Add how the item that was asked was answered, by its own words if it was named, else by the first words."""
        meant = act.name if act is not None and act.probability >= _ACT_THRESHOLD else None
        own = readings.get(pending)
        if first == "past":
            first = spoken.over_reading(self._items[pending].past)
            if own == "no":
                own = readings[pending] = first
        elif first in ("yes", "no") and own is None:
            past = spoken.past_of_answer()
            if past is not None and (first == "yes" or past is not Past.VAGUE):
                first = past_reading(past, self._items[pending].past, lasting=False)
        if own is not None:
            if own == "yes" and first == "no" and not leads and spoken.ends_in_no():
                del readings[pending]  # "gfr over 90, so no": asked again
            elif first == "unsure" and own != "yes":
                readings[pending] = "unsure"
            elif first == "yes" and own == "no":
                del readings[pending]  # "yes, my liver is fine": it contradicts itself, so it is asked again
            return
        elsewhere = any(one.item != pending and one.kind in _NAMES for one in found)
        if elsewhere and spoken.begins_with_statement():
            return  # "I have a pacemaker", "I don't have lupus": said of that item, not of the one asked
        if first is not None:
            readings[pending] = first
        elif (
            meant in _READING_OF_ACT
            and not spoken.says_nothing()
            and not spoken.asks_only()
            and not spoken.names_other()
        ):
            readings[pending] = _READING_OF_ACT[meant]
        # "No, why do you ask?" and "no more questions" begin like an answer, and are none.
        unlike = meant not in _MAY_ANSWER and (meant != "out_of_scope" or spoken.leaves_anything([]))
        if pending in readings and unlike:
            del readings[pending]

    def _counts(self, mention: Mention, spoken: Message, first: str | None, named: str | None) -> bool:
        """Whether words that mean something only when asked mean it here; `named` is what naming the item gave."""
        clause = spoken.clause_of(mention)
        if clause is None or clause.asks:
            return False
        if named == "no":
            first = "no"
        if mention.kind is Kind.NO_WHEN_ASKED:
            return first != "yes"
        if first == "no":
            if mention.kind is Kind.UNSURE_WHEN_ASKED and mention.start == clause.start:
                return True  # "haven't had my period" begins like a no, and is none
            lead = spoken.tokens[max(0, mention.start - 3) : mention.start]
            return mention.kind is Kind.WHEN_ASKED and any(word in _INSISTS for word in lead)
        return True

    def _reading(self, mention: Mention, spoken: Message, *, asked: bool, leads_no: bool) -> str | None:
        """What a mention says of the patient; None where it says nothing.

        Args:
            mention: which.
            spoken: the message that it is in.
            asked: whether an item was asked; then a question is no answer.
            leads_no: whether the message begins with a 'no'.
        """
        clause = spoken.clause_of(mention)
        if clause is None or (clause.asks and (asked or not spoken.of_asker(mention))):
            return None
        before, after, tail = spoken.around(mention)
        if self._words.refers(before, after):
            return spoken.of_reference(mention)
        if spoken.of_other(mention):
            return "yes" if self._words.shared(spoken.tokens) else None
        if mention.kind is Kind.NO_WHEN_ASKED:
            return "no"
        if self._words.supposed(before) or (self._words.reacts_to(before) and not spoken.of_allergy(mention)):
            return None
        if leads_no and spoken.of_body(mention) and not self._words.unwell(before, after):
            return "no"  # "no, the kidneys behave"
        item = self._items[mention.item]
        lasting = mention.kind is Kind.LASTING
        itself = [*before, *spoken.tokens[mention.start : mention.end], *after]
        over = self._words.over(itself)
        if self._words.well(before, after):
            return "no"
        if over is not Past.OVER or self._words.returned(tail):
            over = self._words.over([*itself, *tail])
        denied = self._words.denied(before, after)
        if self._words.doubted([*before, "|", *after, *tail]):
            return "unsure"
        if mention.kind is Kind.UNSURE_WHEN_ASKED and not denied:
            return "unsure"
        if denied and over is not Past.OVER:
            return "no"
        if denied and not self._words.no_longer([*before, *after]):
            return "no"
        if over in (None, Past.VAGUE) and spoken.is_well(mention):
            return "no"
        if over is None:
            return "yes"
        counts = PastCounts.NOTED if mention.kind is Kind.PASSING else item.past
        return past_reading(over, counts, lasting=lasting)
