"""What a cluster is made of: its flat netlist counted, and the area that its devices need."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from harness.circuit import MTJ, Device, leaf_devices
from harness.draws import WIRE
from harness.errors import HarnessError
from harness.quantities import parse_quantity
from harness.render import TESTBENCHES, DeckBuilder
from harness.technology import Technology
from harness.testbench import Values, conditions
from testbenches.chain_event import ARRAY_COLUMNS, ARRAY_ROWS
from testbenches.cluster import FlatCluster, Task


@dataclass(frozen=True)
class Silicon:
    """Devices by block: columns transistors, junctions, active and capacitors (m^2), index the block's name.

    ``active`` is W (L + source + drain), the ``capacitors`` are what the technology's density makes of their farads.
    """

    blocks: pd.DataFrame
    synapses: int
    neurons: int

    def area(self, overhead: float) -> pd.Series:
        """Return the area (m^2) of each block; transistors take ``overhead`` times their active area."""
        return overhead * self.blocks["active"] + self.blocks["capacitors"]


def cluster_silicon(values: Values) -> Silicon:
    """Count the flat cluster of 16 x 16, which holds all but pads and the way in and out.

    Raises:
        HarnessError: as ``silicon``.
    """
    task = Task(((0,) * ARRAY_COLUMNS,) * ARRAY_ROWS, ((0,),))
    bench, drawn = FlatCluster(task, {}), conditions(values)
    template, deck_values = bench.deck({**bench.settings({}), **{p.name: values[p.name] for p in bench.parameters}})
    deck = DeckBuilder(drawn).deck(bench.name, TESTBENCHES / template, deck_values)
    return silicon(leaf_devices(deck), drawn.technology, int(values["BITS"]))


def silicon(devices: Iterable[Device], technology: Technology, bits: int) -> Silicon:
    """Sum devices up by block: the instance at the top that they stand in, without its number.

    Raises:
        HarnessError: a transistor that is none of the technology's.
    """
    models = {facts.model.lower(): facts for facts in technology.transistors.values()}
    rows, neurons = [], set()
    for device in devices:
        instance = device.path.split(".")[1] if "." in device.path else ""
        if not instance.startswith("x"):
            continue  # sources of the bench
        neurons |= {instance} if instance.startswith("xdendrite") else set()
        row = {"block": re.sub(r"\d+$", "", instance[1:]), "transistors": 0, "junctions": 0}
        if device.kind in ("m", "x"):
            facts = models.get(device.model)
            if facts is None:
                raise HarnessError(f"{device.path}: {technology.name!r} has no transistor model {device.model!r}.")
            w, length, m = (_size(device, name) for name in ("w", "l", "m"))
            unit = facts.metres_per_unit
            row |= {"transistors": 1, "active": m * w * unit * (length * unit + 2 * (facts.diffusion_length or 0.0))}
        elif device.kind == "c" and not device.path.rpartition(".")[2].startswith(WIRE):  # wires are over devices
            row["capacitors"] = parse_quantity(device.model, "", device.path) / technology.capacitor.density
        elif device.kind == MTJ:
            row["junctions"] = 1
        rows.append(row)
    blocks = pd.DataFrame(rows, columns=["block", "transistors", "junctions", "active", "capacitors"])
    blocks = blocks.fillna(0.0).groupby("block").sum()
    return Silicon(blocks, int(blocks["junctions"].get("column", 0)) // bits, len(neurons))


def _size(device: Device, name: str) -> float:
    return parse_quantity(device.values.get(name, "1"), "", f"{device.path}, {name}")
