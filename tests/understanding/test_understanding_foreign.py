"""Red flags in other languages: the wordings of the checkout's `content/triage_languages.yml`."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesofaq.chat.assistant import Assistant
from mesofaq.content.loader import Content
from mesofaq.understanding.foreign import SELF_HARM, ForeignFlags, fold
from mesofaq.understanding.triage import Triage, TriageClass

EMERGENCIES = [
    ("tr", "breathing", "nefes alamıyorum yardım edin"),
    ("tr", "breathing", "NEFES ALAMIYORUMMM"),
    ("tr", "breathing", "esim nefes almakta cok zorlaniyor"),
    ("tr", "face-swelling", "iğneden sonra yüzüm çok şişti"),
    ("tr", "airway", "boğazım kapanıyor galiba"),
    ("tr", "chest-pain", "göğsümde çok kötü bir ağrı var"),
    ("tr", "collapse", "eşim birden bayıldı"),
    ("tr", "stroke", "annemin yüzü kaydı konuşması bozuldu"),
    ("tr", "heavy-bleeding", "kanama bir türlü durmuyor"),
    ("tr", SELF_HARM, "intihar etmek istiyorum"),
    ("fr", "breathing", "je n'arrive plus du tout à respirer"),
    ("fr", "breathing", "jarrive pas a respirer"),
    ("fr", "breathing", "elle a du mal à respirer depuis la séance"),
    ("fr", "breathing", "j’étouffe aidez moi"),
    ("fr", "face-swelling", "mon visage a gonflé d'un coup"),
    ("fr", "airway", "ma langue gonfle"),
    ("fr", "chest-pain", "j'ai une grosse douleur dans la poitrine"),
    ("fr", "collapse", "mon mari s'est évanoui"),
    ("fr", "heavy-bleeding", "ca arrete pas de saigner"),
    ("fr", "anaphylaxis", "je crois que je fais un choc anaphylactique"),
    ("fr", SELF_HARM, "j'ai envie de mourir"),
    ("es", "breathing", "no puedo respirar"),
    ("es", "breathing", "me cuesta mucho respirar ayuda"),
    ("es", "face-swelling", "se me está hinchando la cara"),
    ("es", "airway", "la garganta se me está cerrando"),
    ("es", "chest-pain", "me duele mucho el pecho"),
    ("es", "collapse", "mi mujer se ha desmayado"),
    ("es", "vision-loss", "de repente no veo con un ojo"),
    ("es", "heavy-bleeding", "no para de sangrar"),
    ("es", SELF_HARM, "me quiero morir"),
    ("de", "breathing", "ich bekomme keine Luft"),
    ("de", "breathing", "hab atemnot seit der spritze"),
    ("de", "face-swelling", "mein Gesicht ist total angeschwollen"),
    ("de", "airway", "meine Zunge schwillt an"),
    ("de", "chest-pain", "ich habe starke Schmerzen in der Brust"),
    ("de", "collapse", "mein Vater ist bewußtlos"),
    ("de", "stroke", "ihr Mundwinkel haengt runter"),
    ("de", "heavy-bleeding", "es hört nicht auf zu bluten"),
    ("de", "skin-death", "die Haut wird ganz schwarz"),
    ("de", SELF_HARM, "ich will nicht mehr leben"),
    ("ar", "breathing", "مش قادر أتنفس"),
    ("ar", "breathing", "لا أستطيع التنفس"),
    ("ar", "breathing", "عندي ضيق في التنفس بعد الإبرة"),
    ("ar", "face-swelling", "وجهي تورّم كثير"),
    ("ar", "chest-pain", "عندي ألم في الصدر"),
    ("ar", "collapse", "زوجتي أغمي عليها"),
    ("ar", "heavy-bleeding", "النزيف مش راضي يوقف"),
    ("ar", SELF_HARM, "أريد أن أموت"),
    ("ar", "breathing", "msh 2ader atnafas"),
    ("ar", "chest-pain", "sadri byewga3ni"),
    ("hi", "breathing", "मुझे साँस नहीं आ रही है"),
    ("hi", "breathing", "सांस लेने में बहुत तकलीफ हो रही है"),
    ("hi", "face-swelling", "मेरा चेहरा सूज गया है"),
    ("hi", "chest-pain", "सीने में बहुत दर्द है"),
    ("hi", "collapse", "पापा बेहोश हो गए"),
    ("hi", SELF_HARM, "मैं मरना चाहता हूँ"),
    ("hi", "breathing", "mujhe saans nahi aa rahi"),
    ("hi", "breathing", "sans lene me dikkat ho rahi hai"),
    ("hi", "face-swelling", "mera chehra sooj gaya"),
    ("hi", "chest-pain", "seene mein bahut dard"),
    ("hi", "collapse", "mummy behosh ho gayi"),
    ("hi", "heavy-bleeding", "khoon band nahi ho raha"),
    ("hi", SELF_HARM, "main khudkushi kar lunga"),
]
DENIED = [
    "je n'ai pas de douleur thoracique",
    "je n'ai aucun mal à respirer",
    "göğüs ağrım yok",
    "nefes darlığım yok ama başım ağrıyor",
    "keine Atemnot",
    "ich habe keine Schmerzen in der Brust",
    "no tengo dolor en el pecho",
    "sin dificultad para respirar",
    "ما عندي ألم بالصدر",
    "सीने में दर्द नहीं है",
    "seene me dard nahi hai",
]
STILL_MEANT = [
    "je sais pas j'ai du mal à respirer",
    "je ne me sens pas bien douleur thoracique",
    "non je n'ai pas de fièvre mais une douleur dans la poitrine",
    "no, no puedo respirar",
    "no estoy bien me duele el pecho",
    "mir geht es nicht gut ich bekomme keine luft",
    "seene me dard nahi ruk raha",
    "ateşim yok ama nefes alamıyorum",
    "keine Ahnung aber meine Zunge schwillt an",
]
ONLY_ASKED = [
    "mezoterapi nefes darlığı yapar mı",
    "est-ce que ça peut provoquer une crise cardiaque",
    "¿puede causar dolor en el pecho?",
    "kann das Atemnot verursachen",
]


@pytest.fixture(scope="module")
def flags(content: Content) -> ForeignFlags:
    return ForeignFlags(content.triage_languages)


@pytest.fixture(scope="module")
def triage(content: Content) -> Triage:
    return Triage(content.triage, languages=content.triage_languages)


@pytest.mark.parametrize(("language", "flag", "text"), EMERGENCIES)
def test_the_commonest_wordings_are_an_emergency(triage: Triage, language: str, flag: str, text: str) -> None:
    judged = triage.judge(text)
    assert judged.triage_class is TriageClass.EMERGENCY
    assert f"{flag}-{language}" in [finding.rule for finding in judged.findings if finding.turned_off_by is None]
    assert judged.phrase == f"{'emergency_self_harm' if flag == SELF_HARM else 'emergency'}:{language}"


@pytest.mark.parametrize("text", DENIED)
def test_a_denial_turns_it_off_and_is_kept_with_its_reason(triage: Triage, text: str) -> None:
    judged = triage.judge(text)
    assert judged.triage_class is None
    assert [finding.turned_off_by for finding in judged.findings] == ["negation"]


@pytest.mark.parametrize("text", STILL_MEANT)
def test_a_denial_of_something_else_turns_nothing_off(triage: Triage, text: str) -> None:
    assert triage.judge(text).triage_class is TriageClass.EMERGENCY


@pytest.mark.parametrize("text", ONLY_ASKED)
def test_a_question_about_what_could_happen_is_no_emergency(triage: Triage, text: str) -> None:
    judged = triage.judge(text)
    assert judged.triage_class is None
    assert [finding.turned_off_by for finding in judged.findings] == ["hypothetical"]


def test_staff_see_the_rule_and_the_words(triage: Triage) -> None:
    (finding,) = triage.judge("Hello, I had injections. Je n'arrive pas à respirer").findings
    assert (finding.rule, finding.words) == ("breathing-fr", ("arive pas a respirer",))


def test_an_english_self_harm_finding_keeps_its_text_in_the_patients_language(triage: Triage) -> None:
    assert triage.judge("I want to die. nefes alamıyorum").phrase == "emergency_self_harm:tr"


def _english(folder: Path) -> list[str]:
    files = [*(folder / "cards").rglob("*.examples.txt"), folder / "triage_examples" / "not_emergency.txt"]
    lines = [line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


HALF_FRENCH = (
    "Mon père had a AVC, how you say, a stroke, five years ago. He is recovered and he wants hair. "
    "At 66 it is too late?"
)


def test_no_english_message_raises_a_red_flag_of_another_language(assistant: Assistant, content: Content) -> None:
    lines = _english(content.folder)
    assert len(lines) > 3000
    languages = tuple(f"-{code}" for code in content.triage_languages)
    found = {
        line: rules
        for line in lines
        if (rules := [one.rule for one in assistant.triage.judge(line).findings if one.rule.endswith(languages)])
    }
    # Half of it is French, and the flag is: French has no word for the past in it.
    assert found == {HALF_FRENCH: ["stroke-fr"]}


def test_every_wording_as_written_is_found(flags: ForeignFlags, content: Content) -> None:
    missed = []
    for code, language in content.triage_languages.items():
        for flag, wordings in (*language.emergency.items(), (SELF_HARM, language.self_harm)):
            for wording in wordings:
                plain = " ".join(slot.split("/")[0].rstrip("*") for slot in wording.split())
                if not any((found.language, found.flag) == (code, flag) for found in flags.find(plain)):
                    missed.append((code, flag, wording))
    assert missed == []


@given(text=st.text(max_size=200))
def test_any_text_is_judged_without_an_error(flags: ForeignFlags, text: str) -> None:
    flags.find(text)
    assert fold(fold(text)) is not None


@given(
    text=st.lists(
        st.sampled_from("nefes alamıyorum pas à respirer no puedo मुझे साँस नहीं لا أستطيع التنفس . , $ ' / *".split())
    )
)
def test_pieces_of_wordings_in_any_order_are_judged_without_an_error(flags: ForeignFlags, text: list[str]) -> None:
    flags.find(" ".join(text))


def test_a_message_costs_little(flags: ForeignFlags, content: Content) -> None:
    lines = _english(content.folder)[:1000]
    begin = time.process_time()
    for line in lines:
        flags.find(line)
    assert (time.process_time() - begin) / len(lines) < 0.0009  # 0.06 ms; room for a busy machine
