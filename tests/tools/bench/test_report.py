import io

from rich.console import Console

from trifocal_tools.bench import report


def test_a_row_has_median_spread_and_ratio() -> None:
    peer = report.row("peer", "ms", [10.0, 20.0, 40.0])
    assert peer == {"name": "peer", "unit": "ms", "median": 20.0, "min": 10.0, "max": 40.0, "ratio": None, "to": None}
    ours = report.row("ours", "ms", [5.0], to=peer)
    assert (ours["ratio"], ours["to"]) == (0.25, "peer")


def test_numbers_keep_four_digits() -> None:
    assert report.row("x", "s", [1 / 3])["median"] == 0.3333


def test_a_peer_of_nothing_gives_no_ratio() -> None:
    assert report.row("x", "s", [1.0], to=report.row("peer", "s", [0.0]))["ratio"] is None


def test_a_ratio_of_rounds_does_not_mind_what_weighed_on_both() -> None:
    others = [10.0, 100.0, 10.0]
    peer = report.row("peer", "ms", others)
    assert report.row("ours", "ms", [5.0, 50.0, 20.0], peer, others)["ratio"] == 0.5
    assert report.ratios([5.0, 50.0], [10.0, 25.0]) == [0.5, 2.0]


def test_aims_are_met_at_their_bound() -> None:
    assert report.at_most("a", 5, 5) == {"aim": "a", "value": 5.0, "at_most": 5, "met": True}
    assert not report.at_most("a", 5.01, 5)["met"]
    assert report.at_least("a", 5, 5)["met"]
    assert not report.at_least("a", 4.99, 5)["met"]


def test_a_report_is_readable() -> None:
    peer = report.row("peer", "ms", [10.0])
    rows = [peer, report.row("ours", "ms", [12340.0], to=peer)]
    found = report.result("queue", rows, [report.at_least("ratio", 2, 3), report.at_most("cost", 1, 3)])
    assert {"bench", "machine", "rows", "aims"} == set(found)
    stream = io.StringIO()
    report.print_report(found, Console(file=stream, width=120))
    said = stream.getvalue()
    for words in ("12,340", "1,234 x #1", "unmet ratio: 2 (aim ≥ 3)", "met   cost: 1 (aim ≤ 3)"):
        assert words in said
