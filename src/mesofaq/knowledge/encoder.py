"""Turns sentences into vectors with ONNX Runtime: no PyTorch in the serving process."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from mesofaq.errors import Code, Problem

__all__ = ["MAX_TOKENS", "Encoder", "Vectors"]

MAX_TOKENS = 192
"""Longer texts are cut: a patient's question fits many times over, and 2,000 characters stay bounded in time."""

Vectors = npt.NDArray[np.float32]


class Encoder:
    """A sentence encoder exported by `export.export_encoder`: pooling and normalising are part of the graph.

    Args:
        model: the ONNX file, with inputs `input_ids` and `attention_mask` and output `embedding`.
        tokenizer: the tokenizer's JSON file.

    Raises:
        Problem: `bundle-damaged` when a file cannot be loaded.
    """

    def __init__(self, model: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        # One thread a message: eight patients at once share the cores without fighting for them, and sums are
        # added in the same order every time, so the same text has the same vector.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        except Exception as error:
            raise Problem(Code.BUNDLE_DAMAGED, "The encoder cannot be loaded. Run 'mesofaq content build'.") from error
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The sentence vectors of `texts`.

        Returns:
            float32 of shape (number of texts, dimensions), each row of length 1.
        """
        # One text a run: in 8 bits the range of a layer's values is taken over everything in the run, so a text beside
        # others would have another vector than alone. On one thread it takes no longer, and nothing is padded.
        rows = [self._vector(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]
        return np.concatenate(rows) if rows else np.zeros((0, 0), dtype=np.float32)

    def _vector(self, tokens: Sequence[int]) -> Vectors:
        ids = np.array([tokens], dtype=np.int64)
        mask = np.ones_like(ids)
        vectors: Vectors = self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]
        return vectors.astype(np.float32, copy=False)
