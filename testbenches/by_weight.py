"""Samples of chips by weight, for the studies of Figures 11, 12A and 12B."""

import pandas as pd

from harness.testbench import Samples


def by_weight(study: Samples, drawn: str, measure: str) -> pd.DataFrame:
    """Return a reading of every weight where chips draw so much: index chip, columns the weights."""
    rows = study.table[(study.table["DRAWN"] == drawn) & (study.table["measure"] == measure)]
    weights = sorted(int(weight) for weight in rows["weight"].unique())
    return pd.DataFrame({weight: study.values(measure, DRAWN=drawn, weight=weight) for weight in weights})
