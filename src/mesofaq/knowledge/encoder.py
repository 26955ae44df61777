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

_BATCH = 32

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
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The sentence vectors of `texts`.

        Returns:
            float32 of shape (number of texts, dimensions), each row of length 1.
        """
        # Sorting by length keeps padding short; the order is restored at the end.
        order = sorted(range(len(texts)), key=lambda position: len(texts[position]))
        rows: list[Vectors] = []
        for start in range(0, len(order), _BATCH):
            batch = self._tokenizer.encode_batch([texts[position] for position in order[start : start + _BATCH]])
            ids = np.array([item.ids for item in batch], dtype=np.int64)
            mask = np.array([item.attention_mask for item in batch], dtype=np.int64)
            rows.append(self._session.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0])
        if not rows:
            return np.zeros((0, 0), dtype=np.float32)
        stacked = np.concatenate(rows).astype(np.float32)
        restored = np.empty_like(stacked)
        restored[order] = stacked
        return restored
