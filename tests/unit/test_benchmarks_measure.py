"""How the benchmarks take their figures and what their table says; no figure is judged here."""

from __future__ import annotations

import pytest

from benchmarks.measure import Finding, Goal, compare, each_us, elapsed_s, percentile
from benchmarks.table import HEAD, lines, machine


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert [percentile(values, percent) for percent in (1, 50, 95, 99, 100)] == [1, 50, 95, 99, 100]
    assert percentile([7.0], 99) == 7.0
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0


def test_ours_and_the_peer_take_turns_and_the_first_pair_is_thrown_away() -> None:
    order: list[str] = []

    def take(name: str) -> list[float]:
        order.append(name)
        return [float(len(order))]

    found = compare("both", "ms", 2, lambda: take("A"), lambda: take("B"), turns=2, of=max)
    assert "".join(order) == "ABAB" * 3
    assert found.ours == (7.0, 11.0)
    assert found.peers == (8.0, 12.0)


def test_the_ratio_is_the_median_of_the_pairs_own_ratios() -> None:
    found = Finding("one", "ms", (1.0, 9.0, 4.0), (1.0, 3.0, 2.0))
    assert found.ratios == (1.0, 3.0, 2.0)
    assert found.ratio == 2.0


@pytest.mark.parametrize(
    ("goal", "met"),
    [(None, None), (Goal(2.0), True), (Goal(1.9), False), (Goal(4.0, "ms"), True), (Goal(3.9, "ms"), False)],
)
def test_a_goal_is_met_at_its_limit_and_not_past_it(goal: Goal | None, met: bool | None) -> None:
    assert Finding("one", "ms", (4.0,), (2.0,), goal).met is met


def test_everything_timed_has_its_own_figure() -> None:
    done: list[str] = []
    assert len(each_us(done.append, ["a", "b"])) == 2
    assert elapsed_s(lambda: done.append("c")) >= 0
    assert done == ["a", "b", "c"]


def test_the_table_has_a_line_for_each_finding_with_its_goal_and_whether_it_is_met() -> None:
    head, good, bad, plain = lines([
        Finding("a look-up", "µs", (44.4, 40.0), (20.0, 20.0), Goal(3.0)),
        Finding("memory", "MB", (130.0,), (34.3,), Goal(120, "MB")),
        Finding("growth", "x", (1.234,), (2.0,)),
    ])  # fmt: skip
    assert head.split() == " ".join(HEAD).split()
    assert good.split() == ["a", "look-up", "42.2", "µs", "20.0", "µs", "2.11x", "2.00-2.22", "<=", "3x", "yes"]
    assert bad.split() == ["memory", "130", "MB", "34.3", "MB", "3.79x", "<=", "120", "MB", "NO"]
    assert plain.split() == ["growth", "1.23", "x", "2.00", "x", "0.62x"]


def test_the_machine_is_named_with_what_the_figures_depend_on() -> None:
    said = machine()
    assert "cores" in said
    assert "Python 3." in said
    assert "SQLite 3." in said
