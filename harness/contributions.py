"""Which device carries how much of a measure's variance: one quantity at a time, checked on independent samples.

A study with the sampler ``each`` moves one quantity by +1 sigma a sample; its changes make a linear model. A plain
study of the same plan, whose samples the model has never seen, says how much of the variance the model explains (R^2),
and how much goes with each device's part of it: the share is cov(part, value) / var(value), its interval a bootstrap's.

Where one at a time would cost too much, ``fitted_contributions`` takes the linear model from a plain study itself:
least squares on the quantities that it is given, each sample predicted by a fit that left it out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.errors import HarnessError
from harness.statistics import CONFIDENCE

OTHERS = "everything else"
FEWEST = 10  # samples
RESAMPLES = 1000
_NUMBER = re.compile(r"_?\d+")
BOOTSTRAP_SEED = 0  # resampling is part of the evaluation, not of the study


@dataclass(frozen=True)
class Contributions:
    """``table``: group, share of the measured variance with share_low and share_high, linear_share; the largest first.

    ``r_squared`` is of the model on the independent samples, of which there are ``samples``.
    """

    table: pd.DataFrame
    r_squared: float
    samples: int


def sensitivities(each: pd.Series, names: tuple[str, ...]) -> pd.Series:
    """Return the change of a measure for +1 sigma of each quantity, index the quantities' keys.

    ``each`` is the measure by sample of a study with the sampler ``each``: sample 0 nominal, then a quantity a sample.

    Raises:
        HarnessError: a sample is missing.
    """
    if len(each) != len(names) + 1 or each.isna().any():
        missing = len(names) + 1 - int(each.notna().sum())
        raise HarnessError(f"{missing} of {len(names) + 1} one-at-a-time runs are missing; rerun the same command.")
    values = each.to_numpy(dtype=float)
    return pd.Series(values[1:] - values[0], index=list(names))


def device_of(key: str) -> str:
    """Return the group of a quantity: its device's path without element letters and numbers.

    Devices of one role in equal bits, rows and columns are one group: ``m.xcolumn.xchannel2.mload:delvto`` is of
    ``column.channel.load``.
    """
    path = key.rpartition(":")[0]
    parts = path.split(".")[1:]  # the first is the element letter
    return ".".join(_NUMBER.sub("", name[1:]) for name in parts) or path


def family_of(families: Mapping[str, str]) -> Callable[[str], str]:
    """Return the grouping that sums devices up by patterns; see harness.testbench.Breakdown."""

    def group(key: str) -> str:
        device = device_of(key)
        return next((name for name, pattern in families.items() if re.match(pattern, device)), OTHERS)

    return group


def contributions(
    change: pd.Series, draws: pd.DataFrame, values: pd.Series, group: Callable[[str], str] = device_of
) -> Contributions:
    """Hold a linear model against independent samples.

    ``change`` by quantity (see ``sensitivities``); ``draws`` in sigmas, axes (sample, quantity); ``values`` the measure
    by sample, NaN where one is missing.

    Raises:
        HarnessError: fewer than ten samples, or a measure that does not vary.
    """
    good = values.dropna()
    if len(good) < FEWEST:
        raise HarnessError(f"{len(good)} samples that have the measure are too few for shares; take {FEWEST} or more.")
    _must_vary(good)
    parts = draws.loc[good.index, change.index] * change
    return _share_out(parts, change, good, group)


def fitted_contributions(
    draws: pd.DataFrame, values: pd.Series, group: Callable[[str], str], folds: int = 10
) -> Contributions:
    """Fit a linear model to the samples themselves and hold it against those that each fit left out.

    ``draws`` in sigmas, axes (sample, quantity), holds the quantities of the model alone; ``values`` the measure by
    sample, NaN where one is missing. Every ``folds``-th sample is predicted by the fit to the others.

    Raises:
        HarnessError: no more samples than quantities, or a measure that does not vary.
    """
    good = values.dropna()
    kept = len(good) - -(-len(good) // folds)
    if kept <= draws.shape[1] + 1:
        raise HarnessError(f"{kept} samples cannot fit {draws.shape[1]} quantities; draw more, or group fewer.")
    _must_vary(good)
    normals, measured = draws.loc[good.index].to_numpy(dtype=float), good.to_numpy(dtype=float)
    place = np.arange(len(good)) % folds
    fits = [_least_squares(normals[place != fold], measured[place != fold]) for fold in range(folds)]
    parts = pd.DataFrame(normals * np.array(fits)[place], good.index, draws.columns)
    return _share_out(parts, pd.Series(_least_squares(normals, measured), draws.columns), good, group)


def _must_vary(good: pd.Series) -> None:
    if not float(good.std()):
        raise HarnessError(
            f"the measure is {good.iloc[0]:g} in all {len(good)} samples: it has no variance to share out."
        )


def _least_squares(normals: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the slope of each column of ``normals``, the mean apart."""
    design = np.column_stack([normals, np.ones(len(values))])
    return np.asarray(np.linalg.lstsq(design, values, rcond=None)[0][:-1])


def _share_out(parts: pd.DataFrame, change: pd.Series, good: pd.Series, group: Callable[[str], str]) -> Contributions:
    """Sum the parts, axes (sample, quantity), by group, and share the variance of the samples out to them."""
    names = [group(str(name)) for name in change.index]
    grouped = parts.T.groupby(names).sum().T
    measured = good.to_numpy(dtype=float)
    residual = measured - measured.mean() - (grouped.sum(axis=1) - grouped.sum(axis=1).mean()).to_numpy()
    r_squared = 1 - float((residual**2).sum() / ((measured - measured.mean()) ** 2).sum())
    shares = _shares(grouped.to_numpy(), measured)
    low, high = _bootstrap(grouped.to_numpy(), measured)
    linear = (change**2).groupby(names).sum()
    table = pd.DataFrame(
        {"group": grouped.columns, "share": shares, "share_low": low, "share_high": high,
         "linear_share": (linear / linear.sum()).reindex(grouped.columns).to_numpy()}
    )  # fmt: skip
    return Contributions(table.sort_values("linear_share", ascending=False, ignore_index=True), r_squared, len(good))


def _shares(parts: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return cov(part, value) / var(value) of each column of ``parts``, axes (sample, group)."""
    centred = values - values.mean()
    return np.asarray((parts - parts.mean(axis=0)).T @ centred / (centred @ centred))


def _bootstrap(
    parts: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    generator = np.random.default_rng(BOOTSTRAP_SEED)
    picks = generator.integers(0, len(values), (RESAMPLES, len(values)))
    resampled = np.array([_shares(parts[pick], values[pick]) for pick in picks])
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail], axis=0)
    return low, high
