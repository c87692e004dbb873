"""What a study gave: every sample in a tidy table, the draws behind it, and its statistics, missing samples counted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from harness.errors import HarnessError
from harness.journal import write_atomically, write_table
from harness.statistics import Spread, replicated_spread, spread
from harness.study import Plan


@dataclass(frozen=True)
class StudyResult:
    """A finished study.

    ``table`` has a row a reading (sample, case, the case's and the reading's own columns, measure, value in SI, unit,
    status, rung) and one row without a measure for each run that failed.
    """

    plan: Plan
    folder: Path
    samples: int
    table: pd.DataFrame
    messages: tuple[str, ...]

    @property
    def failed(self) -> int:
        """Samples that lack a run, or an essential measure of one."""
        lost = (self.table["status"] != "ok") | _no_number(self.table, self.plan.bench.essential)
        return int(self.table.loc[lost, "sample"].nunique())

    @property
    def rescued(self) -> pd.DataFrame:
        """The runs that needed another rung of the ladder: columns sample, case, rung."""
        return self.table.loc[self.table["rung"] != "", ["sample", "case", "rung"]].drop_duplicates()

    @property
    def counts(self) -> str:
        """For example ``198 of 200``, as every table and picture of the study says."""
        return f"{self.samples - self.failed} of {self.samples}"

    def values(self, measure: str, **where: Any) -> pd.Series:  # noqa: ANN401 - case columns are of any type
        """Return one measure by sample (index), where the table's columns equal ``where``; missing samples are NaN.

        Raises:
            HarnessError: nothing of the kind was measured, or more than one value a sample.
        """
        rows = self.table[self.table["measure"] == measure]
        for name, value in where.items():
            rows = rows[rows[name] == value]
        if rows.empty:
            raise HarnessError(f"no {measure!r} was measured where {where}.")
        if rows["sample"].duplicated().any():
            raise HarnessError(f"{measure!r} has several values a sample where {where}; name the case or its columns.")
        return rows.set_index("sample")["value"].reindex(range(self._wanted(rows)))

    def spread(self, measure: str, **where: Any) -> Spread:  # noqa: ANN401
        """Return mean and sigma of one measure with the intervals that this study's sampling allows."""
        return self.spread_of(self.values(measure, **where))

    def statistics(self) -> pd.DataFrame:
        """Return one row a measured quantity: where, n as ``198 of 200``, mu and sigma with 95 % intervals, 3 sigma."""
        measured = self.table[self.table["measure"] != ""]
        where = [name for name in measured.columns if name not in ("sample", "value", "status", "rung")]
        rows = []
        for place, group in measured.groupby(where, sort=False, dropna=False):
            values = group.set_index("sample")["value"].reindex(range(self._wanted(group)))
            rows.append(dict(zip(where, place, strict=True)) | self._row(values))
        return pd.DataFrame(rows)

    def _wanted(self, rows: pd.DataFrame) -> int:
        """Return how many samples there should be of these rows: a case may need fewer than the study has."""
        asked = [
            self.plan.wanted(sampled.case) for sampled in self.plan.cases if (rows["case"] == sampled.case.id).any()
        ]
        return min(self.samples, max(asked))

    def spread_of(self, values: pd.Series) -> Spread:
        """Return the same of values by sample (index), NaN where one is missing."""
        sampler = self.plan.study.draws
        if sampler.replicates > 1:
            return replicated_spread(values, values.index.to_numpy() // sampler.per_replicate, len(values))
        return spread(values, len(values))

    def _row(self, values: pd.Series) -> dict[str, Any]:
        try:
            found = self.spread_of(values)
        except HarnessError:
            nothing = ("mu", "mu_low", "mu_high", "sigma", "sigma_low", "sigma_high", "three_sigma")
            return {"n": f"{int(values.notna().sum())} of {len(values)}", **dict.fromkeys(nothing, float("nan"))}
        return {
            "n": found.counts,
            "mu": found.mu, "mu_low": found.mu_interval[0], "mu_high": found.mu_interval[1],
            "sigma": found.sigma, "sigma_low": found.sigma_interval[0], "sigma_high": found.sigma_interval[1],
            "three_sigma": 3 * found.sigma,
        }  # fmt: skip

    def draws(self) -> pd.DataFrame:
        """Return the draws in units of each sigma: index sample, a column a quantity."""
        normals = np.array([self.plan.normals(sample) for sample in range(self.samples)])
        return pd.DataFrame(normals, index=pd.RangeIndex(self.samples, name="sample"), columns=list(self.plan.names))

    def quantities(self) -> pd.DataFrame:
        """Return every random quantity of every case: case, path, name, sigma in SI, unit."""
        rows = [
            {"case": sampled.case.id, "path": item.path, "name": item.name, "sigma": item.sigma, "unit": item.unit}
            for sampled in self.plan.cases
            for item in sampled.varied
        ]
        return pd.DataFrame(rows)

    @property
    def tables_folder(self) -> Path:
        """Where the tables go: the study's folder; those of fewer or more samples than the testbench's own, below it.

        Plain studies share one folder whatever their n, and the report takes what stands there for the testbench's.
        """
        own = self.plan.bench.samples
        is_another = self.plan.study.sampler == "plain" and bool(own) and self.samples != own
        return self.folder / f"n={self.samples}" if is_another else self.folder

    def write(self) -> list[Path]:
        """Write samples, statistics, draws and quantities into ``tables_folder``, each file whole or not at all.

        Raises:
            HarnessError: the disk is full or not writable.
        """
        folder = self.tables_folder
        folder.mkdir(parents=True, exist_ok=True)
        paths = write_table(self.table, folder / "samples")
        paths += write_table(self.statistics(), folder / "statistics")
        paths += write_table(self.quantities(), folder / "quantities")
        draws = folder / "draws.parquet"
        write_atomically(draws, self.draws().reset_index().to_parquet(index=False))
        about = {"counts": self.counts, "key": self.plan.key, "settings": dict(self.plan.settings)}
        write_atomically(folder / "study.json", (json.dumps(about, indent=1, default=str) + "\n").encode())
        return [*paths, draws]


def make_result(plan: Plan, records: Sequence[Mapping[str, Any]], folder: Path) -> StudyResult:
    """Return the study that these records make, in their order.

    Raises:
        HarnessError: there is none.
    """
    if not records:
        raise HarnessError(f"{plan.bench.name}: no sample is finished.")
    varied = {
        sampled.case.id: {name: sampled.case.values[name] for name in sampled.case.varied} for sampled in plan.cases
    }
    rows: list[dict[str, Any]] = []
    for record in records:
        head = {"sample": record["sample"], "case": record["case"], **varied[record["case"]]}
        tail = {"status": record["status"], "rung": record["rung"]}
        for measure, value, unit, where in record["readings"]:
            rows.append({**head, **where, "measure": measure, "value": value, "unit": unit, **tail})
        if not record["readings"]:
            rows.append({**head, "measure": "", "value": float("nan"), "unit": "", **tail})
    table = pd.DataFrame(rows)
    last = ["measure", "value", "unit", "status", "rung"]
    table = table[[*(name for name in table.columns if name not in last), *last]]
    messages = [record["message"] for record in records if record["message"]]
    for _, row in table[_no_number(table, plan.bench.essential)].iterrows():
        messages.append(f"sample {row['sample']} {row['case']}: its {row['measure']} is no number")
    return StudyResult(plan, folder, 1 + max(record["sample"] for record in records), table, tuple(messages))


def place_of(columns: Mapping[str, Any]) -> str:
    """Return where a reading was taken, as ``at_ns=5 line=SET``; a column that it does not have (NaN) is left out."""
    return " ".join(
        f"{name}={value:g}" if isinstance(value, Real) else f"{name}={value}"
        for name, value in columns.items()
        if pd.notna(value)
    )


def _no_number(table: pd.DataFrame, essential: Sequence[str]) -> pd.Series:
    """Tell the rows of a good run that have one of these measures without a value."""
    return (table["status"] == "ok") & table["measure"].isin(essential) & table["value"].isna()
