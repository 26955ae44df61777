"""Other people's files, vendored unchanged; and our own, which ask no other site for anything. Needs no browser."""

import hashlib
import json
import re
from pathlib import Path

import pytest

import mesofaq

_STATIC = Path(mesofaq.__file__).parent / "web" / "static"
_OWN = sorted(path for path in _STATIC.iterdir() if path.is_file())


@pytest.mark.parametrize("folder", [_STATIC / "vendor", Path(__file__).parent / "vendor"], ids=["page", "tests"])
def test_vendored_files_are_what_their_list_says(folder: Path) -> None:
    listed = json.loads((folder / "vendor.json").read_text(encoding="utf-8"))

    for entry in listed:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / entry["licence_file"]).is_file()
    files = {name for entry in listed for name in (entry["file"], entry["licence_file"])} | {"vendor.json"}
    assert {path.name for path in folder.iterdir()} == files


@pytest.mark.parametrize("path", _OWN, ids=lambda path: path.name)
def test_our_files_name_no_other_site_and_write_no_html(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert set(re.findall(r"https?://[a-z][\w.-]+", text)) <= {"http://www.w3.org"}
    assert not re.search(r"\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|localStorage", text)
