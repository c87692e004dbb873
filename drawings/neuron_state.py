"""Drawing of a neuron's state."""

from drawings.logic import label, row
from drawings.sheet import Sheet, Symbol
from harness.render import block_interface

PINS = block_interface("neuron_state").pins


def draw(sheet: Sheet) -> None:
    """Draw from left to right what a period brings, the next state, and the registers; below, what follows from it."""
    _fire(sheet)
    _stimulus(sheet)
    _next_state(sheet)
    _tokens(sheet)
    _absolute(sheet)
    _selection(sheet)
    _clocks_and_phases(sheet)


def _fire(sheet: Sheet) -> None:
    sheet.note("own FIRE and the neighbours'", (3.5, 33.4))
    neighbour, heard_bar, *_ = row(
        sheet, PINS, (10.2, 30.5), ("neighbour", "nand", None, None), ("heard_bar", "nand", "", "hears"),
        ("heard", "inverter", ""), ("inhibited_bar", "nand", "", "fire_bar"),
    )  # fmt: skip
    for side, y, end in (("left", 31.2, neighbour.a), ("right", 28.8, neighbour.b)):
        inverter = sheet.gate("inverter", f"{side}_bar", (5, y))
        label(sheet, PINS, inverter.a, f"fire_{side}", "left")
        sheet.wire(inverter.y, (7.8, y), (7.8, end.y), end)
    marked, _ = row(sheet, PINS, (20.6, 26.5), ("marked", "nand", None, "fire_bar"), ("unmarked", "inverter", ""))
    sheet.wire((17.8, heard_bar.y.y), (17.8, 26.5), marked.a)
    sheet.net((22.8, marked.y.y), "marked", "up")
    row(sheet, PINS, (5, 26.5), ("deaf", "nand", "inhibit", "absolute_bar"), ("hears", "inverter", ""))
    row(sheet, PINS, (5, 23.2), ("fire_bar", "inverter", "fire"))


def _stimulus(sheet: Sheet) -> None:
    sheet.note("the stimulus, and whether a state stays", (3.5, 21))
    no_stimulus, *_ = row(
        sheet, PINS, (5, 19), ("no_stimulus", "nand", "event", "absolute_bar"), ("stimulus", "inverter", ""),
        ("general_bar", "nand", "", "unmarked"),
    )  # fmt: skip
    keep_bar, keep, stay_bar, _ = row(
        sheet, PINS, (15.4, 15.8), ("keep_bar", "nand", None, "unmarked"), ("keep", "inverter", ""),
        ("stay_bar", "nand", "", None), ("stay", "inverter", ""),
    )  # fmt: skip
    sheet.wire((7.4, no_stimulus.y.y), (7.4, 15.8), keep_bar.a)
    sheet.net((22.8, keep.y.y), "keep", "up")
    row(
        sheet, PINS, (5, 12.6), ("fresh", "nand", "token1_bar", "token2_bar"), ("old", "inverter", ""),
        ("alive", "nand", "", "token3_bar"), to=(22.8, 11.6),
    )  # fmt: skip
    sheet.wire((22.8, 11.6), (22.8, stay_bar.b.y), stay_bar.b)


def _next_state(sheet: Sheet) -> None:
    sheet.note("next state and state", (37, 33.4))
    for state, y, stays, comes in (
        ("rfr", 30.5, "stay", "fire_bar"), ("lat", 23, "stay", "inhibited_bar"), ("gen", 15.5, "keep", "general_bar")
    ):  # fmt: skip
        stage = _stage(sheet, state, (49.6, y - 5))
        row(
            sheet, PINS, (38.6, y), (f"{state}_stays_bar", "nand", state, stays),
            (f"{state}_next", "nand", "", comes), to=stage.d, step=6.4,
        )  # fmt: skip
        sheet.net(stage.q, state, "right")


def _stage(sheet: Sheet, state: str, at: tuple[float, float]) -> Symbol:
    stage = sheet.block(
        state, "register_stage", at, (7, 4.8), ["d", "", "clear_bar"], ["q", "q_bar", ""], down=["half", "half_bar"]
    )
    sheet.net(stage.clear_bar, "reset_bar", "left")
    sheet.net(stage.q_bar, f"{state}_bar", "right")
    sheet.net(stage.half, f"{state}_half", "down")
    sheet.net(stage.half_bar, f"{state}_half_bar", "down")
    return stage


def _tokens(sheet: Sheet) -> None:
    sheet.note("periods since the last FIRE, own or heard", (3.5, 8.8))
    stages = [_stage(sheet, f"token{k}", (4 + 12 * (k - 1), 2.4)) for k in (1, 2, 3)]
    sheet.net(stages[0].d, "marked", "left")
    for before, after in zip(stages, stages[1:], strict=False):
        sheet.wire(before.q, after.d)
    for k, stage in enumerate(stages, 1):
        sheet.net(stage.q, f"token{k}", "up" if k < 3 else "right")


def _absolute(sheet: Sheet) -> None:
    sheet.note("absolute phase", (3.5, -1.2))
    gates = row(
        sheet, PINS, (5, -3), ("third_bar", "nand", "token3", "absolute0"), ("second", "nand", "token2_bar", ""),
        ("second_bar", "nand", "", "absolute1"), ("young", "nand", "token1_bar", ""),
        ("absolute_bar", "nand", "", "rfr"), ("absolute", "inverter", ""),
    )  # fmt: skip
    sheet.net((28.2, gates[-1].y.y), "absolute_bar", "up")


def _selection(sheet: Sheet) -> None:
    sheet.note("selection of the baseline, none while the state changes", (3.5, -6.4))
    row(
        sheet, PINS, (5, -8), ("given", "nand", "rfr_bar", "lat_bar"), ("not_given", "inverter", ""),
        ("rest_bar", "nand", "", "gen_bar"), ("rest", "inverter", ""), ("sw_rest_bar", "nand", "", "clock_bar"),
        ("sw_rest", "inverter", ""),
    )  # fmt: skip
    for state, y in (("rfr", -12), ("lat", -15)):
        row(
            sheet, PINS, (25.8, y), (f"sw_{state}_bar", "nand", state, "clock_bar"), (f"sw_{state}", "inverter", "")
        )  # fmt: skip


def _clocks_and_phases(sheet: Sheet) -> None:
    sheet.note("clock, clock_bar and reset_bar go to every register stage", (44, 5.6))
    clock_bar, _ = row(sheet, PINS, (46, 3.6), ("clock_bar", "inverter", "update"), ("clock", "inverter", ""))
    sheet.net((48.6, clock_bar.y.y), "clock_bar", "up")
    row(sheet, PINS, (46, 0.4), ("reset_bar", "inverter", "reset"))
    sheet.note("own phases", (44, -6.4))
    for phase, y in (("swrst", -8), ("swcomp", -11.5), ("swinteg", -15)):
        row(
            sheet, PINS, (46, y), (f"own_{phase}_bar", "nand", phase, "absolute_bar"), (f"own_{phase}", "inverter", "")
        )  # fmt: skip
