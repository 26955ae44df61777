"""A small clinic for tests: four cards, three dialogue acts, and encoders tuned once for all tests of a checkout."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from mesofaq.content.loader import Content, read_nlu_examples
from mesofaq.knowledge.build import build_bundle
from mesofaq.knowledge.bundle import bundle_id, file_sha256
from mesofaq.knowledge.examples import read_lines
from mesofaq.settings import Settings

CARDS = ("after-wash", "cost", "history", "pain")
ACTS = ("affirm", "deny", "greet")


def silent(step: str) -> None:
    """Tell nobody how far a build is."""


def make_home(content: Content, encoders: Path, home: Path) -> Path:
    """Write the small clinic's content, dialogue acts and encoder into `home`.

    Args:
        content: the checkout's content, of which four cards are taken.
        encoders: the checkout's tuned encoders; lent, because tuning and exporting take half a minute.
        home: a folder that does not exist yet.
    """
    folder = home / "content"
    (folder / "cards" / "small").mkdir(parents=True)
    for path in content.folder.glob("*.yml"):
        shutil.copy(path, folder)
    for card_id in CARDS:
        path = content.cards[card_id].path
        shutil.copy(path, folder / "cards" / "small")
        examples = "\n".join(content.cards[card_id].examples[:12])
        (folder / "cards" / "small" / f"{path.stem}.examples.txt").write_text(f"{examples}\n", encoding="utf-8")
    _copy_calibration(content.folder / "calibration", folder / "calibration")
    _copy_examples(content.folder, folder)
    acts = read_nlu_examples(content.folder.parent / "bot" / "data" / "nlu")
    nlu = home / "bot" / "data" / "nlu"
    nlu.mkdir(parents=True)
    blocks = [{"intent": act, "examples": "".join(f"- {text}\n" for text in acts[act][:8])} for act in ACTS]
    (nlu / "acts.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}), encoding="utf-8")
    (home / "var" / "cache").mkdir(parents=True)
    (home / "var" / "cache" / "encoders").symlink_to(encoders)
    return home


def _copy_calibration(source: Path, target: Path) -> None:
    target.mkdir()
    lines = (source / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["card"] in CARDS]
    (target / "questions.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
    for name, step in (("out_of_scope.jsonl", 40), ("triage.jsonl", 20)):
        sample = (source / name).read_text(encoding="utf-8").splitlines()[::step]
        (target / name).write_text("\n".join(sample) + "\n", encoding="utf-8")


def _copy_examples(source: Path, target: Path) -> None:
    """Ten messages of each kind that no card answers, in danger or not."""
    for folder in ("outside", "triage_examples"):
        (target / folder).mkdir()
        for path in (source / folder).glob("*.txt"):
            sample = read_lines(path)[:200:20]
            (target / folder / path.name).write_text("\n".join(sample) + "\n", encoding="utf-8")


def card_file(home: Path, card_id: str) -> Path:
    return home / "content" / "cards" / "small" / f"{card_id}.md"


def add_to_body(home: Path, card_id: str, sentence: str) -> None:
    with card_file(home, card_id).open("a", encoding="utf-8") as file:
        file.write(f"\n\n{sentence}\n")


def lend_bundle(bundle: Path, bundles: Path, *, own: tuple[str, ...] = ("manifest.json",)) -> Path:
    """Put a bundle of links into the folder `bundles`; `own` parts are copies that a test may harm."""
    lent = bundles / bundle.name
    lent.mkdir(parents=True)
    for part in bundle.iterdir():
        if part.name in own:
            shutil.copy(part, lent / part.name)
        else:
            (lent / part.name).symlink_to(part)
    return lent


def vary_bundle(bundle: Path, bundles: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Another whole bundle in the folder `bundles`: `bundle` with its cards, by id, changed by `change`."""
    lent = lend_bundle(bundle, bundles, own=("manifest.json", "cards.json"))
    part = json.loads((lent / "cards.json").read_text(encoding="utf-8"))
    change({card["id"]: card for card in part["cards"]})
    (lent / "cards.json").write_text(json.dumps(part), encoding="utf-8")
    return seal(lent)


def seal(bundle: Path) -> Path:
    """Make the manifest of a changed bundle agree with its parts, and give the bundle its new name."""
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    manifest["parts"] = {part: file_sha256(bundle / part) for part in manifest["parts"]}
    manifest["id"] = bundle_id(manifest["parts"])
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return bundle.rename(bundle.with_name(manifest["id"]))


def flip_a_byte(path: Path) -> None:
    """Change the middle byte of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x01
    path.write_bytes(data)


def point_to(bundles: Path, name: str) -> None:
    (bundles / "CURRENT").write_text(f"{name}\n", encoding="utf-8")


def build(home: Path) -> Path:
    return build_bundle(Settings(home=home), silent)
