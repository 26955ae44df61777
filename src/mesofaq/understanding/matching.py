"""spaCy's vocabulary and phrase matcher, without the machine-learning frameworks that spaCy would bring along.

spaCy's back end imports PyTorch when it is installed, as it is where bundles are built: 350 MB and seconds at every
start, for matchers that use none of it. It is hidden while spaCy is imported, and only then.
"""

import sys

__all__ = ["Doc", "PhraseMatcher", "new_vocabulary"]

_HIDDEN = "torch"

_already = _HIDDEN in sys.modules
if not _already:
    sys.modules[_HIDDEN] = None  # type: ignore[assignment]  # an import of it now fails as if it were not installed
try:
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc
    from spacy.vocab import Vocab
finally:
    if not _already:
        del sys.modules[_HIDDEN]


def new_vocabulary() -> Vocab:
    """An empty English vocabulary for documents and matchers that belong together."""
    vocabulary: Vocab = spacy.blank("en").vocab
    return vocabulary
