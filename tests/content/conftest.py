import shutil
from pathlib import Path

import pytest
from content_helpers import GOOD, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A small good `content/` of its own."""
    return Folder(Path(shutil.copytree(GOOD, tmp_path / "content")))


@pytest.fixture
def home(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The same, as the home that the command line works on."""
    monkeypatch.setenv("MESOFAQ_HOME", str(folder.path.parent))
    monkeypatch.chdir(folder.path.parent)
    return folder
