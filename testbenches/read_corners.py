"""The read path in the corners: what read_path asks at tt, with the same bias voltages everywhere."""

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from harness.testbench import Claim, Golden, Results, Summary, Values
from testbenches.read_path import ALL_ROWS, FEW_ROWS, ReadPath, deviation, one_row_alpha, slowest_settling

CORNERS = ("ff", "ss", "fs", "sf")


class ReadCorners(ReadPath):
    """The two ends and the zero of the weights, one row and sixteen, in four corners and at 85 C."""

    name = "read_corners"
    question = "Does the read path stay within its bounds in the corners?"
    is_figure = False
    goldens: ClassVar[tuple[Golden, ...]] = ()
    claims: ClassVar[tuple[Claim, ...]] = (
        Claim("settling", "ISYNAPSE within 0.05 alpha, slowest corner", "required", (0, 600e-9), (0, 400e-9)),
        Claim("vbl_error", "VBL from 200 ns after WL on, corners", "required", (0, 0.5e-3), (0, 0.25e-3)),
        Claim("deviation_1_row", "one row: largest deviation in alpha, corners", "required", (0, 0.1), (0, 0.05)),
        Claim("deviation_16_rows", "sixteen rows: largest deviation in alpha, corners", "required", (0, 0.8), (0, 0.4)),
        Claim("zero_weight", "ISYNAPSE at weight 0, one row, in alpha, corners",
              "required: V(0) within 6 % of a step", (-0.06, 0.06), (-0.03, 0.03)),
    )  # fmt: skip

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield weights 0, 2 and 7 in each corner at 27 C and at tt and 85 C."""
        for corner, temp in (*((corner, 27.0) for corner in CORNERS), ("tt", 85.0)):
            for rows in (FEW_ROWS, ALL_ROWS):
                for n in (0, 2, 7):
                    yield {"CORNER": corner, "TEMP": temp, "ROWS": rows, "N": n}

    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the worst of each over the corners at 27 C, and the zero at 85 C."""
        worst: dict[int, list[float]] = {FEW_ROWS: [], ALL_ROWS: []}
        for corner in CORNERS:
            alpha = one_row_alpha(results, CORNER=corner, TEMP=27.0)
            for rows, found in worst.items():
                found.append(float(np.abs(deviation(results, alpha, CORNER=corner, TEMP=27.0, ROWS=rows)).max()))
        yield Summary("deviation_1_row", max(worst[FEW_ROWS]))
        yield Summary("deviation_16_rows", max(worst[ALL_ROWS]))
        zeros = [self._zero(results, corner, 27.0) for corner in CORNERS]
        yield Summary("zero_weight", max(zeros, key=abs))
        yield Summary("zero_weight_85C", self._zero(results, "tt", 85.0))
        yield Summary("settling", slowest_settling(results), "s")
        yield Summary("vbl_error", float(results.select("vbl_error")["value"].max()), "V")

    def _zero(self, results: Results, corner: str, temp: float) -> float:
        alpha = one_row_alpha(results, CORNER=corner, TEMP=temp)
        n_ref = int(results.settings["N_REF"])
        return float(deviation(results, alpha, CORNER=corner, TEMP=temp, ROWS=FEW_ROWS, N=n_ref)[0])

    def draw(self, results: Results) -> None:
        """Draw nothing: the table is the answer."""
        return None


TESTBENCH = ReadCorners()
