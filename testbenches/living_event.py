"""The cluster living by itself from GCLK, LCLK and AXON, as the testbenches of Figures 9F, 9G, 13A and 14 share it.

A subclass says what each axon's synapses weigh, and which axons give a stimulus in which period of GCLK. Deck and
cluster stand in living.cir.j2; no phase comes from here.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from harness.analysis import Analysis, Solver, Transient
from harness.errors import HarnessError
from harness.measure import first_crossing, value_at
from harness.synapse import spread, word
from harness.testbench import Case, Parameter, Reading, Results, Summary, Testbench, Values, nominal_silicon
from testbenches.chain_event import ARRAY_COLUMNS, ARRAY_ROWS, CHAIN_PARAMETERS, THRESHOLD_ROWS, worst
from testbenches.parameters import ILEAKAGE, VLAT, VRFR
from testbenches.wave_stack import Panel, Strip, wave_stack

# RESET kicks the bias lines as an event does; the slow corner has them back within 0.1 mV after 4 us. A chip waits at
# least a period of GCLK; with 0.9 us the first window of the slow corner was 0.1 ns longer than all others.
T_POWER_ON = 2e-6  # s, RESET
T_FIRST = 8e-6  # s, first rising edge of GCLK
T_LCLK = 400e-9  # s, 2.5 MHz
LCLK_PULSES = 15  # after each rising edge of GCLK
LCLK_LATER = 1  # while GCLK is low
T_AXON, T_PULSE = -0.5e-6, 100e-9  # s, from the edge of GCLK; width
T_ACTIVE = 5.8e-6  # s, from the edge of GCLK until the leak is over
T_DRAWN = 5.7e-6  # s, from the edge of GCLK, in figures: past the leak
T_SEEN = 3.4e-6  # s, from the edge of GCLK to where VINTEG and FIRE are read: decided, before the leak
T_EDGE = 0.2e-9  # s, of GCLK, LCLK, AXON and RESET: about what a buffer of thick oxide gives (assumed)
# At edges of LCLK the gates' picoseconds set the steps. Gear does not ring, whatever the step (trap at this chgtol
# rings beyond the oxides' limits). A coarse chgtol leaves the gates alone, while living.cir.j2 watches the voltages
# that count. Newton is exact to 1 ppm, a step to 300 ppm: with 300 ppm for both, windows scatter by 0.1 ns, and bypass,
# which spares a third of the time, would skip devices that have moved. results/benchmarks.md has what each of these
# brought, and how far it moves edges and ramps (`make bench ONLY=event`).
SOLVER = Solver(reltol=1e-6, chgtol=5e-13, method="gear", xtrtol=300.0, bypass=True)
# After a FIRE the coarser steps may leave a NAND's inner node 0.04 V from where it would be, beyond an oxide's limit.
FINER_SOLVER = replace(SOLVER, chgtol=2e-13)

SUPPLIES = (
    *(f"vdd_{block}" for block in ("columns", "reference", "threshold", "generation")),
    *(f"vddio_{block}" for block in ("generation", "word_lines", "window", "dendrites")),
)
RST, OWN_SWINTEG, CINT = "rst", "own_swinteg", ("xneuron.xintegrator.plate", "xneuron.sum")  # inside a dendrite
DROPPED = ("T_SETTLE", "T_WINDOW")  # phases that the chip makes itself

LIVING_PARAMETERS: tuple[Parameter, ...] = (
    *(parameter for parameter in CHAIN_PARAMETERS if parameter.name not in DROPPED),
    VRFR,
    VLAT,
    ILEAKAGE,
    Parameter("F_GCLK", "frequency of GCLK", "Hz", 50e3, 100.0, 60e3),
    Parameter("LEAK_LCLK", "width of SWLEAK in periods of LCLK", default=1, low=1, high=4, whole=True),
    Parameter("ABSOLUTE", "absolute refractory period in periods of GCLK", default=1, low=1, high=3, whole=True),
    Parameter("INHIBIT", "lateral inhibition wired on (1) or off (0)", default=1, low=0, high=1, whole=True),
)

Intervals = list[tuple[float, float, float]]


class LivingTestbench(Testbench):
    """A sequence of GCLK periods of one cluster."""

    parameters: ClassVar[tuple[Parameter, ...]] = LIVING_PARAMETERS
    t_max: float = 500e-9  # s
    solver: Solver = SOLVER
    watched: bool = True  # living.cir.j2's buffers that make steps follow the voltages that count
    lclk_pulses: int = LCLK_PULSES
    t_edge: float = T_EDGE
    timeout_s: ClassVar[float] = 3600.0
    check_solver: ClassVar[bool] = False  # minutes each; Figure 9F tells the solver's error for all of them

    @abstractmethod
    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return the weight of each axon's synapse on each dendrite, in (P-AP): shape (axons, dendrites)."""

    @abstractmethod
    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return, for each period of GCLK, the axons that gave a stimulus before it."""

    def axon_rows(self, values: Values) -> int:
        """Return the rows of one axon: as many as the threshold and the largest weight need, the same for all.

        Raises:
            HarnessError: more rows than the threshold block has.
        """
        n_ref, bits = int(values["N_REF"]), int(values["BITS"])
        most = max(int(values["THRESHOLD"]), *(weight for axon in self.synapses(values) for weight in axon))
        for rows in range(1, THRESHOLD_ROWS + 1):
            if most + rows * n_ref <= rows * (2**bits - 1):
                return rows
        raise HarnessError(f"weight {most} does not fit in {THRESHOLD_ROWS} rows; set fewer N_REF or more BITS.")

    def edge_time(self, period: int, values: Values) -> float:
        """Return the rising edge of GCLK (s) that starts a period, counted from 0."""
        return T_FIRST + period / float(values["F_GCLK"])

    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the cluster's deck: words as MTJ states, clocks and stimuli as intervals."""
        bits, n_ref, rows = int(values["BITS"]), int(values["N_REF"]), self.axon_rows(values)
        weights = np.array(self.synapses(values))
        reference, quiet = [n_ref] * rows, [0] * (THRESHOLD_ROWS - rows)
        columns = [
            word([cell for weight in column for cell in spread(int(weight) + rows * n_ref, rows, bits)], bits)
            for column in weights.T
        ]
        return "living.cir.j2", {
            **{parameter.name: values[parameter.name] for parameter in self.parameters},
            **self.clocks(values),
            "bits": bits,
            "array_rows": ARRAY_ROWS,
            "array_columns": ARRAY_COLUMNS,
            "axon_rows": rows,
            "columns": columns,
            "reference": word(reference * len(weights), bits),
            "threshold_rows": THRESHOLD_ROWS,
            "threshold": word(spread(int(values["THRESHOLD"]) + rows * n_ref, rows, bits) + quiet, bits),
            "threshold_reference": word(reference + quiet, bits),
            "settings": self._settings(values),
            "watched": self.watched,
        }

    def _settings(self, values: Values) -> dict[str, float]:
        high, width, absolute = float(values["VDDIO"]), int(values["LEAK_LCLK"]) - 1, int(values["ABSOLUTE"])
        bits = {
            "width0": width & 1,
            "width1": width >> 1,
            "absolute0": absolute & 1,
            "absolute1": absolute >> 1,
            "inhibit": int(values["INHIBIT"]),
        }
        return {name: high * bit for name, bit in bits.items()}

    def clocks(self, values: Values) -> dict[str, Any]:
        """Return when GCLK, LCLK, RESET and each axon are high, (from, to, level), and how long their edges take."""
        high, period = float(values["VDDIO"]), 1 / float(values["F_GCLK"])
        edges = [self.edge_time(k, values) for k in range(len(self.stimuli(values)))]
        bursts = [(edge + 0.1e-6, self.lclk_pulses) for edge in edges]
        bursts += [(edge + period / 2 + 0.1e-6, LCLK_LATER) for edge in edges[:-1]]
        starts = sorted(start + pulse * T_LCLK for start, pulses in bursts for pulse in range(pulses))
        given: list[Intervals] = [[] for _ in self.synapses(values)]
        for edge, axons in zip(edges, self.stimuli(values), strict=True):
            for axon in axons:
                given[axon].append((edge + T_AXON, edge + T_AXON + T_PULSE, high))
        return {
            "gclk": [(edge, edge + period / 2, high) for edge in edges],
            "lclk": [(start, start + T_LCLK / 2, high) for start in starts],
            "edge": self.t_edge,
            "reset": [(0.0, T_POWER_ON, high)],
            "axons": given,
        }

    def stop_time(self, values: Values) -> float:
        """Return the end (s): the last period's active part."""
        return self.edge_time(len(self.stimuli(values)) - 1, values) + T_ACTIVE

    def analysis(self, values: Values) -> Analysis:
        """Return the transient; between events nothing moves, so steps may be long."""
        return Transient(self.stop_time(values), self.t_max, self.solver)

    def start(self, values: Values) -> Values:
        """Start from nominal silicon at the default levels, which all cases of one circuit share."""
        declared = self.all_parameters()
        kept = ("VTH", "IBIAS", "ILEAKAGE", "VREST", "VRFR", "VLAT")
        return nominal_silicon({**values, **{name: declared[name].default for name in kept}})

    def dendrites(self, values: Values) -> range:
        """Return the dendrites' indices."""
        return range(len(self.synapses(values)[0]))

    def signals(self, values: Values) -> tuple[str, ...]:
        """Return clocks, switches, VTWG, each axon's pulse and word line, each membrane, and the supplies' currents."""
        axons, each = range(len(self.synapses(values))), self.dendrites(values)
        rows = range(len(axons) * self.axon_rows(values))
        switches = ("gclk", "lclk", "event", "swrst", "swinteg", "swcomp", "swleak", "update", "bounded", "vtwg")
        return (
            *switches,
            *(f"axon{a}" for a in axons),
            *(f"wl{row}" for row in rows),
            *(f"{name}{d}" for d in each for name in ("vinteg", "fire", "absolute_of", "isynapse")),
            *(f"xdendrite{d}.{name}" for d in each for name in (RST, OWN_SWINTEG, *CINT)),
            *(f"i(v{block})" for block in SUPPLIES),
        )

    def draw_stack(self, results: Results, case: Case, panels: Sequence[Panel]) -> Figure:
        """Draw a case's digital strips over ``panels``: of each period what moves, without the idle time between."""
        values, high = case.values, float(case.values["VDDIO"])
        names = {f"axon{a}": f"AXON <{a}>" for a in range(len(self.synapses(values)))}
        switches = {node: node.upper() for node in ("swrst", "swinteg", "swcomp", "swleak")}
        names = {"gclk": "GCLK", "lclk": "LCLK"} | names | switches
        names |= {f"fire{d}": f"FIRE <{d}>" for d in self.dendrites(values)}
        edges = [self.edge_time(period, values) for period in range(len(self.stimuli(values)))]
        spans = [(edge + 1.5 * T_AXON, edge + T_DRAWN) for edge in edges]
        strips = [Strip(node, name, high) for node, name in names.items()]
        return wave_stack(results.waveforms[case.id], strips, panels, values, spans)[0]

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield for each stimulus the integration time, and for each dendrite start, VINTEG, slope and FIRE.

        Silent periods yield VINTEG, before and after, and FIRE only; a dendrite without a phase has no start.
        """
        half = float(values["VDDIO"]) / 2
        for period, axons in enumerate(self.stimuli(values)):
            edge = self.edge_time(period, values)
            if axons:
                opened = first_crossing(waveforms["swrst"], half, "fall", edge)
                closed = first_crossing(waveforms["swinteg"], half, "fall", opened)
                yield Reading("integration_time", closed - opened, "s", {"period": period})
                yield Reading("bounded", float(value_at(waveforms["bounded"], edge + T_SEEN) > half), "",
                              {"period": period})  # fmt: skip
            if edge + 1 / float(values["F_GCLK"]) <= self.stop_time(values):
                for block, energy in energies(waveforms, values, (edge, edge + 1 / float(values["F_GCLK"]))):
                    yield Reading("energy", energy, "J", {"period": period, "block": block})
            for dendrite in self.dendrites(values):
                at = {"period": period, "dendrite": dendrite}
                held = value_at(waveforms[f"vinteg{dendrite}"], edge + T_SEEN)
                yield Reading("before", value_at(waveforms[f"vinteg{dendrite}"], edge), "V", at)
                yield Reading("vinteg", held, "V", at)
                yield Reading("fire", float(value_at(waveforms[f"fire{dendrite}"], edge + T_SEEN) > half), "", at)
                if axons:
                    yield Reading("start", self._start(waveforms, dendrite, held, edge, half), "V", at)

    def _start(self, waveforms: pd.DataFrame, dendrite: int, held: float, edge: float, half: float) -> float:
        """Return where the integration began: what Cint held as RST opened, as VINTEG shows it in hold.

        It is the intercept of a line through Cint's voltage in the window. VINTEG itself bends in the window, by the
        amplifier's lag and by the drop over the AZB gate, whose resistance follows the level; in hold both are gone.
        """
        rst, window, plate, summing = (waveforms[f"xdendrite{dendrite}.{name}"] for name in (RST, OWN_SWINTEG, *CINT))
        opened = first_crossing(rst, half, "fall", edge)
        closed = first_crossing(window, half, "fall", edge)
        if not edge < opened < closed < edge + T_SEEN:
            return float("nan")
        cint = plate - summing
        ramp = cint[(cint.index > opened + 0.2 * (closed - opened)) & (cint.index < closed - 3e-9)]
        start = np.polyfit(ramp.index.to_numpy(dtype=float) - opened, ramp.to_numpy(dtype=float), 1)[1]
        return float(held - value_at(cint, edge + T_SEEN) + start)


def start_error(results: Results, expected: Mapping[tuple[int, int], str]) -> float:
    """Return the worst start less its level (V), where ``expected`` names the level of each (period, dendrite)."""
    starts = results.select("start")
    errors = []
    for (period, dendrite), level in expected.items():
        rows = starts[(starts["period"] == period) & (starts["dendrite"] == dendrite)]
        errors += list(rows["value"] - float(results.settings[level]))
    return worst(errors)


def fired(results: Results, **where: Any) -> set[tuple[int, int]]:
    """Return the (period, dendrite) of every FIRE of the case."""
    rows = results.select("fire", **where)
    rows = rows[rows["value"] > 0.5]
    return set(zip(rows["period"], rows["dendrite"], strict=True))


def power_summaries(results: Results, event: int, silent: int, synapses: int) -> Iterable[Summary]:
    """Yield average power by block in a period with a stimulus, and what event, spike and synaptic operation cost.

    ``event`` and ``silent`` are whole periods; ``synapses`` weights were read in the event, one a dendrite and axon.
    """
    period = 1 / float(results.settings["F_GCLK"])
    spent = {
        place: results.select("energy", period=place).set_index("block")["value"].astype(float)
        for place in (event, silent)
    }
    for block in SUPPLIES:
        yield Summary(f"power_{block}", float(spent[event][block]) / period, "W")
    yield Summary("power_event", float(spent[event].sum()) / period, "W")
    yield Summary("power_silent", float(spent[silent].sum()) / period, "W")
    more = spent[event] - spent[silent]
    yield Summary("energy_event", float(more.sum()), "J")
    dendrites = len(set(results.select("vinteg")["dendrite"]))
    yield Summary("energy_spike", float(spent[event][["vdd_columns", "vddio_dendrites"]].sum()) / dendrites, "J")
    yield Summary("energy_synaptic_operation", float(more[["vdd_columns", "vddio_word_lines"]].sum()) / synapses, "J")


def energies(waveforms: pd.DataFrame, values: Values, span: tuple[float, float]) -> Iterator[tuple[str, float]]:
    """Yield (block, energy in J) that each supply delivers from ``span[0]`` to ``span[1]`` (s)."""
    inside = waveforms[(waveforms.index >= span[0]) & (waveforms.index <= span[1])]
    time = inside.index.to_numpy(dtype=float)
    for block in SUPPLIES:
        volts = float(values["VDDIO" if block.startswith("vddio") else "VDD"])
        current = -inside[f"i(v{block})"].to_numpy(dtype=float)
        yield block, volts * float(np.trapezoid(current, time))
