"""Table 1: one cluster and sixteen, beside the paper's chip.

Every figure says whether it is counted in the flat netlist, simulated, derived from such, or the paper's. The living
cluster is simulated with all sixteen axons, at 50 kHz with one column and two: what the second adds, each further one
adds. A slower GCLK leaves it at rest for longer; a run at 1 kHz holds that against the simulation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.figures import TWO_COLUMNS, draw_table, new_figure
from harness.quantities import engineering
from harness.testbench import Claim, Parameter, Reading, Results, Summary, Values
from testbenches.chain_event import ARRAY_COLUMNS, ARRAY_ROWS
from testbenches.gclk_range import SlowTestbench
from testbenches.living_event import FINER_SOLVER, LIVING_PARAMETERS, SUPPLIES, fired
from testbenches.silicon import Silicon, cluster_silicon

FREQUENCIES = (1e3, 10e3, 50e3)  # Hz
EVENT, SILENT = 0, 1  # periods
T_CALM, T_FALL = 7e-6, 9.5e-6  # s, from the edge of GCLK: LCLK's burst is over, and GCLK falls soon at the fastest
CLUSTERS = 16
COUNTED, SIMULATED, DERIVED = "counted", "simulated", "derived"
NOT_STATED = ("–", "–")
DEVICES = ("transistors", "junctions")
MM2 = "mm$^2$"
NOTE = (
    "Active: a period in which all 16 axons give a stimulus and every neuron fires; idle: one without a stimulus.\n"
    "Once it has fired, a dendrite takes less until the next period, which outweighs a single event at 1 kHz. Sixteen\n"
    "clusters are 16 times one, without what connects them. Energies are those at 50 kHz, by synapse or by spike.\n"
    "Bias currents, reference voltages and pads are not counted. –: section 3.3 of the paper does not state it."
)


@dataclass(frozen=True)
class Printed:
    """What the paper states in section 3.3 of one chip or of sixteen."""

    synapses: int
    neurons: int
    area: float  # m^2

    @property
    def density(self) -> float:
        """Neurons a mm^2."""
        return self.neurons / (self.area * 1e6)


ONE, SIXTEEN = Printed(256, 16, 0.576e-6), Printed(4096, 256, 7.74e-6)
PAPER_DENSITY = 33  # neurons a mm^2, in the text
PAPER_SPAN = "1 to 50 kHz"
PLACE = "paper 3.3, Table 1"


class Table1(SlowTestbench):
    """All axons at once, one synapse of weight n and fifteen of weight 0 on each neuron; then a silent period."""

    name = "table1"
    solver = FINER_SOLVER  # neurons fire
    question = "What does a cluster hold, need and take, beside the paper's Table 1?"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        *LIVING_PARAMETERS,
        Parameter("COLUMNS", "columns that are simulated", default=1, low=1, high=2, whole=True),
        # A rule of thumb among layout designers, which Pulsic held against 280 analog blocks of 0.6 um to 28 nm
        # (Waller, "Analog floorplan estimation: rules of thumb"): 3.5 times the active area, and the passives.
        Parameter("AREA_OVERHEAD", "area of placed and routed transistors over their active area (an assumption)",
                  default=3.5, low=1.0, high=20.0),
    )  # fmt: skip
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("synapses", "synapses of a cluster, counted", PLACE, (ONE.synapses, ONE.synapses)),
        Claim("neurons", "neurons of a cluster, counted", PLACE, (ONE.neurons, ONE.neurons)),
        Claim("wrong_decisions", "FIRE in the period of the stimulus and no other, at 1 and 50 kHz (10: gclk_range)",
              "paper 3.3: 1 to 50 kHz", (0, 0)),
        Claim("rest_error", "power at 1 kHz as derived from 50 kHz against the run at 1 kHz, one column",
              "required: what is derived", (-0.01, 0.01), (-0.002, 0.002)),
        Claim("paper_density", "neurons a mm2: 33, which the text gives without saying of what, is one chip's",
              PLACE, (32.5, 33.5),
              known="one chip of 0.576 mm2 with 16 neurons has 27.8; 33 is the sixteen chips' figure"),
        Claim("paper_area", "sixteen chips of 0.576 mm2 occupy 7.74 mm2", PLACE, (7.735, 7.745),
              known="16 x 0.576 = 9.2 mm2; the paper does not say what the sixteen share"),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield one column and two at the highest frequency, and one at the lowest."""
        yield {"F_GCLK": FREQUENCIES[-1], "COLUMNS": 1}
        yield {"F_GCLK": FREQUENCIES[-1], "COLUMNS": 2}
        yield {"F_GCLK": FREQUENCIES[0], "COLUMNS": 1}

    def synapses(self, values: Values) -> Sequence[Sequence[int]]:
        """Return weight n for the first axon, 0 for all others."""
        columns, n = int(values["COLUMNS"]), int(values["THRESHOLD"])
        return [(n,) * columns, *[(0,) * columns] * (ARRAY_ROWS - 1)]

    def stimuli(self, values: Values) -> Sequence[Sequence[int]]:
        """Return all axons, a silent period, and one that ends it."""
        return [list(range(ARRAY_ROWS)), [], []]

    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield the living cluster's readings, and what each supply gives between activity and GCLK's fall."""
        yield from super().measure(values, waveforms)
        for period in (EVENT, SILENT):
            edge = self.edge_time(period, values)
            calm = waveforms[(waveforms.index > edge + T_CALM) & (waveforms.index < edge + T_FALL)]
            time = calm.index.to_numpy(dtype=float)
            for block in SUPPLIES:
                volts = float(values["VDDIO" if block.startswith("vddio") else "VDD"])
                current = -float(np.trapezoid(calm[f"i(v{block})"].to_numpy(dtype=float), time)) / (time[-1] - time[0])
                yield Reading("rest", volts * current, "W", {"period": period, "block": block})

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield what Table 1 has of one cluster, and what the paper's own figures give."""
        made = cluster_silicon(results.settings)
        where = [{"F_GCLK": case.values["F_GCLK"], "COLUMNS": case.values["COLUMNS"]} for case in results.cases]
        wrong = [fired(results, **each) ^ {(EVENT, d) for d in range(int(each["COLUMNS"]))} for each in where]
        yield Summary("wrong_decisions", sum(map(len, wrong)))
        yield Summary("rest_error", rest_error(results))
        yield Summary("synapses", made.synapses)
        yield Summary("neurons", made.neurons)
        for name in DEVICES:
            yield Summary(name, float(made.blocks[name].sum()))
        area = float(made.area(float(results.settings["AREA_OVERHEAD"])).sum())
        yield Summary("active_area_mm2", float(made.blocks["active"].sum()) * 1e6)
        yield Summary("capacitor_area_mm2", float(made.blocks["capacitors"].sum()) * 1e6)
        yield Summary("area_mm2", area * 1e6)
        yield Summary("neurons_per_mm2", made.neurons / (area * 1e6))
        for frequency in FREQUENCIES:
            for name, period in (("idle", SILENT), ("active", EVENT)):
                power = float(cluster_power(results, frequency, period).sum())
                yield Summary(f"power_{name}_{frequency / 1e3:g}_khz", power, "W")
        yield Summary("energy_synaptic_operation_added", synaptic_energy(results), "J")
        yield Summary("energy_synaptic_operation_all_included", whole_energy(results) / made.synapses, "J")
        yield Summary("energy_spike_all_included", whole_energy(results) / made.neurons, "J")
        yield Summary("paper_density", ONE.density)
        yield Summary("paper_density_sixteen", SIXTEEN.density)
        yield Summary("paper_area", CLUSTERS * ONE.area * 1e6)

    def draw(self, results: Results) -> Figure:
        """Draw the table, and below where power and area go."""
        figure = new_figure(TWO_COLUMNS, 5.6)
        above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(1.8, 1.0))[:, 0]
        made = cluster_silicon(results.settings)
        _draw_table(above.subplots(), table_rows(results, made))
        power, area = below.subplots(1, 2)
        _draw_power(power, results)
        _draw_area(area, made, float(results.settings["AREA_OVERHEAD"]))
        return figure


def column_power(results: Results, columns: int, frequency: float, period: int) -> pd.Series:
    """Return the mean power (W) of each supply over a period of GCLK with so many columns, from a run at 50 kHz.

    A longer period adds rest to it.
    """
    where = {"F_GCLK": FREQUENCIES[-1], "COLUMNS": columns, "period": period}
    spent, rest = (
        results.select(name, **where).set_index("block")["value"].astype(float) for name in ("energy", "rest")
    )
    return frequency * (spent + rest * (1 / frequency - 1 / FREQUENCIES[-1]))


def cluster_power(results: Results, frequency: float, period: int) -> pd.Series:
    """Return the mean power (W) of each supply of the whole cluster over a period of GCLK."""
    one, two = (column_power(results, columns, frequency, period) for columns in (1, 2))
    return whole(one, two, ARRAY_COLUMNS)


def whole(one: pd.Series, two: pd.Series, columns: int) -> pd.Series:
    """Return what so many columns take, from what one takes and two: each further one as much as the second."""
    return one + (columns - 1) * (two - one)


def rest_error(results: Results) -> float:
    """Return how far power at 1 kHz with one column is from the run at 1 kHz, as a share; the worse period."""
    slow, errors = FREQUENCIES[0], []
    for period in (EVENT, SILENT):
        simulated = slow * float(results.select("energy", period=period, F_GCLK=slow)["value"].sum())
        errors.append(float(column_power(results, 1, slow, period).sum()) / simulated - 1)
    return max(errors, key=abs)


def synaptic_energy(results: Results) -> float:
    """Return the energy (J) of a synaptic operation: what an event of all axons adds, over all synapses, at 50 kHz."""
    added = cluster_power(results, FREQUENCIES[-1], EVENT).sum() - cluster_power(results, FREQUENCIES[-1], SILENT).sum()
    return float(added) / FREQUENCIES[-1] / (ARRAY_ROWS * ARRAY_COLUMNS)


def whole_energy(results: Results) -> float:
    """Return the energy (J) that a cluster takes, idle power too, in a period where every neuron fires, at 50 kHz."""
    return float(cluster_power(results, FREQUENCIES[-1], EVENT).sum()) / FREQUENCIES[-1]


def table_rows(results: Results, made: Silicon) -> list[tuple[str, ...]]:
    """Return the table: what, one cluster, sixteen, the paper's chip, its sixteen, how ours was found."""
    settings = results.settings
    area = float(made.area(float(settings["AREA_OVERHEAD"])).sum())
    supply = f"{float(settings['VDD']):g} V and {float(settings['VDDIO']):g} V"
    span = f"{FREQUENCIES[0] / 1e3:g} to {FREQUENCIES[-1] / 1e3:g} kHz"
    text = f"{SIXTEEN.density:.1f} (text: {PAPER_DENSITY:g})"
    rows = [
        _counted("Synapses", made.synapses, (f"{ONE.synapses:,}", f"{SIXTEEN.synapses:,}")),
        _counted("Neurons", made.neurons, (f"{ONE.neurons:,}", f"{SIXTEEN.neurons:,}")),
        ("Frequency of GCLK", span, span, PAPER_SPAN, PAPER_SPAN, SIMULATED),
        ("Supplies", supply, supply, *NOT_STATED, "given"),
    ]
    for name, joule in (
        ("Energy that a synaptic operation adds", synaptic_energy(results)),
        ("Energy of a synaptic operation, all included", whole_energy(results) / made.synapses),
        ("Energy of a spike, all included", whole_energy(results) / made.neurons),
    ):
        rows.append((name, engineering(joule, "J", 3), "same", *NOT_STATED, DERIVED))
    for frequency in FREQUENCIES:
        powers = [float(cluster_power(results, frequency, period).sum()) for period in (SILENT, EVENT)]
        one, sixteen = (" / ".join(f"{1e3 * n * power:#.4g}" for power in powers) for n in (1, CLUSTERS))
        rows.append((f"Power at {frequency / 1e3:g} kHz, idle / active (mW)", one, sixteen, *NOT_STATED, DERIVED))
    rows += [_counted(name.capitalize(), int(made.blocks[name].sum()), NOT_STATED) for name in DEVICES]
    ours = f"{area * 1e6:.3f}", f"{CLUSTERS * area * 1e6:.2f}"
    rows.append(
        (f"Area without pads and routers ({MM2})", *ours, f"{ONE.area * 1e6:g}", f"{SIXTEEN.area * 1e6:g}", DERIVED)
    )
    density = f"{made.neurons / area / 1e6:.1f}"
    rows.append((f"Neurons per {MM2}", density, density, f"{ONE.density:.1f}", text, DERIVED))
    return rows


def _counted(name: str, count: int, paper: tuple[str, str]) -> tuple[str, ...]:
    return (name, f"{count:,}", f"{CLUSTERS * count:,}", *paper, COUNTED)


def _draw_table(axes: Axes, rows: Sequence[Sequence[str]]) -> None:
    heads = ("", "one cluster", "sixteen", "paper's chip", "paper's sixteen", "ours is")
    draw_table(axes, rows, heads, (0.33, 0.14, 0.14, 0.13, 0.16, 0.1))
    axes.annotate(NOTE, (0.0, 0.0), xycoords="axes fraction", va="top", fontsize=6.5, color="0.3")


def _draw_power(axes: Axes, results: Results) -> None:
    """Draw the supplies of a cluster at 50 kHz."""
    powers = {
        name: cluster_power(results, FREQUENCIES[-1], period) for name, period in (("idle", SILENT), ("active", EVENT))
    }
    for shift, (name, colour) in enumerate((("idle", "0.6"), ("active", "#1f5fa8"))):
        places = [place + 0.4 * shift for place in range(len(SUPPLIES))]
        axes.barh(places, powers[name][list(SUPPLIES)] * 1e3, height=0.4, color=colour, label=name)
    axes.set_yticks([place + 0.2 for place in range(len(SUPPLIES))], map(supply_name, SUPPLIES), fontsize=6.5)
    axes.set(xlabel="Power of a cluster by supply at 50 kHz (mW)")
    axes.legend(loc="lower right")


def supply_name(supply: str) -> str:
    """Return a supply's source as text: ``vddio_word_lines`` is VDDIO, word lines."""
    line, _, block = supply.partition("_")
    return f"{line.upper()}, {block.replace('_', ' ')}"


def _draw_area(axes: Axes, made: Silicon, overhead: float) -> None:
    """Draw the largest blocks of a cluster, the rest as one."""
    area = made.area(overhead).sort_values() * 1e6
    shown = pd.concat([pd.Series({"others": area.iloc[:-8].sum()}), area.iloc[-8:]])
    capacitors = made.blocks["capacitors"] * 1e6
    parts = pd.concat([pd.Series({"others": capacitors[area.index[:-8]].sum()}), capacitors[area.index[-8:]]])
    axes.barh(range(len(shown)), parts, color="0.6", label="capacitors")
    axes.barh(range(len(shown)), shown - parts, left=parts, color="#b3003b", alpha=0.75,
              label=f"transistors, {overhead:g} times W (L + source + drain)")  # fmt: skip
    axes.set_yticks(range(len(shown)), [str(name) for name in shown.index], fontsize=6.5)
    axes.set(xlabel="Area of a cluster by block (mm$^2$)")
    axes.legend(loc="lower right")


TESTBENCH = Table1()
