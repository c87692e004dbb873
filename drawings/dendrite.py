"""Drawing of the dendrite."""

from drawings.sheet import Sheet

STATE = (
    "event",
    "fire_left",
    "fire_right",
    "inhibit",
    "absolute0",
    "absolute1",
    "update",
    "reset",
    "swrst",
    "swcomp",
    "swinteg",
)
BASELINES = ("sw_rest", "sw_rfr", "sw_lat")
NEURON = ("isyn", "vcm", "vth", "vrest", "vrfr", "vlat", "swleak", "fire_clear")


def draw(sheet: Sheet) -> None:
    """Draw the state, which gives the neuron its own phases and its baseline."""
    state = sheet.block(
        "state", "neuron_state", (2, 1), (8, 16), STATE,
        ["", "own_swrst", "", "own_swinteg", "own_swcomp", *BASELINES, *[""] * 7, "absolute"], ["fire"],
    )  # fmt: skip
    driver = sheet.block("driver", "switch_driver", (15, 14), (5, 3), ["swrst"], ["rst", "az", "azb"])
    neuron = sheet.block(
        "neuron",
        "leaky_neuron",
        (26, 1),
        (8, 16),
        ["rst", "az", "azb", "swinteg", "swcomp", *BASELINES, *NEURON],
        ["fire", "vinteg"],
    )
    for name in STATE:
        sheet.pin(state[name], name, "left")
    for name in NEURON:
        sheet.pin(neuron[name], name, "left")
    sheet.pin(state.absolute, "absolute", "right")
    sheet.wire(state.own_swrst, driver.swrst)
    sheet.net((12.6, 15.5), "own_swrst", "up")
    for name in ("rst", "az", "azb"):
        sheet.wire(driver[name], neuron[name])
    for name in ("swinteg", "swcomp"):
        sheet.wire(state[f"own_{name}"], neuron[name])
        sheet.net((12.7, neuron[name].y), f"own_{name}", "up")
    for name in BASELINES:
        sheet.wire(state[name], neuron[name])
    sheet.wire(neuron.fire, (36, 13))
    sheet.pin((36.6, 13), "fire", "right")
    sheet.wire((36, 13), (36.6, 13))
    sheet.wire((36, 13), (36, 19), (6, 19), state.fire)
    sheet.pin(neuron.vinteg, "vinteg", "right")
