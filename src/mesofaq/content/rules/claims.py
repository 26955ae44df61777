"""What no text may claim: promises, freedom from pain or risk, cures, approvals, advice that is the doctor's.

A claim that a text denies, doubts or reports with a distance is honest and passes: 'nobody can promise', 'it is not
a cure', 'some articles say it does not hurt; it is safer to expect a little pain'. A patient's question passes too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mesofaq.content.rules.base import Corpus, Finding
from mesofaq.content.rules.prose import Sentence, sentences
from mesofaq.content.rules.texts import Kind, Text, patient_texts

__all__ = ["check"]


@dataclass(frozen=True)
class _Claim:
    """One kind of claim.

    A group named `core` in `pattern`, where there is one, is the part that a 'not' before it denies. `reportable`
    claims may be reported at a distance, `conditional` ones may stand after 'if', 'whether', 'before you'.
    """

    pattern: re.Pattern[str]
    advice: str
    reportable: bool = True
    conditional: bool = False


def _re(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_MEDICINE = (
    r"(?:medicines?|medications?|meds|drugs?|tablets?|pills?|dos(?:e|es|age)|prescriptions?|blood[- ]thinners?|"
    r"anticoagulants?|antibiotics?|painkillers?|aspirin|ibuprofen|warfarin|eliquis|xarelto|plavix|clopidogrel|"
    r"minoxidil|finasteride|dutasteride|metformin|insulin|steroids?|hormones?|contraceptives?)"
)
_CLAIMS = (
    _Claim(
        _re(
            r"\bpain-?less(?:ly)?\b",
            r"\bpain[- ]free\b",
            r"\b(?:no|zero|without(?: any)?) (?:pain|discomfort)\b",
            r"\b(?:(?:does|do|will|did)(?: not|n't)|won't) (?:\w+ )?hurt\b",
        ),
        "Do not call it free of pain: say that mild discomfort is usual.",
        conditional=True,
    ),
    _Claim(
        _re(
            r"\bguarant\w*",
            r"\bpromise[sd]?\b",
            r"\b100 ?(?:%|per ?cent)",
            r"\b(?:will|'ll|going to) (?:\w+ ){0,2}(?P<core>(?:re)?grow)\b",
            r"\byou(?:'ll| will) (?:\w+ ){0,2}(?:see|get|have|notice|enjoy) (?:\w+ ){0,3}"
            r"(?:results?|hair|(?:re)?growth|improvements?)\b",
            r"\b(?:always works?|never fails?|works? for (?:everyone|everybody)|"
            r"(?:certain|sure|bound) to (?:work|help|re?grow))\b",
            r"\b(?:clinically|scientifically|medically) proven\b",
            r"\bproven to\b",
            r"\bpermanent (?:results?|solutions?|regrowth|hair)\b",
            r"\b(?:results?|effects?|regrowth) (?:is|are|will be|stays?) (?P<core2>permanent)\b",
        ),
        "Promise nothing: say what may happen, and how sure that is.",
    ),
    _Claim(_re(r"\bmiracles?\b", r"\bmiraculous\w*"), "Leave the word out: say what is known."),
    _Claim(
        _re(
            r"\brisk[- ]?free\b",
            r"\bside[- ]effect[- ]free\b",
            r"\b(?:no|zero|without(?: any)?|free (?:of|from)) (?:\w+ )?(?:risks?|side[- ]effects?|dangers?)\b",
            r"\bside[- ]effects? (?:do not|don't|never|cannot|can't|will not|won't) (?:occur|happen)\b",
            r"\b(?:completely|totally|perfectly|absolutely|entirely|always) safe\b",
        ),
        "Every injection has risks: name them instead.",
    ),
    _Claim(_re(r"\bcur(?:e|es|ed|ing)\b"), "Do not speak of a cure: say what it may do."),
    _Claim(
        _re(
            r"\b(?:FDA|Food and Drug Administration)\b[- ]?(?:\w+ ){0,3}"
            r"(?P<core>approv\w+|clear(?:ed|ance))",
            r"\b(?:approv\w+|cleared|clearance) (?:by|from|of) (?:the )?(?:US )?"
            r"(?:FDA|Food and Drug Administration|EMA|MHRA|authorit\w+|regulators?)\b",
            r"\bapproved in (?:the )?(?:US|USA|UK|EU|United States|Europe)\b",
        ),
        "The treatment itself is approved by nobody: leave it out, or say what the approval does not cover.",
    ),
    _Claim(
        _re(
            r"\byou(?:'re| are) (?:\w+ ){0,2}(?P<core>suitable|eligible|"
            r"an? (?:\w+ )?candidate)\b",
            r"\byou qualify\b",
            r"\b(?:safe|right|suitable) for you\b",
            r"\byou (?:can|may) safely\b",
        ),
        "Only the clinic's doctor decides who is suitable: say so.",
        reportable=False,
        conditional=True,
    ),
    _Claim(
        _re(
            r"\bstop taking\b",
            r"\b(?:stop|pause|skip|halve|quit|start|restart|resume|change|switch|reduce|lower|increase|double|adjust|"
            rf"come off|go off|leave out|cut down on) (?:[\w'-]+ ){{0,4}}{_MEDICINE}\b",
        ),
        "Never tell a reader to stop, start or change a medicine: send them to the doctor who prescribed it.",
        reportable=False,
        conditional=True,
    ),
)

# A new thought: a 'not' before it says nothing about what comes after it.
_BREAK = re.compile(
    r"[;:]|, (?=(?:it|this|they|you|we|the|so|and|but|which)\b)|\b(?:and|but)\b|^(?:no|yes)\b[,.]", re.IGNORECASE
)
_DENIAL = re.compile(
    r"\b(?:no|not|never|nobody|none|neither|nor|cannot|without|nothing|hardly|rather than|instead of|far from|"
    r"wary|beware|walk away)\b|n't\b",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(r"\bnot (?:only|just|merely)\b|\b(?:no|without)(?: a)? doubt\b|\bnothing but\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|whether|unless|until|before you|in case|once)\b", re.IGNORECASE)
_OTHERS_ACT = re.compile(
    r"\b(?:doctor|clinician|prescriber|clinic|they)(?: (?:may|can|might|will|could|would|should))?\s*$", re.I
)
_REPORT = re.compile(
    r"\b(?:articles?|sources?|guides?|texts?|clinics?|people|some|others?|one|another)\b.*"
    r"\b(?:says?|said|states?|claims?|calls?|writes?|promises?)\b|\baccording to\b",
    re.IGNORECASE,
)
_DISTANCE = re.compile(
    r"\b(?:not|no|cannot|never|but|however|careful|wary|unproven|unclear|claims?|safer|nobody|none)\b|n't\b",
    re.IGNORECASE,
)
_REACH = 8  # words before a claim in which a 'not' or an 'if' still belongs to it


def check(corpus: Corpus) -> Iterator[Finding]:
    """Claims in every text that patients read."""
    for item in patient_texts(corpus):
        found = list(sentences(item.text))
        for position, sentence in enumerate(found):
            if sentence.text.rstrip("\"')").endswith("?"):
                continue
            following = found[position + 1].text if position + 1 < len(found) else ""
            for claim in _CLAIMS:
                for match in claim.pattern.finditer(sentence.text):
                    if not _honest(claim, match, sentence.text, following):
                        message = f'"{match.group().strip()}" is a claim. {claim.advice}'
                        yield Finding.error(item.path, _line(item, sentence), "claims", message)


def _honest(claim: _Claim, match: re.Match[str], sentence: str, following: str) -> bool:
    groups = match.groupdict()
    core = next((match.start(name) for name, value in groups.items() if value is not None), match.start())
    clause = _NO_DENIAL.sub("", _BREAK.split(sentence[:core])[-1])
    near = " ".join(clause.split()[-_REACH:])
    if _DENIAL.search(near):
        return True
    if claim.conditional and (_CONDITION.search(near) or _OTHERS_ACT.search(near)):
        return True
    quoted = sentence[: match.start()].count('"') % 2 == 1
    reported = quoted or _REPORT.search(sentence[: match.start()]) is not None
    return claim.reportable and reported and _DISTANCE.search(f"{sentence[match.end() :]} {following}") is not None


def _line(item: Text, sentence: Sentence) -> int:
    # Only an answer stands in its file line by line; a value of YAML may be folded.
    return item.line() + (sentence.line - 1 if item.kind is Kind.ANSWER else 0)
