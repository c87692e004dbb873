"""How well a study's measures repeat: the same chips at a tenth of reltol and half the step, against each sigma."""

import math

import pandas as pd

from harness.errors import HarnessError
from harness.samples import StudyResult
from harness.scoreboard import score
from harness.testbench import Claim, Summary

CHIPS = 20
MUST, AIM = 0.2, 0.1  # of the sigma


def repeatability_rows(plain: StudyResult, tight: StudyResult) -> pd.DataFrame:
    """Return a scoreboard row for each essential measure of the testbench: the worst of its cases and places.

    ``tight`` is the study of the first chips at the tighter solver.

    Raises:
        HarnessError: nothing of the kind was measured.
    """
    bench = plain.plan.bench
    rows = []
    for measure in bench.essential:
        share, where, counts = _worst(plain, tight, measure)
        claim = repeatability_claim(measure, f" ({counts} chips)", f"; worst of the cases: {where}")
        rows.append(score(bench.name, [claim], [Summary(claim.measure, share)]))
    table = pd.concat(rows, ignore_index=True)
    return table.assign(status="INCOMPLETE") if tight.failed or plain.failed else table


def repeatability_claim(measure: str, counts: str = "", where: str = "") -> Claim:
    """Return the claim on how well a measure repeats; ``counts`` and ``where`` say of what, once it is known."""
    return Claim(
        f"repeatability_{measure}",
        f"repeatability of {measure}: rms change at reltol / 10 and half the step, over sigma{counts}",
        f"required of the measurement{where}", (0.0, MUST), (0.0, AIM),
    )  # fmt: skip


def _worst(plain: StudyResult, tight: StudyResult, measure: str) -> tuple[float, str, str]:
    rows = tight.table[tight.table["measure"] == measure]
    places = [name for name in rows.columns if name not in ("sample", "value", "unit", "status", "rung", "measure")]
    found = []
    for place, group in rows.groupby(places, sort=False, dropna=False):
        where = {name: value for name, value in zip(places, place, strict=True) if value == value}
        values = plain.values(measure, **where)
        change = (group.set_index("sample")["value"] - values.reindex(group["sample"])).dropna()
        rms = float((change**2).mean() ** 0.5)
        sigma = float(values.std())
        share = 0.0 if rms == 0 else rms / sigma if sigma else math.inf  # NaN: no chip has both
        found.append(
            (math.inf if math.isnan(share) else share, str(where["case"]), f"{len(change)} of {tight.samples}")
        )
    if not found:
        raise HarnessError(f"{plain.plan.bench.name}: no {measure!r} was measured at the tighter solver.")
    return max(found)
