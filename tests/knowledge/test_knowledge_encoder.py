from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesofaq.errors import Code, Problem
from mesofaq.knowledge.bundle import Bundle
from mesofaq.knowledge.encoder import MAX_TOKENS, Encoder
from mesofaq.understanding.normalise import normalise

TEXTS = (
    "can i wash my hair tomorrow",
    "yes",
    "I had my third session on Monday and my scalp still feels a little tender. Is that normal, or should I call?",
    "wen wil i c results??",
    "",
    "🍕",
    "¿Duele mucho la mesoterapia capilar?",
)


def test_every_vector_has_length_one(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


@settings(max_examples=40)
@given(text=st.text(max_size=300))
def test_any_message_has_a_vector_of_length_one(encoder: Encoder, text: str) -> None:
    # Messages are normalised before they are encoded.
    assert np.linalg.norm(encoder.encode([normalise(text)])[0]) == pytest.approx(1, abs=1e-5)


def test_the_same_text_has_the_same_vector_to_the_last_bit(encoder: Encoder) -> None:
    assert (encoder.encode([TEXTS[2]]) == encoder.encode([TEXTS[2]])).all()


def test_a_text_has_the_same_vector_beside_others_as_alone_to_the_last_bit(encoder: Encoder) -> None:
    many = [f"{text} {number}" for number in range(12) for text in TEXTS]
    together = encoder.encode(many)
    assert (together == np.stack([encoder.encode([text])[0] for text in many])).all()


def test_different_questions_have_different_vectors(encoder: Encoder) -> None:
    wash, alike, other = encoder.encode(["When can I wash my hair?", "when may i shampoo", "how much does it cost"])
    assert wash @ alike > wash @ other


def test_no_texts_have_no_vectors(encoder: Encoder) -> None:
    assert len(encoder.encode([])) == 0


def test_a_text_is_cut_after_its_first_tokens(encoder: Encoder) -> None:
    cut, longer = encoder.encode(["hair " * MAX_TOKENS, "hair " * MAX_TOKENS + "and then something else entirely"])
    assert cut == pytest.approx(longer, abs=1e-6)


@pytest.mark.parametrize("damaged", ["encoder.onnx", "tokenizer.json"])
def test_a_file_that_is_no_encoder_is_a_problem(bundle: Bundle, tmp_path: Path, damaged: str) -> None:
    (tmp_path / damaged).write_bytes(b"not what it should be")
    files = {name: bundle.folder / name for name in ("encoder.onnx", "tokenizer.json")} | {damaged: tmp_path / damaged}
    with pytest.raises(Problem, match=r"The encoder cannot be loaded\.") as caught:
        Encoder(files["encoder.onnx"], files["tokenizer.json"])
    assert caught.value.code is Code.BUNDLE_DAMAGED
