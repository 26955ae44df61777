"""An instance whose staff are told by mail and by webhook, and staff who are signed in to it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

# The receivers of the notifications' tests, when this folder is run alone.
sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("notify", "store")]

from e2e_helpers import add_staff, telling_settings  # noqa: E402
from notify_helpers import MailReceiver, Receiver  # noqa: E402
from staff_client import StaffClient  # noqa: E402

from fixtures_live import Instance  # noqa: E402


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailReceiver]:
    with MailReceiver() as running:
        yield running


@pytest.fixture(scope="module")
def telling(
    lent: Path, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver, mailbox: MailReceiver
) -> Iterator[Instance]:
    """A `mesofaq up` of its own, for one file of tests, that tells staff by mail and by webhook."""
    folder = tmp_path_factory.mktemp("telling")
    shutil.copytree(lent, folder, symlinks=True, dirs_exist_ok=True)
    instance = Instance(telling_settings(folder, receiver, mailbox))
    try:
        yield instance.start()
    finally:
        instance.stop()


@pytest.fixture
def staff(telling: Instance) -> Iterator[Callable[[str], StaffClient]]:
    """Add a member of staff of that name, once, and sign her in."""
    with ExitStack() as stack:

        def sign_in(name: str) -> StaffClient:
            username, password = add_staff(telling.settings, name)
            return stack.enter_context(StaffClient(telling.url, username, password)).sign_in()

        yield sign_in
