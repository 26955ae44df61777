"""One answer, cut into clauses, and the questions that are asked of it: who, when, and what was left unread."""

from collections.abc import Sequence

from mesofaq.content.screening import PastCounts
from mesofaq.screening import direct as plainly
from mesofaq.screening.circumstances import Past, Person, Words, only_circumstances
from mesofaq.screening.clauses import Clause
from mesofaq.screening.words import Mention

__all__ = ["Message", "past_reading", "plain_words"]

_STATEMENTS = frozenset("i im ive never dont my she he".split())
_TURNS = frozenset("but though although however except only just besides apart unless still mine its".split())
_THEY = frozenset("she shes he hes they theyre".split())
_THINGS = frozenset("they theyre them their".split())
_BODY = frozenset("liver livers kidney kidneys heart hearts ticker scalp skin sugar sugars immune system blood".split())
_VERBS = frozenset(
    "have has am im ive take takes taking on is are still now get getting got started start switched changed"
    " next".split()
)


def past_reading(past: Past, counts: PastCounts, *, lasting: bool) -> str:
    """How something that is over is read: it counts where its effect stays, and where it is not surely over."""
    if lasting or counts is PastCounts.FLAGGED:
        return "yes"
    return "past" if past is Past.OVER else "unsure"


def plain_words(tokens: Sequence[str]) -> str:
    """The words among some tokens, separated by spaces."""
    return " ".join(token for token in tokens if token[0].isalnum())


class Message:
    """A message with its clauses.

    Args:
        tokens: its words and marks.
        clauses: where each clause begins and ends.
        words: the words for circumstances.
        for_other: the answers are about somebody else than who writes.
    """

    def __init__(self, tokens: Sequence[str], clauses: Sequence[Clause], words: Words, *, for_other: bool) -> None:
        self.tokens = list(tokens)
        self._clauses = list(clauses)
        self._words = words
        self._for_other = for_other

    def clause_of(self, mention: Mention) -> Clause | None:
        """The clause in which a mention stands."""
        return next((one for one in self._clauses if one.start <= mention.start < one.end), None)

    def told(self) -> list[list[str]]:
        """The words of each clause that is no question."""
        return [words for clause in self._clauses if not clause.asks and (words := self._plain(clause))]

    def around(self, mention: Mention) -> tuple[list[str], list[str], list[str]]:
        """The words of its clause before and after it, and what goes on about it: "had it, all healed now"."""
        clause = self.clause_of(mention)
        assert clause is not None  # noqa: S101 - asked only of mentions in a clause
        place = self._clauses.index(clause)
        tail: list[str] = []
        for following in self._clauses[place + 1 :]:
            words = self._plain(following)
            if following.asks or not only_circumstances(words):
                break
            tail += words
        head: list[str] = []
        if place > 0 and not self._clauses[place - 1].asks:
            words = self._plain(self._clauses[place - 1])
            if only_circumstances(words) and len(words) > 1 and self._clauses[place - 1].sentence == clause.sentence:
                head = [word for word in words if word not in self._words.negation]  # "I don't… I take insulin"
        before = [*head, *self._words_in(clause.start, mention.start)]
        return before, self._words_in(mention.end, clause.end), tail

    def of_body(self, mention: Mention) -> bool:
        """Whether only a part of the body is named, and nothing that is wrong with it."""
        return all(word in _BODY for word in self.tokens[mention.start : mention.end])

    def of_allergy(self, mention: Mention) -> bool:
        """Whether what is named belongs to the item of allergies: "allergic to aspirin" says nothing of thin blood."""
        return mention.item == "allergy"

    def of_asker(self, mention: Mention) -> bool:
        """Whether who asks speaks of their own condition in a question: "is it possible after a liver transplant?"."""
        clause = self.clause_of(mention)
        return clause is not None and self._words.own_in_question(self._words_in(clause.start, mention.start))

    def is_well(self, mention: Mention) -> bool:
        """Whether a part of the body is said to be fine in what follows: "my kidneys were checked and they're fine"."""
        if not self.of_body(mention):
            return False
        clause = self.clause_of(mention)
        place = self._clauses.index(clause) if clause is not None else 0
        return any(plainly.fine(" ".join(self._plain(one))) for one in self._clauses[place : place + 2])

    def of_other(self, mention: Mention) -> bool:
        """Whether it is said of somebody whom the answers are not about."""
        clause = self.clause_of(mention)
        if clause is None:
            return False
        before = self._words_in(clause.start, mention.start)
        after = self._words_in(mention.end, clause.end)
        person = self._words.whose(before, after, for_other=self._for_other)
        place = self._clauses.index(clause)
        while person is None and place > 0 and self._clauses[place - 1].sentence == clause.sentence:
            place -= 1
            person = self._words.whose(self._plain(self._clauses[place]), (), for_other=self._for_other)
        return person is Person.OTHER

    def direct(self, elsewhere: Sequence[Mention]) -> tuple[str | None, bool]:
        """The answer itself, from what is no question: at the beginning, or else where it ends ("…, so no").

        Args:
            elsewhere: mentions of other items than the one asked: "but I do have lupus" is no 'yes' to it.

        Returns:
            The answer, and whether it stands at the beginning.
        """
        about = {id(self.clause_of(mention)) for mention in elsewhere}
        told = [
            " ".join(self._plain(clause))
            for clause in self._clauses
            if not clause.asks and self._plain(clause) and (id(clause) not in about or clause is self._clauses[0])
        ]
        if not told:
            return None, False
        first, last = plainly.direct(" ".join(told)), plainly.direct(told[-1])
        if last == "yes" and len(told) > 1 and not plainly.plain_yes(told[-1]):
            last = None  # "sorry, …, i do have an open sore": of what, is not said
        if first == "no" and last == "yes" and len(told) > 1:
            return "yes", True
        if first is None and len(told) > 1:
            return last or next((read for words in told if (read := plainly.direct(words)) == "unsure"), None), False
        return first, True

    def past_of_answer(self) -> Past | None:
        """Whether an answer that names nothing says that it is over: "yes, but that was ten years ago"."""
        told = self.told()
        if not all(only_circumstances(part) for part in told):
            return None
        return self._words.over([word for part in told for word in part if word not in ("no", "nope", "nah")])

    def over_reading(self, counts: PastCounts) -> str:
        """How "not anymore" is read."""
        words = [word for part in self.told() for word in part]
        if self._words.returned(words):
            return "yes"
        recent = self._words.over(words) is Past.RECENT
        return past_reading(Past.RECENT if recent else Past.OVER, counts, lasting=False)

    def of_reference(self, mention: Mention) -> str | None:
        """What is said of an answer that is only referred to: "I pressed yes on the pregnant thing by accident"."""
        plain = plain_words(self.tokens)
        if (meant := plainly.meant(plain)) is not None:
            return meant
        if (pressed := plainly.by_mistake(plain)) is not None:
            return {"yes": "no", "no": "yes"}[pressed]
        if self._words.not_mine(self.tokens):
            return "no"
        told = self.told()
        ends = plainly.direct(" ".join(told[-1])) if told else None
        return ends if ends in ("yes", "no", "unsure") and len(told) > 1 else plainly.is_to_be(plain)

    def says_fine(self) -> bool:
        """Whether a clause says that all is well, and not with somebody else."""
        fine = [words for words in self.told() if plainly.fine(" ".join(words))]
        persons = ([word for word in words if word not in _THINGS] for words in fine)
        return any(self._words.whose(words, (), for_other=self._for_other) is not Person.OTHER for words in persons)

    def doubts_all(self) -> bool:
        """Whether a clause doubts everything that was said before it."""
        return any(plainly.unsure_of_all(" ".join(words)) for words in self.told()[1:])

    def ends_in_no(self) -> bool:
        """Whether a message of several clauses ends in a plain no: "…, so no"."""
        told = self.told()
        return len(told) > 1 and plainly.plain_no(" ".join(told[-1]))

    def goes_on_about(self, mention: Mention) -> bool:
        """Whether a mention stands in a clause that says nothing else, in a sentence that began before it."""
        clause = self.clause_of(mention)
        if clause is None:
            return False
        besides = [*self._words_in(clause.start, mention.start), *self._words_in(mention.end, clause.end)]
        if any(word in _VERBS for word in besides) or not only_circumstances([*besides, "it"]):
            return False
        place = self._clauses.index(clause)
        return place > 0 and self._clauses[place - 1].sentence == clause.sentence

    def leaves_open(self, read: Sequence[Mention], *, only_after_turns: bool) -> bool:
        """Whether a clause says something that nothing was made of.

        Args:
            read: the mentions that were read.
            only_after_turns: look only at clauses that begin with a turn: "no, but …".
        """
        understood = {id(self.clause_of(mention)) for mention in read}
        sentences = {one.sentence for one in self._clauses if id(one) in understood} or {0}
        for place, clause in enumerate(self._clauses):
            words = self._plain(clause)
            if clause.asks or id(clause) in understood or self._harmless(clause, ("no", "past")):
                continue
            turns = words[0] in _TURNS
            if only_after_turns and (place == 0 or not turns):
                continue
            if turns or clause.sentence in sentences:
                return True
        return False

    def leaves_anything(self, read: Sequence[Mention]) -> bool:
        """Whether any clause, a question too, was not made something of."""
        understood = {id(self.clause_of(mention)) for mention in read}
        anything = ("yes", "no", "unsure", "past", "not_answered")
        return any(
            id(one) not in understood and (one.asks or not self._harmless(one, anything)) for one in self._clauses
        )

    def names_first(self, read: Sequence[Mention]) -> bool:
        """Whether the first clause itself names an item: "don't take insulin", which denies only that."""
        return any(self.clause_of(mention) is self._clauses[0] for mention in read)

    def fine_about(self, mentions: Sequence[Mention]) -> bool:
        """Whether each of these is said to do no harm: "penicillin is fine"."""
        return all(self._words.denied(*self.around(mention)[:2]) for mention in mentions)

    def begins_with_statement(self) -> bool:
        """Whether the message begins with a statement of its own: "I have …"."""
        return bool(self.tokens) and self.tokens[0] in _STATEMENTS

    def says_nothing(self) -> bool:
        """Whether it is only a sound: "lol ok"."""
        return plainly.says_nothing(plain_words(self.tokens))

    def asks_only(self) -> bool:
        """Whether all of it is a question."""
        return bool(self._clauses) and all(clause.asks for clause in self._clauses)

    def names_other(self) -> bool:
        """Whether it speaks of somebody else: "my mom does"."""
        return any(word in self._words.family for word in self.tokens) and not self._for_other

    def _harmless(self, clause: Clause, answers: Sequence[str]) -> bool:
        """Whether a clause is an answer of one of these kinds, or says nothing about the patient."""
        words = self._plain(clause)
        text = " ".join(words)
        if self._for_other and words[0] in _THEY:
            words = words[1:] or words  # "she is 66"
        return (
            all(word in _TURNS for word in words)
            or only_circumstances(words)
            or plainly.fine(text)
            or plainly.direct(text) in answers
            or self._words.whose(words, (), for_other=self._for_other) is Person.OTHER
        )

    def _plain(self, clause: Clause) -> list[str]:
        return self._words_in(clause.start, clause.end)

    def _words_in(self, start: int, end: int) -> list[str]:
        return [token for token in self.tokens[start:end] if token[0].isalnum()]
