"""Compiles content into a bundle. Build time only; `mesofaq content build` and `mesofaq up` call it.

A bundle is written beside its final place and moved there whole, then CURRENT is replaced: a crash at any point
leaves the old bundle in service.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mesofaq.content.loader import Content, load_content, read_nlu_examples
from mesofaq.errors import Problem
from mesofaq.knowledge.bundle import FORMAT, PARTS, Entry, bundle_id, current_bundle, file_sha256, verify
from mesofaq.knowledge.encoder import Encoder, Vectors
from mesofaq.knowledge.examples import Example, read_examples
from mesofaq.knowledge.export import DEFAULT_ENCODER, export_encoder, tools_missing
from mesofaq.knowledge.fitting import WordHeads, choose, fit_words
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.opinion import ORDINARY
from mesofaq.knowledge.tune import Tuned
from mesofaq.settings import Settings
from mesofaq.understanding.normalise import normalise
from mesofaq.understanding.spelling import Speller, learn_words

__all__ = ["build_bundle", "ensure_bundle"]

Progress = Callable[[str], None]
_PART = 512


def ensure_bundle(settings: Settings, progress: Progress) -> Path:
    """The current bundle's folder, built first when it is missing, damaged or older than its content.

    Raises:
        Problem: the content cannot be read, or the build dependencies are missing.
    """
    with _only_one(settings.var / "bundles", progress):
        current = current_bundle(settings.var / "bundles")
        if current is not None:
            try:
                manifest = verify(current)
            except Problem:
                progress("The knowledge bundle is damaged and is built anew")
            else:
                if manifest["inputs_sha256"] == _inputs_sha256(settings):
                    return current
        return _build(settings, progress)


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
    with _only_one(settings.var / "bundles", progress):
        return _build(settings, progress)


@contextmanager
def _only_one(bundles: Path, progress: Progress) -> Iterator[None]:
    """Let one process build at a time: two would each take twice as long, and the second finds the first's bundle."""
    bundles.mkdir(parents=True, exist_ok=True)
    with (bundles / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("Waiting for another build of the knowledge bundle")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(settings: Settings, progress: Progress) -> Path:
    progress("Reading the cards")
    content = load_content(settings.content)
    acts = read_nlu_examples(settings.home / "bot" / "data" / "nlu")
    examples = read_examples(content, acts, settings.content)
    inputs = _inputs_sha256(settings)
    exported = export_encoder(settings.encoder, examples, settings.var / "cache" / "encoders", progress)
    encoder = Encoder(exported.folder / "encoder.onnx", exported.folder / "tokenizer.json")
    labels = exported.tuned.labels.names
    entries = _entries(examples)
    progress(f"Encoding {len(entries)} questions of {len(content.cards)} cards")
    rows = np.array([labels.index(entry.label) for entry in entries], dtype=np.int64)
    index = QuestionIndex.of(_encode(encoder, [normalise(entry.text) for entry in entries]), rows, len(labels))
    progress("Learning the words")
    spelling = _spelling(content, examples)
    progress("Calibrating and choosing the thresholds")
    words = fit_words(examples, exported.tuned)
    chosen = choose(
        settings.content / "calibration",
        content.cards.keys(),
        exported.tuned,
        words,
        encoder,
        index,
        Speller(**spelling),
    )
    progress("Writing the bundle")
    bundles = settings.var / "bundles"
    working = bundles / f".building-{os.getpid()}"
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    for part in ("encoder.onnx", "tokenizer.json"):
        shutil.copyfile(exported.folder / part, working / part)
    index.write(working / "index.faiss")
    _write_json(working / "entries.json", {"labels": labels, "entries": [asdict(entry) for entry in entries]})
    _write_json(working / "cards.json", _cards(content))
    _write_heads(working, exported.tuned)
    _write_words(working, words)
    _write_json(
        working / "decision.json",
        {
            "mixture": asdict(chosen.calibration.mixture),
            "without_words": asdict(chosen.calibration.without_words),
            "thresholds": chosen.calibration.thresholds.as_dict(),
            "triage": {
                "classes": exported.tuned.triage.names,
                "blend": asdict(chosen.blend),
                "alarm": chosen.alarm.as_dict(),
            },
        },
    )
    _write_json(working / "spelling.json", spelling)
    parts = {part: file_sha256(working / part) for part in PARTS}
    manifest = {
        "format": FORMAT,
        "id": bundle_id(parts),
        "inputs_sha256": inputs,
        "encoder": {"name": settings.encoder or DEFAULT_ENCODER, "weights_sha256": exported.weights_sha256},
        "counts": {
            "cards": len(content.cards),
            "questions": len(entries),
            "labels": len(labels),
            "examples": len(examples),
        },
        "tuned_figures": chosen.calibration.tuned_figures,
        "parts": parts,
    }
    _write_json(working / "manifest.json", manifest)
    target = _put_in_place(working, bundles / bundle_id(parts))
    _point_to(bundles, target.name)
    progress(f"Bundle {target.name} is ready")
    return target


def _entries(examples: Sequence[Example]) -> list[Entry]:
    """The rows of the index: what stands for a label by itself, without a question before it."""
    return [
        Entry(item.text, item.label, item.shown)
        for item in examples
        if item.label is not None and item.triage == ORDINARY and not item.follows
    ]


def _encode(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    """Encode many texts on every core; one run of the encoder takes one. The vectors do not depend on how many."""
    parts = [texts[start : start + _PART] for start in range(0, len(texts), _PART)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(encoder.encode, parts)))


def _cards(content: Content) -> dict[str, Any]:
    cards = []
    for card in sorted(content.cards.values(), key=lambda card: card.id):
        # The example questions are in entries.json, and a path of the building machine is nobody's business.
        cards.append(
            card.model_copy(update={"examples": (), "path": Path(card.group, card.path.name)}).model_dump(mode="json")
        )
    sources = {key: source.model_dump(mode="json") for key, source in sorted(content.sources.items())}
    return {"cards": cards, "sources": sources}


def _spelling(content: Content, examples: Sequence[Example]) -> dict[str, list[str]]:
    """The words that are known, with a dictionary's, and those among them that a misspelling may stand for."""
    try:
        from spellchecker import SpellChecker
    except ImportError:
        raise tools_missing() from None
    lexicon = [str(phrase) for phrases in content.triage["concepts"].values() for phrase in phrases]
    cards = [text for card in content.cards.values() for text in (card.body, *card.questions)]
    targets = learn_words([item.text for item in examples], [*cards, *lexicon])
    dictionary = {word.replace("'", "") for word in SpellChecker(language="en").word_frequency.dictionary}
    return {"known": sorted(dictionary | set(targets)), "targets": targets, "learnt": sorted(set(targets) - dictionary)}


def _write_heads(folder: Path, tuned: Tuned) -> None:
    for name, head in (("head", tuned.labels), ("opinion", tuned.triage)):
        np.save(folder / f"{name}_weights.npy", head.weights, allow_pickle=False)
        np.save(folder / f"{name}_bias.npy", head.bias, allow_pickle=False)


def _write_words(folder: Path, words: WordHeads) -> None:
    _write_json(folder / "wording_vocabulary.json", words.wording.vocabulary)
    np.save(folder / "wording_idf.npy", words.wording.idf, allow_pickle=False)
    for name, head in (("label", words.labels), ("triage", words.triage)):
        np.save(folder / f"wording_{name}_weights.npy", head.weights, allow_pickle=False)
        np.save(folder / f"wording_{name}_bias.npy", head.bias, allow_pickle=False)


def _inputs_sha256(settings: Settings) -> str:
    """The hash of everything a bundle is made from: cards, examples, the encoder's name, and this package's code."""
    folders: Sequence[Path] = (
        settings.content / "cards",
        settings.content / "calibration",
        settings.content / "triage_examples",
        settings.content / "outside",
        settings.home / "bot" / "data" / "nlu",
        Path(__file__).parent,
    )
    package = Path(__file__).parents[1]
    files = [
        settings.content / "sources.yml",
        settings.content / "triage.yml",
        settings.content / "follow_ups.jsonl",
        package / "understanding" / "normalise.py",
        package / "content/models.py",
    ]
    for folder in folders:
        files += [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    digest = hashlib.sha256(f"{FORMAT}\0{settings.encoder}".encode())
    for path in sorted(path for path in files if path.exists()):
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
