"""The array's lines in the corners: what line_resistance asks at tt, and how long its rows take to settle."""

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from harness.measure import settling_time
from harness.testbench import Claim, Golden, Results, Summary, Values
from testbenches.line_resistance import ROWS, T_FIRST, T_WL, LineResistance, alpha_of, line_effect, sum_errors
from testbenches.parameters import CORNERS


class LineCorners(LineResistance):
    """Random words in each corner: row count after row count, all rows at once; and twice the metal's resistance."""

    name = "line_corners"
    question = "Are sums at the threshold right in the corners, and does the array settle before SWRST opens?"
    is_figure = False
    check_solver = False  # line_resistance tells the solver's error
    goldens: ClassVar[tuple[Golden, ...]] = ()
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("settling", "one row, or sixteen at once, to ISYNAPSE within 0.05 alpha, slowest corner",
              "required: before SWRST opens at 600 ns", (0, 600e-9), (0, 400e-9)),
        Claim("line_effect", "largest effect of the lines at sums of 5, 1..16 rows, in alpha, worst corner",
              "required, issue 5: decisions right at 1..16 rows", (0, 0.3), (0, 0.1)),
        Claim("sum_error", "largest error of a sum of 5, 1..16 rows, in alpha, worst corner",
              "required, issue 5: no wrong decision one weight off", (0, 0.4), (0, 0.3)),
        Claim("line_effect_twice", "the effect at twice the metal's resistance, in alpha, tt",
              "required: the metal is an assumption", (0, 0.3), (0, 0.1)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield for each corner lumped lines as a yardstick, then the array's, then all its rows at once."""
        for corner in CORNERS:
            same = {"CORNER": corner, "R_SCALE": 1.0}
            yield {**same, "LINE": "lumped", "WORDS": "full", "ROWS": 1}
            for line, rows in (("lumped", 1), ("far_taps", 1), ("far_taps", ROWS)):
                yield {**same, "LINE": line, "WORDS": "random", "ROWS": rows}
        yield {"CORNER": "tt", "R_SCALE": 2.0, "LINE": "far_taps", "WORDS": "random", "ROWS": 1}

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the slowest settling and the largest errors over the corners, and the effect of more resistance."""
        settling, effect, error = [], [], []
        for corner in CORNERS:
            where = {"CORNER": corner, "R_SCALE": 1.0, "ROWS": 1}
            effect.append(float(np.abs(line_effect(results, "far_taps", **where)).max()))
            error.append(float(np.abs(sum_errors(results, "far_taps", **where)).max()))
            for rows in (1, ROWS):
                waves = results.waveform(CORNER=corner, LINE="far_taps", ROWS=rows)
                current = waves.loc[waves.index < T_WL + T_FIRST, "i(visynapse)"]
                band = 0.05 * alpha_of(results, **where)
                settling.append(settling_time(current, T_WL, T_WL + T_FIRST, float(current.iloc[-1]), band))
        yield Summary("settling", max(settling), "s")
        yield Summary("line_effect", max(effect))
        yield Summary("sum_error", max(error))
        twice = results.select("isynapse", R_SCALE=2.0)["value"].to_numpy(dtype=float)
        lumped = results.select("isynapse", CORNER="tt", LINE="lumped", WORDS="random")["value"].to_numpy(dtype=float)
        yield Summary("line_effect_twice", float(np.abs(twice - lumped).max() / alpha_of(results, CORNER="tt")))

    def draw(self, results: Results) -> None:
        """Draw nothing: the table is the answer."""
        return None


TESTBENCH = LineCorners()
