"""`mesofaq bench clinc150`: how good the engine of the understanding is on a public set of intents."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from mesofaq.cli.bench import bench_app
from mesofaq.settings import load_settings

if TYPE_CHECKING:
    from mesofaq.evaluate.clinc150 import Result, Share


@bench_app.command("clinc150")
def clinc150_command(
    data: Annotated[Path, typer.Option(help="CLINC150's JSON file (data_full.json).")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Tune the engine on CLINC150 and measure its accuracy and its rejection of what has no intent.

    Needs the build dependencies and no bundle. The tuned encoder is kept under var/cache, so that it is tuned once.
    """
    from mesofaq.evaluate.clinc150 import measure, read

    messages = read(data)
    progress = Console(stderr=True, highlight=False)
    results = measure(
        messages,
        load_settings().var / "cache" / "clinc150",
        lambda step: progress.print(f"[dim]{step} …[/dim]"),
    )
    if as_json:
        typer.echo(json.dumps({result.part: _document(result) for result in results}, indent=2))
    else:
        _print(Console(highlight=False), results)


def _document(result: "Result") -> dict[str, Any]:
    return {
        "accuracy": _share(result.accuracy),
        "area": {name: round(value, 4) for name, value in asdict(result.area).items()},
        "accuracy_at_threshold": _share(result.accuracy_at_threshold),
        "recall_at_threshold": _share(result.recall_at_threshold),
        "threshold": round(result.threshold, 4),
        "passed": result.passed,
    }


def _share(share: "Share") -> dict[str, float]:
    low, high = share.bounds
    return {
        "count": share.count,
        "total": share.total,
        "value": round(share.value, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def _print(console: Console, results: "tuple[Result, Result]") -> None:
    from mesofaq.evaluate.clinc150 import LOWEST_ACCURACY, LOWEST_AREA

    table = Table(title="CLINC150 (95 % bounds)", title_justify="left", title_style="bold", box=None)
    for heading in ("", *(f"{result.part}, {_of(result)}" for result in results), "Bar on test"):
        table.add_column(heading, justify="left" if not heading else "right")
    rows = (
        ("in scope: right intent first", [_percent(one.accuracy) for one in results], f"{LOWEST_ACCURACY:.1%}"),
        ("rejection: area under the ROC curve", [_area(one) for one in results], f"{LOWEST_AREA:.3f}"),
        ("in scope: right and not rejected", [_percent(one.accuracy_at_threshold) for one in results], ""),
        ("out of scope: rejected", [_percent(one.recall_at_threshold) for one in results], ""),
    )
    for name, cells, bar in rows:
        table.add_row(name, *cells, bar)
    console.print(table)
    val, test = results
    console.print(f"Everything, the threshold ({val.threshold:.3f}) too, was chosen on val: its figures flatter.")
    console.print("Both bars are reached on test." if test.passed else "Not both bars are reached on test.")


def _of(result: "Result") -> str:
    return f"{result.accuracy.total} in and {result.recall_at_threshold.total} out of scope"


def _percent(share: "Share") -> str:
    low, high = share.bounds
    return f"{100 * share.value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _area(result: "Result") -> str:
    return f"{result.area.value:.3f} ({result.area.low:.3f} to {result.area.high:.3f})"
