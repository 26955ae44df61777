"""A bundle: the cards compiled into a folder that never changes, with the hash of each part in its manifest.

    var/bundles/<id>/   manifest.json  encoder.onnx  tokenizer.json  index.faiss  entries.json  weights of the heads …
    var/bundles/CURRENT the id of the one to serve

The id is the hash of the parts' hashes: the same content gives the same id. `load_bundle` checks every hash before
anything is used.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from mesofaq.content.models import Card, Source
from mesofaq.errors import Code, Problem
from mesofaq.knowledge.calibration import Thresholds
from mesofaq.knowledge.encoder import Encoder
from mesofaq.knowledge.head import Head, LinearHead, Mixture
from mesofaq.knowledge.index import QuestionIndex
from mesofaq.knowledge.lexical import LexicalHead, Wording
from mesofaq.knowledge.opinion import Alarm, Blend, Opinion
from mesofaq.understanding.spelling import Speller

__all__ = ["FORMAT", "PARTS", "Bundle", "Entry", "bundle_id", "current_bundle", "file_sha256", "load_bundle"]

FORMAT = 4
PARTS = (
    "encoder.onnx",
    "tokenizer.json",
    "index.faiss",
    "entries.json",
    "cards.json",
    "head_weights.npy",
    "head_bias.npy",
    "decision.json",
    "spelling.json",
    "opinion_weights.npy",
    "opinion_bias.npy",
    "wording_vocabulary.json",
    "wording_idf.npy",
    "wording_label_weights.npy",
    "wording_label_bias.npy",
    "wording_triage_weights.npy",
    "wording_triage_bias.npy",
)

_REBUILD = "Run 'mesofaq content build' (or 'make up') to make it anew."


@dataclass(frozen=True)
class Entry:
    """One row of the index: a question, the label it stands for, and whether patients are shown this wording."""

    text: str
    label: str
    shown: bool


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle, ready to answer from."""

    id: str
    folder: Path
    manifest: dict[str, Any]
    cards: dict[str, Card]
    sources: dict[str, Source]
    encoder: Encoder
    index: QuestionIndex
    entries: tuple[Entry, ...]
    labels: tuple[str, ...]
    wording: Wording
    head: Head
    opinion: Opinion
    alarm: Alarm
    speller: Speller
    thresholds: Thresholds

    def servable(self, card: Card, *, production: bool, today: date) -> bool:
        """Whether `card` may be shown: in production only while its approval is current and covers these words."""
        return not production or card.status_on(today) == "approved"


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bundle_id(parts: dict[str, str]) -> str:
    """The id of the bundle with these parts' hashes: the same parts have the same id."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def current_bundle(bundles: Path) -> Path | None:
    """The folder that CURRENT names under `bundles`, or None where there is none yet."""
    pointer = bundles / "CURRENT"
    if not pointer.exists():
        return None
    return bundles / pointer.read_text(encoding="utf-8", errors="replace").strip()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the bundle in `folder`.

    Raises:
        Problem: `bundle-missing` without a bundle there, `bundle-damaged` when it cannot be read.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem(Code.BUNDLE_MISSING, f"There is no knowledge bundle in '{folder.name}'. {_REBUILD}") from None
    except (OSError, ValueError) as error:
        raise Problem(
            Code.BUNDLE_DAMAGED, f"The manifest of bundle '{folder.name}' is unreadable. {_REBUILD}"
        ) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Problem(Code.BUNDLE_DAMAGED, f"Bundle '{folder.name}' has another format than {FORMAT}. {_REBUILD}")
    parts = manifest.get("parts")
    if not isinstance(parts, dict) or manifest.get("id") != bundle_id(parts):
        raise Problem(Code.BUNDLE_DAMAGED, f"The manifest of bundle '{folder.name}' is not what was built. {_REBUILD}")
    return manifest


def verify(folder: Path) -> dict[str, Any]:
    """Check every part of the bundle in `folder` against its manifest, and give the manifest.

    Raises:
        Problem: `bundle-missing` or `bundle-damaged`, naming the part.
    """
    manifest = read_manifest(folder)
    for part in PARTS:
        path = folder / part
        if not path.exists():
            raise Problem(Code.BUNDLE_DAMAGED, f"Bundle '{folder.name}' lacks its part '{part}'. {_REBUILD}")
        if file_sha256(path) != manifest["parts"].get(part):
            raise Problem(
                Code.BUNDLE_DAMAGED, f"Part '{part}' of bundle '{folder.name}' is not what was built. {_REBUILD}"
            )
    return manifest


def load_bundle(folder: Path) -> Bundle:
    """Load the bundle in `folder` after checking the hash of each part.

    Raises:
        Problem: `bundle-missing` or `bundle-damaged`, in one sentence.
    """
    manifest = verify(folder)
    try:
        return _load(folder, manifest)
    except (ValueError, TypeError, LookupError) as error:
        # Every part is what was built: an older or newer version of this program built it.
        raise Problem(
            Code.BUNDLE_DAMAGED, f"Bundle '{folder.name}' was built by another version of MesoFAQ. {_REBUILD}"
        ) from error


def _load(folder: Path, manifest: dict[str, Any]) -> Bundle:
    cards_part = _json(folder / "cards.json")
    entries_part = _json(folder / "entries.json")
    decision = _json(folder / "decision.json")
    labels = tuple(entries_part["labels"])
    entries = tuple(Entry(**entry) for entry in entries_part["entries"])
    number = {label: position for position, label in enumerate(labels)}
    rows = np.array([number[entry.label] for entry in entries], dtype=np.int64)
    index = QuestionIndex.read(folder / "index.faiss", rows, len(labels))
    linear = LinearHead(labels, _array(folder / "head_weights.npy"), _array(folder / "head_bias.npy"))
    triage = decision["triage"]
    classes = LinearHead(
        tuple(triage["classes"]), _array(folder / "opinion_weights.npy"), _array(folder / "opinion_bias.npy")
    )
    of_labels, of_triage = (
        LexicalHead(_array(folder / f"wording_{name}_weights.npy"), _array(folder / f"wording_{name}_bias.npy"))
        for name in ("label", "triage")
    )
    mixtures = (Mixture(**decision[name]) for name in ("mixture", "without_words"))
    return Bundle(
        id=manifest["id"],
        folder=folder,
        manifest=manifest,
        cards={card["id"]: Card.model_validate(card) for card in cards_part["cards"]},
        sources={key: Source.model_validate(value) for key, value in cards_part["sources"].items()},
        encoder=Encoder(folder / "encoder.onnx", folder / "tokenizer.json"),
        index=index,
        entries=entries,
        labels=labels,
        wording=Wording(_json(folder / "wording_vocabulary.json"), _array(folder / "wording_idf.npy")),
        head=Head(linear, index, of_labels, *mixtures),
        opinion=Opinion(classes, of_triage, Blend(**triage["blend"])),
        alarm=Alarm(**triage["alarm"]),
        speller=Speller(**_json(folder / "spelling.json")),
        thresholds=Thresholds(**decision["thresholds"]),
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _array(path: Path) -> Any:
    return np.load(path, allow_pickle=False)
