"""The FAISS index over every question, variant and example.

Inverted lists, whose centres are the labels' mean vectors: a search scans the lists of the nearest centres, an eighth
of all questions, and nothing has to be clustered, so the same questions always make the same index. With few labels
every list is scanned and the search is exact.
"""

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.encoder import Vectors

__all__ = ["QuestionIndex"]

_DEPTH = 64
"""How many neighbours are looked at: enough to see several labels' best three on this many questions."""

_LISTS_SCANNED = 10


class QuestionIndex:
    """Nearest questions by cosine, and each label's nearness.

    Args:
        index: a FAISS index over unit vectors.
        labels: for each row of the index its label's number, shape (rows,).
        label_count: how many labels there are.
    """

    def __init__(self, index: faiss.Index, labels: npt.NDArray[np.int64], label_count: int) -> None:
        self._index = index
        self._labels = labels
        self._label_count = label_count

    @classmethod
    def of(cls, vectors: Vectors, labels: npt.NDArray[np.int64], label_count: int) -> "QuestionIndex":
        """Index `vectors` (shape (rows, dimensions), unit length) with their labels."""
        centres = np.stack([vectors[labels == label].mean(axis=0) for label in np.unique(labels)])
        quantizer = faiss.IndexFlatIP(vectors.shape[1])
        quantizer.add(centres / np.linalg.norm(centres, axis=1, keepdims=True))
        index = faiss.IndexIVFFlat(quantizer, vectors.shape[1], len(centres), faiss.METRIC_INNER_PRODUCT)
        index.nprobe = min(_LISTS_SCANNED, len(centres))
        index.is_trained = True
        index.add(vectors)
        return cls(index, labels, label_count)

    @classmethod
    def read(cls, path: Path, labels: npt.NDArray[np.int64], label_count: int) -> "QuestionIndex":
        """Read an index written by `write`.

        Raises:
            Problem: `bundle-damaged` when the file is no index or does not fit the labels.
        """
        try:
            index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise Problem(Code.BUNDLE_DAMAGED, "The index cannot be read. Run 'mesofaq content build'.") from error
        if index.ntotal != len(labels):
            raise Problem(Code.BUNDLE_DAMAGED, "The index does not fit its labels. Run 'mesofaq content build'.")
        return cls(index, labels, label_count)

    def write(self, path: Path) -> None:
        """Write the index to `path`."""
        faiss.write_index(self._index, str(path))

    def search(self, vector: Vectors, count: int) -> list[tuple[int, float]]:
        """The `count` nearest rows to `vector` (shape (dimensions,)): row number and cosine, nearest first."""
        cosines, rows = self._index.search(vector.reshape(1, -1), count)
        return [(int(row), float(cosine)) for row, cosine in zip(rows[0], cosines[0], strict=True) if row >= 0]

    def neighbours(self, vector: Vectors) -> list[tuple[int, float]]:
        """The nearest 64 rows: what `nearness` looks at, for callers that need both."""
        return self.search(vector, min(_DEPTH, self._index.ntotal))

    def nearness(
        self, vector: Vectors, neighbours: Sequence[tuple[int, float]] | None = None
    ) -> npt.NDArray[np.float32]:
        """For each label the mean cosine of its (up to) three nearest questions among the nearest 64.

        A label without a question among them gets the cosine of the last one: it is no nearer than that.

        Args:
            vector: shape (dimensions,).
            neighbours: those of `vector`, where they were searched already.

        Returns:
            float32 of shape (labels,).
        """
        found = neighbours or self.neighbours(vector)
        floor = found[-1][1]
        best: dict[int, list[float]] = {}
        for row, cosine in found:
            near = best.setdefault(int(self._labels[row]), [])
            if len(near) < 3:
                near.append(cosine)
        nearness = np.full(self._label_count, floor, dtype=np.float32)
        for label, near in best.items():
            nearness[label] = (sum(near) + floor * (3 - len(near))) / 3
        return nearness
