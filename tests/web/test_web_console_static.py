"""What the console is made of: other people's files unchanged, our own without inline scripts, styles or raw HTML."""

import hashlib
import json
import re
from pathlib import Path

import pytest

import mesofaq

_WEB = Path(mesofaq.__file__).parent / "web"
_STAFF = _WEB / "static" / "staff"
_OWN = sorted(path for path in _STAFF.iterdir() if path.is_file())
_TEMPLATES = sorted((_WEB / "console" / "templates").glob("*.html"))


def test_vendored_files_are_what_their_list_says() -> None:
    folder = _STAFF / "vendor"
    listed = json.loads((folder / "vendor.json").read_text(encoding="utf-8"))

    for entry in listed:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (folder / entry["licence_file"]).is_file()
    files = {name for entry in listed for name in (entry["file"], entry["licence_file"])} | {"vendor.json"}
    assert {path.name for path in folder.iterdir()} == files


@pytest.mark.parametrize("path", _OWN, ids=lambda path: path.name)
def test_our_files_name_no_other_site_and_write_no_html(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"https?://", text)
    assert not re.search(r"\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text)
    assert not re.search(r"localStorage|sessionStorage", text)


@pytest.mark.parametrize("path", _TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_script_no_inline_style_and_lets_nothing_through_unescaped(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|hx-on|javascript:|js:", text)
    assert not re.search(r"https?://", text)
    assert not re.search(r"\|\s*safe\b|autoescape", text)


def test_htmx_evaluates_nothing_and_keeps_no_page_in_the_browser() -> None:
    base = (_WEB / "console" / "templates" / "base.html").read_text(encoding="utf-8")
    found = re.search(r"""name="htmx-config" content='([^']+)'""", base)
    assert found is not None

    config = json.loads(found[1])

    for setting in ("allowEval", "allowScriptTags", "includeIndicatorStyles", "historyEnabled"):
        assert config[setting] is False
    assert config["historyCacheSize"] == 0
