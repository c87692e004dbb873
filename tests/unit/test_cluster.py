"""The cluster's decks and tables, without a simulator."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness.chip import Chip
from harness.circuit import leaf_devices
from harness.draws import Spreads
from harness.errors import HarnessError
from harness.partition import Drive
from harness.render import TESTBENCHES, DeckBuilder
from harness.testbench import conditions
from testbenches.cluster import (
    EXTREMES,
    MIDDLE,
    Clocking,
    ClusterTestbench,
    ColumnPart,
    FlatCluster,
    References,
    Skeleton,
    Task,
    cells,
    fire_intervals,
)
from testbenches.cluster_run import Emulation, decision_table, steps_of
from testbenches.random_matrices import ROWS, random_task, summarize

TASK = Task(((5, 1, -2), (0, 2, 3), (1, 1, 1), (0, 0, 0)), ((), (0, 1)))


def values(bench: ClusterTestbench, **changes: str) -> dict[str, Any]:
    return bench.settings(changes)


def text(bench: ClusterTestbench, **changes: str) -> str:
    given = values(bench, **changes)
    template, deck = bench.deck(given)
    return DeckBuilder(conditions(given)).deck(bench.name, TESTBENCHES / template, deck)


def levels(names: Iterable[str]) -> dict[str, list[float]]:
    return {name: [0.0, 0.0, 1e-6, 0.0] for name in names}


def references(task: Task = TASK) -> References:
    clocking = Clocking(task)
    return References(task, Drive(levels(clocking.clocked_lines(values(clocking))), {}))


def column_part(fires: dict[int, list[tuple[float, float, float]]]) -> ColumnPart:
    bench = Skeleton(TASK)
    drive = Drive(levels([*bench.clocked_lines(values(bench)), "swinteg"]), levels(bench.smooth_lines(values(bench))))
    return ColumnPart(TASK, drive, fires, {"xcolumn1.gate0": 0.5, "xcolumn0.gate0": 0.5})


def test_sums_and_order() -> None:
    assert TASK.sums() == [None, [5, 3, 1]]
    assert TASK.by_sum() == [2, 1, 0]
    assert TASK.first_event == 1


def drawn(bench: ClusterTestbench, number: int, block: str, **changes: str) -> set[tuple[str, ...]]:
    """Return the name and the parameters of each of a block's devices on a chip."""
    chip = Chip(Spreads(mismatch=True, process=True), number)
    deck = chip.deck(text(bench, **changes), conditions(values(bench)).technology)
    words = [line.split() for line in deck.splitlines() if f".{block}." in line.split(" ")[0]]
    return {(name, *(word for word in rest if "=" in word)) for name, *rest in words}


def test_a_column_draws_the_same_in_a_part_as_in_the_flat_deck_and_another_chip_does_not() -> None:
    part = column_part({0: [], 2: []})
    for block in ("xcolumn1", "xdendrite1"):
        alone = drawn(part, 3, block, COLUMN="1")
        assert len(alone) > 100
        assert alone == drawn(FlatCluster(TASK, {}), 3, block)
        assert alone != drawn(part, 4, block, COLUMN="1")
    assert drawn(references(), 3, "xtwg") == drawn(FlatCluster(TASK, {}), 3, "xtwg")


def test_a_task_without_a_chip_is_nominal() -> None:
    chip = Chip(Spreads())
    assert FlatCluster(TASK, {}).chip({}) is None
    assert FlatCluster(replace(TASK, chip=chip), {}).chip({}) is chip


def test_the_flat_deck_has_every_device_of_its_own() -> None:
    devices = leaf_devices(text(FlatCluster(TASK, {})))
    tops = {device.path.split(".")[1] for device in devices if "." in device.path}
    for block, count in (("xcolumn", 3), ("xdendrite", 3), ("xaxon", 4), ("xword_line", 4)):
        assert {f"{block}{index}" for index in range(count)} <= tops
    assert not [device for device in devices if device.kind == "f"]
    assert sum(device.kind == "mtj" for device in devices) == 4 * 9 + 4 * 6 + 4 * 2 + 2 * 6 + 2 * 2


def test_in_the_references_some_columns_stand_for_all() -> None:
    bench = references()
    given = values(bench)
    assert bench.standing({**given, "LOAD": MIDDLE}) == {1: 3}
    assert bench.standing({**given, "LOAD": EXTREMES}) == {2: 1, 0: 2}
    deck = text(bench)
    for line in ("swinteg", *bench.smooth_lines(given)):
        assert f"Fload_{line}_behind1 {line} 0 Vload_{line}_behind1 2" in deck
    for line in bench.clocked_lines(given):
        assert f"Vdriven_{line} {line} 0 pwl(" in deck
    assert "Xgeneration gclk" not in deck


def test_the_clocking_carries_the_gates_of_all_the_rest() -> None:
    deck = text(Clocking(TASK))
    assert "Fload_wl0_cells wl0 0 Vload_wl0_cells 16" in deck  # 3 columns of 3 bits, 2 references of 3, read reference
    assert "Fload_az_read_control az_read 0 Vload_az_read_control 5" in deck
    assert "Fload_swrst_dendrite swrst 0 Vload_swrst_dendrite 2" in deck
    assert "Xaxon3" not in deck and "Fload_axon_load_behind2 axon_load 0 Vload_axon_load_behind2 1" in deck
    assert "Xpsp_reference" not in deck


def test_a_check_ends_with_the_first_event() -> None:
    longer = replace(TASK, stimuli=(*TASK.stimuli, (), (2,)))
    whole, short = references(longer), references()
    given = values(whole)
    assert whole.stop_time({**given, "LOAD": EXTREMES}) == pytest.approx(short.stop_time({**given, "LOAD": MIDDLE}))
    assert whole.stop_time({**given, "LOAD": MIDDLE}) > short.stop_time({**given, "LOAD": MIDDLE})


def test_a_column_by_itself_hears_its_neighbours_from_sources() -> None:
    deck = text(column_part({0: [(1e-6, 2e-6, 1.8)], 1: [], 2: []}), COLUMN="1")
    assert "Vfire_of0 fire_of0 0 pwl(0 0 1e-06 0" in deck and "Vfire_of2 fire_of2 0 pwl(0 0)" in deck
    assert ".nodeset v(xcolumn1.gate0)=0.5" in deck and "xcolumn0" not in deck
    assert "Xgeneration" not in deck


def test_guesses_are_copied_to_what_is_alike() -> None:
    point = {"xcolumn0.gate0": 0.6, "xaxon2.sample": 1.8, "wl0": 0.1, "wl0_behind1": 0.1, "xtwg.open": 0.2}
    assert Skeleton(TASK).guesses(point) == {
        "xcolumn0.gate0": 0.6, "xcolumn1.gate0": 0.6, "xcolumn2.gate0": 0.6, "xaxon2.sample": 1.8,
        "xaxon3.sample": 1.8, "wl0": 0.1, "xtwg.open": 0.2,
    }  # fmt: skip
    bench = references()
    assert bench.guesses({"xdendrite1.rst": 1.8, "rst": 1.8}, values(bench)) == {
        "xdendrite0.rst": 1.8, "xdendrite1.rst": 1.8, "xdendrite2.rst": 1.8, "rst": 1.8,
    }  # fmt: skip


def test_a_threshold_beyond_one_row_takes_two_and_one_beyond_two_is_refused() -> None:
    bench = FlatCluster(TASK, {})
    assert bench.deck(values(bench, THRESHOLD="5"))[1]["threshold_active"] == 1
    assert bench.deck(values(bench, THRESHOLD="7"))[1]["threshold_active"] == 2
    with pytest.raises(HarnessError):
        bench.deck(values(bench, THRESHOLD="12"))


def test_cells_of_the_whole_chip() -> None:
    bench = FlatCluster(TASK, {})
    shapes = {block: states.shape for block, states in cells(np.full((16, 16), 3), values(bench)).items()}
    assert shapes == {
        "synapse": (16, 48), "psp_reference": (16, 6), "threshold": (2, 6), "read_reference": (16, 2),
        "threshold_read_reference": (2, 2),
    }  # fmt: skip


def test_fire_lasts_from_swcomp_to_the_next_clear() -> None:
    time = np.linspace(0, 40e-6, 4001)
    high = {"swcomp": [(3e-6, 4e-6), (23e-6, 24e-6)], "fire_clear": [(0.1e-6, 0.3e-6), (20.1e-6, 20.3e-6)]}
    lines = pd.DataFrame(
        {name: sum(1.8 * ((time >= on) & (time < off)) for on, off in pulses) for name, pulses in high.items()},
        index=pd.Index(time, name="time"),
    )
    (first, second) = fire_intervals(lines, [1, 0], [0.0, 20e-6], 1.8)
    assert first == pytest.approx((3.0e-6, 20.1e-6, 1.8), abs=2e-8)
    assert second == pytest.approx((23e-6, 40e-6, 1.8), abs=2e-8)


def test_the_decision_table_judges_by_what_the_circuit_did() -> None:
    bench = FlatCluster(TASK, {})
    given = values(bench)
    time = pd.Index(np.linspace(0, bench.stop_time(given), 50), name="time")
    fires = {0: 1.8, 1: 0.0, 2: 1.8}
    late = time >= bench.edge_time(1, given)
    columns = {c: pd.DataFrame({f"fire{c}": fires[c] * late, f"vinteg{c}": 0.6}, index=time) for c in fires}
    table = decision_table(Emulation(TASK, given, pd.DataFrame(index=time), columns, {}))
    assert table["sum"].tolist() == [5, 3, 1]
    assert table["agrees"].tolist() == [True, True, False]
    assert table["exact"].all()


def test_steps_from_voltages() -> None:
    steps = steps_of(values(FlatCluster(TASK, {})))
    assert 4 < steps.vth < 5 and -2.5 < steps.vlat < steps.vrfr < -1 and 0 < steps.leak < 0.2


def test_random_matrices_stand_next_to_the_threshold_in_a_third() -> None:
    given = values(FlatCluster(TASK, {}))
    tasks = [random_task(event, given) for event in range(len(ROWS))]
    sums = [total for task in tasks for total in task.sums()[0] or ()]
    assert len(sums) >= 300
    assert sum(abs(total - 5) <= 1 for total in sums) >= len(sums) / 3
    assert {len(task.stimuli[0]) for task in tasks} == set(range(1, 17))
    assert all(-2 <= weight <= 5 for task in tasks for row in task.weights for weight in row)
    assert random_task(3, given) == tasks[3]


def test_errors_are_counted_by_rows_and_distance() -> None:
    table = pd.DataFrame(
        {"event": 0, "neuron": [0, 1, 2, 3], "rows": [1, 4, 4, 4], "sum": [5, 5, 4, 9],
         "agrees": [False, False, False, True]}
    )  # fmt: skip
    found = {summary.measure: summary.value for summary in summarize(table, 5)}
    assert [found[name] for name in ("decisions", "wrong_few_rows", "wrong_off_threshold", "wrong_at_threshold")] == [
        4, 1, 1, 1
    ]  # fmt: skip
