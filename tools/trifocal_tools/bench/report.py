"""The shape of every benchmark's result, and how it is shown to people."""

import os
import platform
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

Row = dict[str, Any]
Aim = dict[str, Any]


def row(name: str, unit: str, samples: Sequence[float], to: Row | None = None, rounds: Sequence[float] = ()) -> Row:
    """One measured thing: median and spread of its samples, and its median as a ratio to another row's.

    With `rounds`, the other row's samples of the same rounds, the ratio is the median of the rounds' ratios: what
    weighed on the machine in a round concerned both.
    """
    median = statistics.median(samples)
    ratio = median / to["median"] if to and to["median"] else None
    if rounds:
        ratio = statistics.median(ratios(samples, rounds))
    return {
        "name": name,
        "unit": unit,
        "median": _rounded(median),
        "min": _rounded(min(samples)),
        "max": _rounded(max(samples)),
        "ratio": None if ratio is None else _rounded(ratio),
        "to": to["name"] if to else None,
    }


def ratios(samples: Sequence[float], others: Sequence[float]) -> list[float]:
    """Of each round the ratio of one's sample to the other's."""
    return [one / other for one, other in zip(samples, others, strict=True)]


def at_most(aim: str, value: float, bound: float) -> Aim:
    """An aim that is met when the value is not above the bound."""
    return {"aim": aim, "value": _rounded(value), "at_most": bound, "met": value <= bound}


def at_least(aim: str, value: float, bound: float) -> Aim:
    """An aim that is met when the value is not below the bound."""
    return {"aim": aim, "value": _rounded(value), "at_least": bound, "met": value >= bound}


def result(bench: str, rows: Sequence[Row], aims: Sequence[Aim]) -> dict[str, Any]:
    """The one object that a benchmark gives."""
    return {"bench": bench, "machine": machine(), "rows": list(rows), "aims": list(aims)}


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cpus": os.cpu_count(),
    }


def print_report(found: dict[str, Any], console: "Console") -> None:
    """A table of what was measured, ratios naming the row they are to, and which aims are met."""
    from rich import box
    from rich.table import Table

    on = found["machine"]
    where = ", ".join(f"{value} {key}" if key == "cpus" else str(value) for key, value in on.items())
    table = Table(title=f"bench {found['bench']} on {where}", title_justify="left", box=box.SIMPLE_HEAD)
    for heading in ("#", "", "median", "min", "max"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=bool(heading))
    table.add_column("", max_width=9)
    table.add_column("ratio", no_wrap=True)
    numbers = {one["name"]: number for number, one in enumerate(found["rows"], 1)}
    for number, one in enumerate(found["rows"], 1):
        ratio = f"{_text(one['ratio'])} x #{numbers.get(one['to'], '?')}" if one["ratio"] is not None else ""
        numerals = [_text(one[key]) for key in ("median", "min", "max")]
        table.add_row(str(number), one["name"], *numerals, one["unit"], ratio)
    console.print(table)
    for aim in found["aims"]:
        sign, bound = ("≤", aim["at_most"]) if "at_most" in aim else ("≥", aim["at_least"])
        verdict = "[green]met[/]  " if aim["met"] else "[red]unmet[/]"
        console.print(f"{verdict} {aim['aim']}: {_text(aim['value'])} (aim {sign} {_text(bound)})")


def _rounded(value: float) -> float:
    """Four significant digits: more would be noise."""
    return float(f"{value:.4g}")


def _text(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
