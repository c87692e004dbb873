"""The cluster of any weights and stimuli: in one flat deck, or in parts.

Columns meet through word lines, switches, the PSP reference's gates and the bias lines only, and through the FIRE of
neighbours, which acts from the next period on. So what is shared is simulated once, with a column that stands for all
of them on its lines, and then each column with its dendrite between sources that repeat those lines. What is shared is
itself in two parts: the clocking, whose gates follow every edge of LCLK and which nothing analog acts back on, and the
references, which need not see those edges.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.chip import Chip
from harness.measure import crossings
from harness.partition import Drive
from harness.synapse import ANTIPARALLEL, PARALLEL, spread, word
from harness.testbench import Parameter, Results, Summary, Values
from testbenches.chain_event import THRESHOLD_ROWS
from testbenches.living_event import LIVING_PARAMETERS, T_SEEN, Intervals, LivingTestbench
from testbenches.write_cells import cells_of

COLUMN_SUPPLIES = ("vdd_columns", "vddio_columns", "vddio_dendrites")
CLOCKING_SUPPLIES = ("vdd_generation", "vddio_generation", "vddio_word_lines")
REFERENCE_SUPPLIES = ("vdd_reference", "vdd_threshold", "vddio_references", "vddio_window")
SUPPLIES = (*CLOCKING_SUPPLIES, *REFERENCE_SUPPLIES, *COLUMN_SUPPLIES)
READ_LINES = ("vref", "bias_p", "bias_n", "bias_trim", "cascode_p", "cascode_n")
WINDOW = "swinteg"  # the switch that the time-window generator makes
SWITCHES = ("event", "update", "swrst", "swcomp", "swleak", "fire_clear")
CLOCKS = ("gclk", "lclk")
NEURON_BIAS = ("vbias_p", "vleak_p")
T_AFTER = 50e-9  # s, after a decision is read
T_FIRE = 2e-9  # s, SWCOMP to FIRE, and its clear to its fall; neighbours look at FIRE half a period of LCLK later


@dataclass(frozen=True)
class Task:
    """What a cluster is given: the weight of each synapse, axes (axon, column), and the axons of each period.

    One that only has to decide ends after the last decision, before the leak. Without a chip all devices are nominal.
    """

    weights: tuple[tuple[int, ...], ...]
    stimuli: tuple[tuple[int, ...], ...]
    only_decide: bool = False
    chip: Chip | None = None

    @property
    def rows(self) -> int:
        """Rows of the array, one an axon."""
        return len(self.weights)

    @property
    def columns(self) -> int:
        """Columns, each with a neuron."""
        return len(self.weights[0])

    @property
    def first_event(self) -> int:
        """The first period that has a stimulus."""
        return next(period for period, axons in enumerate(self.stimuli) if axons)

    def sums(self) -> list[list[int] | None]:
        """Return for each period the sum of active weights of each column; None without a stimulus."""
        weights = np.array(self.weights)
        return [weights[list(axons)].sum(axis=0).tolist() if axons else None for axons in self.stimuli]

    def by_sum(self) -> list[int]:
        """Return the columns in order of their mean sum over all stimuli."""
        given = np.array([sums for sums in self.sums() if sums is not None])
        return [int(column) for column in given.mean(axis=0).argsort(kind="stable")]


def threshold_words(values: Values) -> tuple[int, list[int], list[int]]:
    """Return the threshold block's active rows, and the words of its rows: generation and reference.

    Raises:
        HarnessError: a threshold that its rows cannot hold.
    """
    bits, n_ref, threshold = (int(values[name]) for name in ("BITS", "N_REF", "THRESHOLD"))
    most = 2**bits - 1
    fitting = (rows for rows in range(1, THRESHOLD_ROWS) if threshold + rows * n_ref <= rows * most)
    active = next(fitting, THRESHOLD_ROWS)
    quiet = [0] * (THRESHOLD_ROWS - active)
    return active, spread(threshold + active * n_ref, active, bits) + quiet, [n_ref] * active + quiet


def cells(words: NDArray[np.int64], values: Values) -> dict[str, NDArray[np.int64]]:
    """Return the state of every cell of the chip by block, axes (row, line); ``words`` has axes (axon, neuron).

    The PSP reference is two equal words, the threshold block's lines are generation and reference, and a read reference
    is a P and an AP line.
    """
    bits, n_ref = int(values["BITS"]), int(values["N_REF"])
    _, generation, reference = threshold_words(values)
    read = np.array([[PARALLEL, ANTIPARALLEL]])
    return {
        "synapse": cells_of(words, bits),
        "psp_reference": cells_of(np.full((len(words), 2), n_ref), bits),
        "threshold": cells_of(np.array([generation, reference]).T, bits),
        "read_reference": read.repeat(len(words), axis=0),
        "threshold_read_reference": read.repeat(THRESHOLD_ROWS, axis=0),
    }


class ClusterTestbench(LivingTestbench):
    """What the flat cluster and its parts have in common; it is made with its task, so it is in no registry."""

    question = "What does the cluster answer to these stimuli?"
    is_figure = False
    parameters: ClassVar[tuple[Parameter, ...]] = LIVING_PARAMETERS
    whole: ClassVar[bool] = False  # every latch and column has its own devices

    def __init__(self, task: Task) -> None:
        """Take what the cluster is given."""
        self.task = task

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return the weights."""
        return self.task.weights

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return the axons of each period."""
        return self.task.stimuli

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield nothing: what a cluster gives is a table."""
        return ()

    def chip(self, values: Values) -> Chip | None:
        """Return the task's: a block draws the same in the flat cluster as in a part."""
        return self.task.chip

    def axon_rows(self, values: Values) -> int:
        """Return 1: an axon is a row of the array."""
        return 1

    def stop_time(self, values: Values) -> float:
        """Return the end (s): the last period's active part, or its decision."""
        end = self.edge_time(len(self.task.stimuli) - 1, values) + T_SEEN + T_AFTER
        return end if self.task.only_decide else super().stop_time(values)

    @abstractmethod
    def sections(self, values: Values) -> Mapping[str, Any]:
        """Return what the deck holds: clocking, references, columns, edges, tables, fires, guesses; supplies, lines."""

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck of the sections that a subclass asks for."""
        empty: dict[str, Any] = {name: {} for name in ("edges", "tables", "fires", "guesses")}
        empty |= {"clocking": 0, "references": 0, "supplies": list(SUPPLIES), "columns": [], "lines": []}
        return "cluster.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            **self.clocks(values),
            **empty,
            **self.sections(values),
            **self._threshold(values),
            "switches": list(SWITCHES),
            "bits": int(values["BITS"]),
            "rows": self.task.rows,
            "chip_columns": self.task.columns,
            "reference": word([int(values["N_REF"])] * self.task.rows, int(values["BITS"])),
            "settings": {**self._settings(values), "read": float(values["VDDIO"])},
            **self._latches(),
        }

    def _latches(self) -> dict[str, Any]:
        """Return the axons' latches in the order of their OR, and the latch of each row.

        Axons that are never stimulated are alike, so in parts one latch stands for them.
        """
        silent = [] if self.whole else [a for a in range(self.task.rows) if not any(a in s for s in self.task.stimuli)]
        axons = [a for a in range(self.task.rows) if a not in silent[1:]]
        events = ["0", *(f"event_of{a}" for a in axons[:-1]), "event"]
        latches = [
            {"axon": a, "copies": len(silent) if a in silent else 1, "before": before, "event": event}
            for a, before, event in zip(axons, events, events[1:], strict=False)
        ]
        return {"latches": latches, "latch_of": [silent[0] if a in silent else a for a in range(self.task.rows)]}

    def _threshold(self, values: Values) -> dict[str, Any]:
        """Return the threshold block: as many active rows as the threshold needs."""
        bits = int(values["BITS"])
        active, words, reference = threshold_words(values)
        return {
            "threshold_active": active,
            "threshold_rows": THRESHOLD_ROWS,
            "threshold": word(words, bits),
            "threshold_reference": word(reference, bits),
        }

    def edge_lines(self) -> tuple[str, ...]:
        """Return the lines of two levels that columns share; all but the window are the clocking's."""
        return (*(f"wl{row}" for row in range(self.task.rows)), "az_read", *SWITCHES, WINDOW)

    def clocked_lines(self, values: Values) -> tuple[str, ...]:
        """Return the lines from the clocking to everything else."""
        threshold = (f"wl_threshold{row}" for row in range(threshold_words(values)[0]))
        return (*(line for line in self.edge_lines() if line != WINDOW), *threshold, "swhold")

    def smooth_lines(self, values: Values) -> tuple[str, ...]:
        """Return the shared lines that carry a level; they are the references'."""
        gates = (f"reference_gate{bit}" for bit in range(int(values["BITS"])))
        return (*gates, *READ_LINES, *NEURON_BIAS)

    def column(self, index: int, values: Values, left: str = "0", right: str = "0", copies: int = 1) -> dict[str, Any]:
        """Return a column of the deck: the nodes of its neighbours' FIRE, and how many columns it stands for."""
        bits, n_ref = int(values["BITS"]), int(values["N_REF"])
        states = word([weights[index] + n_ref for weights in self.task.weights], bits)
        return {"index": index, "states": states, "left": left, "right": right, "copies": copies}

    def kept(self, columns: Iterable[int], supplies: Iterable[str]) -> tuple[str, ...]:
        """Return what is kept of columns and supplies."""
        each = ("vinteg{}", "fire{}")
        signals = tuple(name.format(column) for column in columns for name in each)
        return (*signals, *(f"i(v{supply})" for supply in supplies))


class FlatCluster(ClusterTestbench):
    """Everything in one deck: the reference for the parts."""

    name = "cluster_flat"
    whole: ClassVar[bool] = True

    def __init__(self, task: Task, guesses: Mapping[str, float]) -> None:
        """Take what the cluster is given, and node -> V near the operating point: it is too large to find by itself."""
        super().__init__(task)
        self.guesses = guesses

    def sections(self, values: Values) -> Mapping[str, Any]:
        """Return everything, with every column between its neighbours."""
        fires = ["0", *(f"fire{c}" for c in range(self.task.columns)), "0"]
        columns = [self.column(c, values, fires[c], fires[c + 2]) for c in range(self.task.columns)]
        return {"clocking": 1, "references": 1, "columns": columns, "guesses": dict(self.guesses)}

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return clocks, lines, every column and the supplies' currents."""
        lines = (*CLOCKS, *self.clocked_lines(values), WINDOW, "vtwg", *self.smooth_lines(values))
        return (*lines, *self.kept(range(self.task.columns), SUPPLIES))

    def start(self, values: Values) -> Values:
        """Return nothing: the deck brings its guesses."""
        return {}


class Skeleton(ClusterTestbench):
    """One column, and one latch for the axons that are alike: small enough to find its operating point."""

    name = "cluster_skeleton"

    def sections(self, values: Values) -> Mapping[str, Any]:
        """Return everything, with the first column alone."""
        return {"clocking": 1, "references": 1, "columns": [self.column(0, values)]}

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return a node; its operating point is asked for, which has them all."""
        return ("vtwg",)

    def guesses(self, point: Mapping[str, float]) -> dict[str, float]:
        """Return node -> V of the flat cluster from this one's operating point, in which all columns are alike."""
        latch_of = self._latches()["latch_of"]
        alike = {f"xaxon{a}": [f"xaxon{row}" for row, latch in enumerate(latch_of) if latch == a] for a in latch_of}
        return copied(point, alike | column_blocks(0, range(self.task.columns)))


def column_blocks(standing: int, columns: Iterable[int]) -> dict[str, list[str]]:
    """Return which blocks are alike when one column stands for others."""
    each = list(columns)
    return {f"{block}{standing}": [f"{block}{column}" for column in each] for block in ("xcolumn", "xdendrite")}


def copied(point: Mapping[str, float], alike: Mapping[str, list[str]]) -> dict[str, float]:
    """Return node -> V with the nodes inside a block copied to the blocks that are like it."""
    guesses: dict[str, float] = {}
    for node, volts in point.items():
        block, _, inner = node.partition(".")
        if "_behind" not in node:  # of an instance that stands for several
            guesses |= {f"{name}.{inner}" if inner else name: volts for name in alike.get(block, [block])}
    return guesses


class Clocking(ClusterTestbench):
    """Axons, switch generation and word lines, loaded with the gates of everything else."""

    name = "cluster_clocking"

    def sections(self, values: Values) -> Mapping[str, Any]:
        """Return the clocking; window and dendrites are its loads."""
        return {"clocking": 1, "supplies": [*CLOCKING_SUPPLIES, "vddio_window", "vddio_dendrites"]}

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return clocks, lines and the supplies' currents."""
        return (*CLOCKS, *self.clocked_lines(values), *(f"i(v{supply})" for supply in CLOCKING_SUPPLIES))


MIDDLE, EXTREMES = 0, 1


class References(ClusterTestbench):
    """Bias, threshold block, time-window generator and PSP reference; few columns stand for all on their lines.

    In one case that is the column of the middle sum; in the other, a check, those of the least and the largest do, and
    it ends with the first event.
    """

    name = "cluster_references"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *LIVING_PARAMETERS,
        Parameter("LOAD", "columns on the lines: 0 the middle one for all, 1 both extremes", high=1, low=0, whole=True),
    )

    def __init__(self, task: Task, drive: Drive) -> None:
        """Take what the cluster is given, and the clocking's lines."""
        super().__init__(task)
        self.drive = drive

    def standing(self, values: Values) -> dict[int, int]:
        """Return the columns of the deck, and how many each stands for."""
        columns, n = self.task.by_sum(), self.task.columns
        if int(values["LOAD"]) == MIDDLE or n < 2:
            return {columns[n // 2]: n}
        return {columns[0]: n // 2, columns[-1]: n - n // 2}

    def sections(self, values: Values) -> Mapping[str, Any]:
        """Return the references with the columns that stand for all; their neighbours never fire."""
        return {
            "references": 1,
            "supplies": [*REFERENCE_SUPPLIES, *COLUMN_SUPPLIES],
            "columns": [self.column(c, values, copies=copies) for c, copies in self.standing(values).items()],
            "lines": [WINDOW, *self.smooth_lines(values)],
            "edges": dict(self.drive.edges),
        }

    def stop_time(self, values: Values) -> float:
        """Return the end (s): the last period's active part, or for a check the first event's."""
        if int(values.get("LOAD", MIDDLE)) == MIDDLE:
            return super().stop_time(values)
        after = len(self.task.stimuli) - 1 - self.task.first_event
        return super().stop_time(values) - after / float(values["F_GCLK"])

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the window, VTWG, the smooth lines, the columns that are there, and the supplies' currents."""
        lines = (WINDOW, "vtwg", *self.smooth_lines(values))
        return (*lines, *self.kept(self.standing(values), REFERENCE_SUPPLIES))

    def guesses(self, point: Mapping[str, float], values: Values) -> dict[str, float]:
        """Return node -> V of every column from the operating point of the middle one."""
        (standing,) = self.standing({**values, "LOAD": MIDDLE})
        return copied(point, column_blocks(standing, range(self.task.columns)))


class ColumnPart(ClusterTestbench):
    """One column with its dendrite, between sources that repeat its lines; a case is a column."""

    name = "cluster_column"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *LIVING_PARAMETERS,
        Parameter("COLUMN", "column that is simulated", default=0, low=0, high=1000, whole=True),
    )

    def __init__(self, task: Task, drive: Drive, fires: Mapping[int, Intervals], guesses: Mapping[str, float]) -> None:
        """Take what the cluster is given, the shared lines, when each column fires, and a start as in FlatCluster."""
        super().__init__(task)
        self.drive, self.fires, self.start_guesses = drive, fires, guesses

    def sections(self, values: Values) -> Mapping[str, Any]:
        """Return the column and its sources."""
        index = int(values["COLUMN"])
        near = {c: f"fire_of{c}" for c in (index - 1, index + 1) if 0 <= c < self.task.columns}
        own = (f"xcolumn{index}.", f"xdendrite{index}.")
        return {
            "supplies": list(COLUMN_SUPPLIES),
            "columns": [self.column(index, values, near.get(index - 1, "0"), near.get(index + 1, "0"))],
            "edges": {line: self.drive.edges[line] for line in self.edge_lines()},
            "tables": dict(self.drive.tables),
            "fires": {node: self.fires[c] for c, node in near.items()},
            "guesses": {node: volts for node, volts in self.start_guesses.items() if node.startswith(own)},
        }

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the column's membrane, FIRE and supplies."""
        return self.kept([int(values["COLUMN"])], COLUMN_SUPPLIES)

    def start(self, values: Values) -> Values:
        """Return nothing: the deck brings its guesses."""
        return {}


def fire_intervals(lines: pd.DataFrame, periods: Iterable[int], edges: Sequence[float], high: float) -> Intervals:
    """Return when FIRE is high (s, s, V) of a neuron that fires in these periods; ``edges`` are GCLK's (s)."""
    decided = crossings(lines["swcomp"], high / 2, "rise")
    cleared = crossings(lines["fire_clear"], high / 2, "rise")
    intervals = []
    for period in sorted(periods):
        on = float(decided[decided > edges[period]][0]) + T_FIRE
        off = cleared[cleared > on]
        intervals.append((on, float(off[0] if len(off) else lines.index[-1]) + T_FIRE, high))
    return intervals
