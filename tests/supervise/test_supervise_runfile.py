import json
import os
import subprocess
import sys
from collections.abc import Callable

import psutil
import pytest

from mesofaq.errors import Code, Problem
from mesofaq.settings import Settings
from mesofaq.supervise import read_pids
from mesofaq.supervise.children import Child
from mesofaq.supervise.runfile import held, run_file, write_run_file

SLEEPS = "import time; time.sleep(60)"


def test_who_runs_can_be_read(settings: Settings, make_child: Callable[..., Child]) -> None:
    child, idle = make_child(SLEEPS, name="service"), make_child(SLEEPS, name="rasa")
    child.start()
    with held(settings):
        write_run_file(settings, [child, idle])
        assert read_pids(settings) == {"supervisor": os.getpid(), "service": child.pid}
        entries = json.loads(run_file(settings).read_text())
        assert entries["service"]["state"] == "starting"
        assert entries["service"]["port"] == child.program.port
        assert entries["rasa"]["pid"] is None
    assert not run_file(settings).exists()
    assert read_pids(settings) == {}


def test_a_process_that_ended_is_left_out(settings: Settings, make_child: Callable[..., Child]) -> None:
    child = make_child(SLEEPS, name="service")
    child.start()
    with held(settings):
        write_run_file(settings, [child])
        child.stop(grace_s=0)
        assert read_pids(settings) == {"supervisor": os.getpid()}


def test_a_later_process_with_the_same_number_is_left_out(settings: Settings) -> None:
    run_file(settings).parent.mkdir(parents=True)
    began = psutil.Process().create_time()
    for moment, expected in [(began, {"service": os.getpid()}), (began - 100, {})]:
        run_file(settings).write_text(json.dumps({"service": {"pid": os.getpid(), "began": moment}}))
        assert read_pids(settings) == expected


def test_a_second_supervisor_is_refused_by_name(settings: Settings) -> None:
    with held(settings):
        write_run_file(settings, [])
        with pytest.raises(Problem, match=f"already running in this folder as process {os.getpid()}") as caught:
            held(settings).__enter__()
        assert caught.value.code is Code.CONFLICT
        assert run_file(settings).exists()


def test_a_crash_releases_the_folder(settings: Settings) -> None:
    code = (
        "import os, signal; from mesofaq.settings import Settings; from mesofaq.supervise.runfile import *\n"
        f"held(Settings(home={str(settings.home)!r})).__enter__(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    with held(settings):
        pass
