"""The programming of an array: a pulse, the verification, a longer pulse; what does not take is reported.

Every cell of a block meets the chances of its own write current. A pulse leaves it unswitched with the probability of
harness.switching: thermal agitation decides at which angle the pulse finds it. The verification, a memory read, is
taken to be right, as testbenches/memory_read.py shows it to be.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr

from harness.errors import HarnessError
from harness.mtj import MtjSet
from harness.sampling import Sampler
from harness.switching import read_disturb, threshold_current, write_error

PULSES = (15e-9, 30e-9, 60e-9)  # s, the first attempt and its retries


def program(
    wanted: ArrayLike,
    current_ap: ArrayLike,
    current_p: ArrayLike,
    mtj: MtjSet,
    seed: int = 1,
    pulses: tuple[float, ...] = PULSES,
    block: str = "array",
) -> pd.DataFrame:
    """Write a block's cells, each from its other state; return a row a cell.

    ``wanted`` has shape (rows, lines), 0 parallel, 1 antiparallel; ``current_ap`` and ``current_p`` are the write
    currents to either state over the critical current, in its shape or one that broadcasts to it. ``block`` and
    ``seed`` are the key of the draws. Columns: block, row, line, wanted, attempts, pulse (s, of the last), state, ok.

    Raises:
        HarnessError: a state that is neither 0 nor 1, a block that is no table, or currents that do not fit to it.
    """
    states = np.asarray(wanted)
    if states.ndim != 2 or not np.isin(states, (0, 1)).all():
        raise HarnessError(f"{block}: wanted states are a table (rows, lines) of 0 (P) and 1 (AP); correct them.")
    try:
        to_ap, to_p = (np.broadcast_to(np.asarray(c, dtype=float), states.shape) for c in (current_ap, current_p))
    except ValueError as error:
        raise HarnessError(f"{block}: write currents do not fit to {states.shape} cells: {error}.") from error
    currents = np.where(states, to_ap, to_p).ravel() * mtj.critical_current
    rows, lines = np.indices(states.shape).reshape(2, -1)
    table = pd.DataFrame({"block": block, "row": rows, "line": lines, "wanted": states.ravel()})
    table = table.assign(attempts=0, pulse=np.nan, state=1 - table["wanted"], ok=False)
    for attempt, pulse in enumerate(pulses, 1):
        left = table.index[~table["ok"]]
        names = [f"{block}.{row}.{line}.write{attempt}" for row, line in zip(rows[left], lines[left], strict=True)]
        chances = ndtr(Sampler("plain", seed, 2).normals(0, names)) if names else np.empty(0)
        left_by = [_stays(mtj, float(currents[cell]), pulse, bool(table["wanted"][cell])) for cell in left]
        took = left[chances >= np.array(left_by)]
        table.loc[left, ["attempts", "pulse"]] = attempt, pulse
        table.loc[took, "state"] = table.loc[took, "wanted"]
        table["ok"] = table["state"] == table["wanted"]
    return table


@lru_cache(maxsize=4096)
def _stays(mtj: MtjSet, current: float, pulse: float, to_antiparallel: bool) -> float:
    """Return the probability that a pulse (s) of ``current`` (A) leaves a cell as it is."""
    threshold = threshold_current(mtj, to_antiparallel)
    if current > threshold:
        return write_error(mtj, current, pulse, to_antiparallel)
    return 1 - read_disturb(mtj, current, pulse, to_antiparallel) if current < threshold else 1.0
