"""Compiles content into a bundle. Build time only; `mesofaq content build` and `mesofaq up` call it.

A bundle is written beside its final place and moved there whole, then CURRENT is replaced: a crash at any point
leaves the old bundle in service.
"""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from mesofaq.content.loader import Content, load_content, read_nlu_examples
from mesofaq.errors import Code, Problem
from mesofaq.knowledge.bundle import FORMAT, PARTS, Entry, bundle_id, current_bundle, file_sha256, verify
from mesofaq.knowledge.calibration import Calibration, calibrate, read_calibration_set
from mesofaq.knowledge.encoder import Encoder, Vectors
from mesofaq.knowledge.export import DEFAULT_ENCODER, export_encoder, tools_missing
from mesofaq.knowledge.fit import FOLDS, FittedHead, FittedLinear, fit_head, fit_opinion
from mesofaq.knowledge.head import Head
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.opinion import ORDINARY
from mesofaq.settings import Settings
from mesofaq.understanding.normalise import normalise
from mesofaq.understanding.spelling import Speller, learn_words

__all__ = ["build_bundle", "ensure_bundle"]

Progress = Callable[[str], None]


def ensure_bundle(settings: Settings, progress: Progress) -> Path:
    """The current bundle's folder, built first when it is missing, damaged or older than its content.

    Raises:
        Problem: the content cannot be read, or the build dependencies are missing.
    """
    current = current_bundle(settings.var / "bundles")
    if current is not None:
        try:
            manifest = verify(current)
        except Problem:
            progress("The knowledge bundle is damaged and is built anew")
        else:
            if manifest["inputs_sha256"] == _inputs_sha256(settings):
                return current
    return build_bundle(settings, progress)


def build_bundle(settings: Settings, progress: Progress) -> Path:
    """Build a bundle from `content/` and the dialogue acts' examples, and make it the current one.

    Args:
        settings: where content lies, which encoder to use, where bundles go.
        progress: is told, in a few words, what is being done.

    Returns:
        The bundle's folder, `var/bundles/<id>`.

    Raises:
        Problem: the content cannot be read, or the build dependencies are missing.
    """
    progress("Reading the cards")
    content = load_content(settings.content)
    acts = read_nlu_examples(settings.home / "bot" / "data" / "nlu")
    entries = _entries(content, acts)
    inputs = _inputs_sha256(settings)
    encoder_folder, weights = export_encoder(settings.encoder, settings.var / "cache" / "encoders", progress)
    progress(f"Encoding {len(entries)} questions of {len(content.cards)} cards")
    encoder = Encoder(encoder_folder / "encoder.onnx", encoder_folder / "tokenizer.json")
    texts = [normalise(entry.text) for entry in entries]
    vectors = encoder.encode(texts)
    fitted, labels = fit_head(texts, vectors, [entry.label for entry in entries], progress)
    progress("Learning the words")
    spelling = _spelling(content, texts, settings.content / "triage_examples")
    speller = Speller(**spelling)
    progress("Calibrating and choosing the thresholds")
    rows = np.array([labels.index(entry.label) for entry in entries], dtype=np.int64)
    index = QuestionIndex.of(vectors, rows, len(labels))
    head = Head(fitted.weights, fitted.bias, index, fitted.lexical.head(), fitted.mixture)
    questions, truth = read_calibration_set(settings.content / "calibration", content.cards.keys())
    questions = [speller.correct(normalise(question)) for question in questions]
    asked = zip(questions, encoder.encode(questions), strict=True)
    calibration = calibrate(np.stack([head.scores(text, vector) for text, vector in asked]), truth, labels)
    progress("Fitting the second opinion on triage")
    opinion = _fit_opinion(settings.content / "triage_examples", encoder, texts, vectors)
    progress("Writing the bundle")
    bundles = settings.var / "bundles"
    working = bundles / f".building-{os.getpid()}"
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    for part in ("encoder.onnx", "tokenizer.json"):
        shutil.copyfile(encoder_folder / part, working / part)
    index.write(working / "index.faiss")
    _write_json(working / "entries.json", {"labels": labels, "entries": [asdict(entry) for entry in entries]})
    _write_json(working / "cards.json", _cards(content))
    _write_head(working, fitted, calibration)
    _write_opinion(working, opinion)
    _write_json(working / "spelling.json", spelling)
    parts = {part: file_sha256(working / part) for part in PARTS}
    manifest = {
        "format": FORMAT,
        "id": bundle_id(parts),
        "inputs_sha256": inputs,
        "encoder": {"name": settings.encoder or DEFAULT_ENCODER, "weights_sha256": weights},
        "counts": {"cards": len(content.cards), "questions": len(entries), "labels": len(labels)},
        "tuned_figures": {"out_of_fold_top1": fitted.out_of_fold_top1, **calibration.tuned_figures},
        "parts": parts,
    }
    _write_json(working / "manifest.json", manifest)
    target = _put_in_place(working, bundles / bundle_id(parts))
    _point_to(bundles, target.name)
    progress(f"Bundle {target.name} is ready")
    return target


def _entries(content: Content, acts: dict[str, tuple[str, ...]]) -> list[Entry]:
    entries: list[Entry] = []
    for card in sorted(content.cards.values(), key=lambda card: card.id):
        label = f"card:{card.id}"
        entries += [Entry(text, label, shown=True) for text in card.questions]
        entries += [Entry(text, label, shown=False) for text in card.examples]
    for intent in sorted(acts):
        entries += [Entry(text, f"act:{intent}", shown=False) for text in acts[intent]]
    for label, count in Counter(entry.label for entry in entries).items():
        if count < FOLDS:
            kind, name = label.split(":", 1)
            raise Problem(
                Code.CONTENT_INVALID,
                f"The {kind} '{name}' has too few questions and examples to learn from ({count}; at least {FOLDS} are "
                "needed). Write more of them, in patients' own words.",
            )
    return entries


def _cards(content: Content) -> dict[str, Any]:
    cards = []
    for card in sorted(content.cards.values(), key=lambda card: card.id):
        # The example questions are in entries.json, and a path of the building machine is nobody's business.
        cards.append(
            card.model_copy(update={"examples": (), "path": Path(card.group, card.path.name)}).model_dump(mode="json")
        )
    sources = {key: source.model_dump(mode="json") for key, source in sorted(content.sources.items())}
    return {"cards": cards, "sources": sources}


def _spelling(content: Content, texts: Sequence[str], triage_examples: Path) -> dict[str, list[str]]:
    """The words that are known, with a dictionary's, and those among them that a misspelling may stand for."""
    try:
        from spellchecker import SpellChecker
    except ImportError:
        raise tools_missing() from None
    lexicon = [str(phrase) for phrases in content.triage["concepts"].values() for phrase in phrases]
    cards = [text for card in content.cards.values() for text in (card.body, *card.questions)]
    seen = [*texts, *(line for path in sorted(triage_examples.glob("*.txt")) for line in _read_lines(path))]
    targets = learn_words(seen, [*cards, *lexicon])
    dictionary = {word.replace("'", "") for word in SpellChecker(language="en").word_frequency.dictionary}
    return {"known": sorted(dictionary | set(targets)), "targets": targets}


def _read_lines(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _fit_opinion(folder: Path, encoder: Encoder, ordinary: Sequence[str], vectors: Vectors) -> FittedLinear:
    """The opinion on triage: what each file of `folder` holds, one class a file, against the ordinary questions."""
    texts, labels = list(ordinary), [ORDINARY] * len(ordinary)
    for path in sorted(folder.glob("*.txt")):
        found = [normalise(line) for line in _read_lines(path)]
        texts += found
        labels += [path.stem] * len(found)
    added = encoder.encode(texts[len(ordinary) :])
    return fit_opinion(texts, np.concatenate([vectors, added]) if len(added) else vectors, labels)


def _write_opinion(folder: Path, fitted: FittedLinear) -> None:
    _write_json(folder / "opinion.json", {"labels": fitted.labels, "vocabulary": fitted.lexical.vocabulary})
    arrays: dict[str, Any] = {
        "weights": fitted.weights,
        "bias": fitted.bias,
        "idf": fitted.lexical.idf,
        "lexical_weights": fitted.lexical.weights,
        "lexical_bias": fitted.lexical.bias,
    }
    for name, array in arrays.items():
        np.save(folder / f"opinion_{name}.npy", array, allow_pickle=False)


def _write_head(folder: Path, fitted: FittedHead, calibration: Calibration) -> None:
    arrays: dict[str, Any] = {
        "head_weights": fitted.weights,
        "head_bias": fitted.bias,
        "lexical_idf": fitted.lexical.idf,
        "lexical_weights": fitted.lexical.weights,
        "lexical_bias": fitted.lexical.bias,
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    _write_json(folder / "lexical_vocabulary.json", fitted.lexical.vocabulary)
    mixture = replace(fitted.mixture, scale=calibration.scale)
    _write_json(folder / "decision.json", {"mixture": asdict(mixture), "thresholds": calibration.thresholds.as_dict()})


def _inputs_sha256(settings: Settings) -> str:
    """The hash of everything a bundle is made from: cards, examples, the encoder's name, and this package's code."""
    folders: Sequence[Path] = (
        settings.content / "cards",
        settings.content / "calibration",
        settings.content / "triage_examples",
        settings.home / "bot" / "data" / "nlu",
        Path(__file__).parent,
    )
    package = Path(__file__).parents[1]
    files = [
        settings.content / "sources.yml",
        settings.content / "triage.yml",
        package / "understanding" / "normalise.py",
        package / "content/models.py",
    ]
    for folder in folders:
        files += [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    digest = hashlib.sha256(f"{FORMAT}\0{settings.encoder}".encode())
    for path in sorted(files):
        digest.update(f"\0{path.parent.name}/{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _put_in_place(working: Path, target: Path) -> Path:
    """Move a finished bundle to where it is served from; one with the same parts stays, and gets the new manifest."""
    try:
        verify(target)
    except Problem:
        shutil.rmtree(target, ignore_errors=True)
        working.rename(target)
    else:
        (working / "manifest.json").replace(target / "manifest.json")
        shutil.rmtree(working)
    return target


def _write_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")


def _point_to(bundles: Path, bundle_id: str) -> None:
    pointer = bundles / "CURRENT.new"
    pointer.write_text(bundle_id + "\n", encoding="utf-8")
    pointer.replace(bundles / "CURRENT")
