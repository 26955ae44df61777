"""`mesofaq bench`: how long answers take, how many a second there are, and how much memory that needs.

`mesofaq bench [FILE…]` is short for `mesofaq bench speed [FILE…]`; other measurements have names of their own.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from mesofaq.cli import app
from mesofaq.errors import Code, Problem
from mesofaq.settings import load_settings

if TYPE_CHECKING:
    from mesofaq.evaluate.bench import Benchmark
    from mesofaq.evaluate.memory import Memory
    from mesofaq.evaluate.timing import Latencies, UnderstandingTimes
    from mesofaq.evaluate.traffic import Measured

# Imported by the command itself: `mesofaq up` gathers every command, and must not load an encoder's libraries for it.

_DEFAULT_FILES = ("tests/eval/faq_dev.jsonl", "tests/eval/out_of_scope_dev.jsonl")
_MOST_USERS = 200
_RATE_LIMIT_NOTE = (
    "The service's rate limit (answer 429) cut this short, so it measured nothing: "
    "start the service with MESOFAQ_RATE_LIMIT=0 and run this again."
)


class _Bench(TyperGroup):
    """What is no name of a measurement is a file or an option of `speed`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else ["speed", *args])


bench_app = typer.Typer(
    cls=_Bench, help="Measure speed and memory; 'mesofaq bench [FILE…]' means 'mesofaq bench speed [FILE…]'."
)
app.add_typer(bench_app, name="bench")


@bench_app.command("speed")
def bench_command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE…]", help="Labelled messages; the development sets if left out."),
    ] = None,
    users: Annotated[str, typer.Option(help="How many users at once, each number measured by itself.")] = "1,8",
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="How long each measurement over HTTP lasts.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Measure understanding in this process, whole messages through the running service, and its memory.

    The service must run on this machine. What is said to it is erased again.
    """
    from mesofaq.evaluate.bench import bench

    settings = load_settings()
    chosen = files or [settings.home / name for name in _DEFAULT_FILES]
    progress = Console(stderr=True, highlight=False)
    done = bench(
        settings,
        chosen,
        users=_numbers(users),
        seconds=seconds,
        progress=lambda step: progress.print(f"[dim]{step} …[/dim]"),
    )
    if as_json:
        typer.echo(json.dumps(_document(done), indent=2))
    else:
        _print(Console(highlight=False), done)
    if done.throttled:
        typer.echo(f"mesofaq: {_RATE_LIMIT_NOTE}", err=True)
        raise typer.Exit(1)


def _numbers(text: str) -> list[int]:
    """Numbers of users from `1,8`.

    Raises:
        Problem: `invalid-request`, what is there is no such list.
    """
    parts = [part.strip() for part in text.split(",")]
    numbers = [int(part) for part in parts if part.isdecimal()]
    if len(numbers) != len(parts) or not all(1 <= number <= _MOST_USERS for number in numbers):
        message = f"'{text}' is no list of users: write numbers from 1 to {_MOST_USERS}, e.g. 1,8."
        raise Problem(Code.INVALID_REQUEST, message)
    return numbers


def _document(done: "Benchmark") -> dict[str, Any]:
    return {
        "bundle": done.bundle,
        "service": {"url": done.service.url, "bundle": done.service.bundle},
        "understanding": {
            "messages": done.messages,
            "understanding": _rounded(done.times.understanding),
            "encoder": _rounded(done.times.encoder),
            "ratio_at_p50": round(done.times.ratio, 2),
        },
        "traffic": [
            {
                **asdict(measured),
                "lasted_s": round(measured.lasted_s, 2),
                "latencies": _rounded(measured.latencies) if measured.latencies else None,
                "per_second": round(measured.per_second, 2),
            }
            for measured in done.traffic
        ],
        "memory": [asdict(memory) for memory in done.memory],
    }


def _rounded(latencies: "Latencies") -> dict[str, float]:
    return {name: round(value, 2) for name, value in asdict(latencies).items()}


def _print(console: Console, done: "Benchmark") -> None:
    console.print(_times(done.times, done.messages))
    console.print(f"Understanding takes {done.times.ratio:.2f} times as long as its encoder alone (at p50).")
    console.print()
    console.print(_traffic(done))
    if done.service.bundle != done.bundle:
        console.print(f"The service answers from bundle {done.service.bundle}, not from {done.bundle}.")
    console.print("Users and service share this machine.")
    if done.left:
        console.print(
            f"{done.left} of the made-up conversations could not be erased: 'mesofaq purge' can.", style="red"
        )
    else:
        console.print("What was said has been erased.")
    console.print()
    if done.memory:
        console.print(_memory(done.memory))
    else:
        console.print("Memory: not known, because no 'mesofaq up' runs in this folder.")


def _table(title: str, *headings: str, names: int = 1) -> Table:
    """A table whose first columns hold names and the others numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="left" if position < names else "right")
    return table


def _times(times: "UnderstandingTimes", messages: int) -> Table:
    title = f"Understanding {messages} questions, one at a time (ms)"
    table = _table(title, "", "Calls", "p50", "p95", "p99", "Most")
    for name, found in (("whole understanding", times.understanding), ("its encoder alone", times.encoder)):
        numbers = (found.p50_ms, found.p95_ms, found.p99_ms, found.most_ms)
        table.add_row(name, str(found.count), *(f"{number:.1f}" for number in numbers))
    return table


def _traffic(done: "Benchmark") -> Table:
    title = f"Whole messages through {done.service.url} (ms)"
    table = _table(title, "", "Users", "Replies", "p50", "p95", "p99", "A second", "Otherwise", "Errors")
    for measured in done.traffic:
        found = measured.latencies
        times = [f"{number:.0f}" for number in (found.p50_ms, found.p95_ms, found.p99_ms)] if found else ["", "", ""]
        table.add_row(
            measured.load,
            str(measured.users),
            str(measured.answered),
            *times,
            f"{measured.per_second:.1f}",
            _counts(measured.otherwise),
            _counts(measured.errors),
            style="red" if _failed(measured) else "",
        )
    return table


def _failed(measured: "Measured") -> bool:
    # A notice is what patients get when something of ours failed.
    return bool(measured.errors) or measured.latencies is None or "notice" in measured.otherwise


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "0"


def _memory(found: "tuple[Memory, ...]") -> Table:
    table = _table("Resident memory (MiB)", "", "Now", "At most since it started")
    for memory in found:
        peak = "not known" if memory.peak_mib is None else f"{memory.peak_mib:.0f}"
        table.add_row(memory.name, f"{memory.now_mib:.0f}", peak)
    return table
