"""The byte-pair tokenizer of ImageBind's text tower."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from anygen.core.errors import CheckpointError
from anygen.encoders.imagebind.tokenizer import ClipTokenizer, byte_symbols

OWN_GOLDEN_DIR = Path(__file__).parents[3] / "golden"
GOLDEN_DIR = Path(os.environ.get("ANYGEN_GOLDEN", OWN_GOLDEN_DIR))


@pytest.fixture
def tokenizer(tmp_path: Path) -> ClipTokenizer:
    path = tmp_path / "merges.txt"
    path.write_text("#version: 0.2\nd o\no g</w>\ndo g</w>\n" + "a n\n")
    return ClipTokenizer.from_file(path, num_merges=4)


def test_pairs_merge_in_the_order_of_the_file(tokenizer: ClipTokenizer) -> None:
    # "d o" comes before "o g</w>", so dog is do + g, which then merge.
    assert tokenizer.encode("Dog") == [512 + 2]
    assert tokenizer.encode("og") == [512 + 1]
    assert tokenizer.encode("doan") == [512, *tokenizer.encode("an")]


def test_a_byte_without_a_merge_is_its_own_id(tokenizer: ClipTokenizer) -> None:
    symbols = list(byte_symbols().values())
    assert tokenizer.encode("!") == [256 + symbols.index("!")]
    assert len(tokenizer.encode("é")) == 2


def test_case_spaces_and_entities_do_not_matter(tokenizer: ClipTokenizer) -> None:
    assert tokenizer.encode("  DOG  &amp;amp;\n dog ") == tokenizer.encode("dog & dog")


def test_curly_quotes_are_straight(tokenizer: ClipTokenizer) -> None:
    assert tokenizer.encode("don\u2019t \u201cdog\u201d") == tokenizer.encode('don\'t "dog"')


def test_start_and_end_stand_around_and_zeros_behind(tokenizer: ClipTokenizer) -> None:
    row = tokenizer(["dog"], length=6)[0].tolist()
    assert row == [tokenizer.start_id, 514, tokenizer.end_id, 0, 0, 0]


def test_a_long_text_keeps_its_end_token(tokenizer: ClipTokenizer) -> None:
    row = tokenizer(["dog " * 50], length=6)[0]
    assert row.tolist() == [tokenizer.start_id, 514, 514, 514, 514, tokenizer.end_id]
    assert row.argmax() == 5


def test_a_gzipped_file_reads_the_same(tmp_path: Path, tokenizer: ClipTokenizer) -> None:
    path = tmp_path / "merges.txt.gz"
    path.write_bytes(gzip.compress(b"#version\nd o\no g</w>\ndo g</w>\na n\n"))
    assert ClipTokenizer.from_file(path, num_merges=4).ids == tokenizer.ids


def test_a_short_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "merges.txt"
    path.write_text("#version\nd o\n")
    with pytest.raises(CheckpointError, match="48894 merges"):
        ClipTokenizer.from_file(path)


@pytest.mark.skipif(
    "ANYGEN_CLIP_BPE" not in os.environ, reason="ANYGEN_CLIP_BPE names no CLIP vocabulary file"
)
def test_golden_ids_of_clip() -> None:
    path = GOLDEN_DIR / "golden_bpe.json"
    cases = json.loads((path if path.is_file() else OWN_GOLDEN_DIR / path.name).read_text())
    tokenizer = ClipTokenizer.from_file(os.environ["ANYGEN_CLIP_BPE"])
    for case in cases["cases"]:
        assert tokenizer([case["text"]], cases["context_length"])[0].tolist() == case["upstream"], case[
            "text"
        ]
