"""Measured against stated: every claim with its bound, its place in the paper, and what the simulation gave."""

import math
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from harness.errors import HarnessError
from harness.quantities import engineering
from harness.testbench import Claim, Summary

COLUMNS = ["testbench", "measure", "statement", "must", "aim", "measured", "unit", "status", "source", "note"]
TITLES = {"scoreboard": "Scoreboard", "scoreboard_figures": "Figures, tt", "campaign": "Monte Carlo campaign"}
STRESS, SOLVER = "safe operating area", "solver error"  # what rows of no single testbench have in its place
README_END = "<!-- end -->"
SHOWN = ["statement", "must", "aim", "measured", "status", "source", "note"]


def score(testbench: str, claims: Iterable[Claim], summaries: Iterable[Summary]) -> pd.DataFrame:
    """Return one row a claim, columns COLUMNS; summaries without a claim follow as REPORT rows.

    PASS keeps the must-bound (AIM also the aim), FAIL misses it; KNOWN misses it for a stated reason. A KNOWN row that
    keeps its bound is UNEXPECTED: the reason no longer holds.

    Raises:
        HarnessError: a claim whose measure was not measured (nothing passes on nothing), or was measured twice.
    """
    claims, summaries = list(claims), list(summaries)
    found = {summary.measure: summary for summary in summaries}
    if len(found) != len(summaries):
        raise HarnessError(f"{testbench}: a measure is summarized twice; each name stands for one number.")
    rows = []
    for claim in claims:
        if claim.measure not in found:
            raise HarnessError(f"{testbench}: the claim on {claim.measure!r} has no measured value behind it.")
        summary = found[claim.measure]
        rows.append(
            {
                "testbench": testbench,
                "measure": claim.measure,
                "statement": claim.statement,
                "must": bound_text(claim.must, summary.unit),
                "aim": bound_text(claim.aim, summary.unit) if claim.aim else "",
                "measured": summary.value,
                "unit": summary.unit,
                "status": _status(claim, summary.value),
                "source": claim.source,
                "note": claim.known,
            }
        )
    claimed = {claim.measure for claim in claims}
    for summary in found.values():
        if summary.measure not in claimed:
            rows.append(
                dict.fromkeys(COLUMNS, "")
                | {"testbench": testbench, "measure": summary.measure, "statement": summary.measure}
                | {"measured": summary.value, "unit": summary.unit, "status": "REPORT"}
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def missing_rows(testbench: str, claims: Iterable[Claim]) -> pd.DataFrame:
    """Return a MISSING row for each claim of a testbench that gave no answer: nothing passes on nothing."""
    claims = list(claims)
    unmeasured = [Summary(measure, math.nan) for measure in dict.fromkeys(claim.measure for claim in claims)]
    return score(testbench, claims, unmeasured).assign(status="MISSING")


def joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return scoreboard rows one after the other."""
    filled = [table for table in tables if not table.empty]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=COLUMNS)


def _status(claim: Claim, value: float) -> str:
    kept = within(value, claim.must)
    if math.isnan(value):
        return "FAIL"  # nothing was measured; no reason excuses that
    if claim.known:
        return "UNEXPECTED" if kept else "KNOWN"
    if not kept:
        return "FAIL"
    return "AIM" if claim.aim and within(value, claim.aim) else "PASS"


def within(value: float, bound: tuple[float, float]) -> bool:
    """Return whether a value lies inside [low, high]; NaN, a thing not measured, never does."""
    return not math.isnan(value) and bound[0] <= value <= bound[1]


def bound_text(bound: tuple[float, float], unit: str) -> str:
    """Write a bound as a designer reads it: ``<= 0.5 mV``, ``1.35 to 1.42``."""
    low, high = bound
    if math.isinf(low):
        return f"<= {engineering(high, unit)}"
    if math.isinf(high):
        return f">= {engineering(low, unit)}"
    if low == high:
        return f"= {engineering(low, unit)}"
    if low == -high:
        return f"+-{engineering(high, unit)}"
    return f"{engineering(low, unit)} to {engineering(high, unit)}"


def write_scoreboard(table: pd.DataFrame, folder: Path, heading: str, name: str = "scoreboard") -> list[Path]:
    """Write <name>.csv (SI) and <name>.md (engineering units) and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    table.to_csv(folder / f"{name}.csv", index=False, float_format="%.9g")
    (folder / f"{name}.md").write_text(f"{heading}\n\n{markdown(table)}", encoding="utf-8")
    return [folder / f"{name}.csv", folder / f"{name}.md"]


def read_scoreboard(folder: Path, name: str = "scoreboard") -> pd.DataFrame:
    """Return a scoreboard that was written before: columns COLUMNS, all text but ``measured``.

    Raises:
        HarnessError: there is none.
    """
    path = folder / f"{name}.csv"
    if not path.is_file():
        raise HarnessError(f"{path}: there is no such scoreboard yet; make all of it first.")
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows["measured"] = pd.to_numeric(rows["measured"], errors="coerce")
    return rows


def markdown(table: pd.DataFrame) -> str:
    """Return the table as Markdown, one section a testbench."""
    sections = [f"## {name}\n\n{_pipe_table(rows, SHOWN)}" for name, rows in table.groupby("testbench", sort=False)]
    return "\n\n".join(sections) + "\n"


def readme_mark(name: str) -> str:
    """Return the line of the README after which the rows of `make <name>` stand."""
    return f"<!-- rows: written by `make {name}` -->"


def update_readme(readme: Path, table: pd.DataFrame, name: str) -> None:
    """Put how many rows kept their bounds, by testbench, and all that did not, between the README's marks of ``name``.

    Raises:
        HarnessError: the marks are not there.
    """
    text, mark = readme.read_text(encoding="utf-8"), readme_mark(name)
    before, first, rest = text.partition(mark)
    _, last, after = rest.partition(README_END)
    if not (first and last):
        raise HarnessError(f"{readme} has no {mark} ... {README_END}; put them back.")
    bounded = table[table["status"] != "REPORT"]
    counts = pd.crosstab(bounded["testbench"], bounded["status"]).reindex(bounded["testbench"].unique())
    counts.loc["all"] = counts.sum()
    lines = [f"| | {' | '.join(counts.columns)} |", "|---" * (len(counts.columns) + 1) + "|"]
    lines += [f"| {bench} | {' | '.join(str(n or '') for n in row)} |" for bench, row in counts.iterrows()]
    others = bounded[~bounded["status"].isin(["AIM", "PASS"])]
    rows = _pipe_table(others, ["testbench", "statement", "must", "measured", "status"])
    readme.write_text("\n".join([before + first, *lines, "", rows, last + after]), encoding="utf-8")


def _pipe_table(table: pd.DataFrame, columns: list[str]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for _, row in table.iterrows():
        cells = {**row, "measured": engineering(row["measured"], row["unit"]), "status": f"**{row['status']}**"}
        lines.append("| " + " | ".join(str(cells[name]).replace("|", "\\|") for name in columns) + " |")
    return "\n".join(lines)
