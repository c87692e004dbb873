"""Shares of a study's variance by family and by device: the one-at-a-time study, its table, picture and rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from harness.contributions import Contributions, contributions, device_of, family_of, sensitivities
from harness.errors import HarnessError
from harness.figures import TWO_COLUMNS, new_figure, paper_style, save_figure, share_bars
from harness.journal import write_atomically
from harness.quantities import engineering
from harness.samples import StudyResult
from harness.scoreboard import score
from harness.study import Plan, SampledCase
from harness.testbench import Breakdown, Claim, Summary

Run = Callable[[Plan], StudyResult]
R_SQUARED_MUST, R_SQUARED_AIM = 0.8, 0.9  # below, the shares would not say what carries the variance
SMALL = 0.02  # shares below have no row on the scoreboard


@dataclass(frozen=True)
class Answered:
    """One breakdown: its shares by device and by family, and on how many of the study's samples they rest."""

    asked: Breakdown
    devices: Contributions
    families: Contributions
    sigma: float
    unit: str
    counts: str
    complete: bool


def break_down(plain: StudyResult, asked: Iterable[Breakdown], run: Run) -> list[Answered]:
    """Share measures of a finished study out to devices; ``run`` finishes the one-at-a-time study of their cases.

    Raises:
        HarnessError: no such measure, one that does not vary, or a one-at-a-time run is missing.
    """
    asked = list(asked)
    chosen = {item.name: _case_of(plain.plan, item) for item in asked}
    needed = [case for case in plain.plan.cases if case in chosen.values()]
    each = run(plain.plan.one_at_a_time(needed))
    draws = plain.draws()
    return [_answer(plain, each, draws, item, chosen[item.name].case.id) for item in asked]


def _case_of(plan: Plan, asked: Breakdown) -> SampledCase:
    """Return the one case whose values are those that ``where`` has of a case."""
    found = [
        case for case in plan.cases
        if all(case.case.values[name] == value for name, value in asked.where.items() if name in case.case.values)
    ]  # fmt: skip
    if len(found) != 1:
        every = "; ".join(case.case.id for case in plan.cases)
        raise HarnessError(f"{plan.bench.name}, {asked.name}: {len(found)} cases are meant, not one; it has: {every}.")
    return found[0]


def _answer(plain: StudyResult, each: StudyResult, draws: pd.DataFrame, asked: Breakdown, case: str) -> Answered:
    place = {name: value for name, value in asked.where.items() if name not in plain.plan.settings}
    if unknown := sorted(set(place) - set(plain.table.columns)):
        raise HarnessError(f"{plain.plan.bench.name}, {asked.name}: no case or reading has {unknown[0]!r}.")
    change = sensitivities(each.values(asked.measure, case=case, **place), each.plan.names)
    values = plain.values(asked.measure, case=case, **place)
    unit = str(plain.table.loc[plain.table["measure"] == asked.measure, "unit"].iloc[0])
    by_device, by_family = (
        contributions(change, draws, values, group) for group in (device_of, family_of(asked.families))
    )
    counts = f"{int(values.notna().sum())} of {plain.samples}"
    whole = not plain.failed and bool(values.notna().all())
    return Answered(asked, by_device, by_family, float(values.std()), unit, counts, whole)


def breakdown_table(answers: Iterable[Answered]) -> pd.DataFrame:
    """Return every share as a row; ``by`` is family or device, ``share_low`` and ``share_high`` its 95 % interval."""
    tables = []
    for answer in answers:
        head = {"breakdown": answer.asked.name, "measure": answer.asked.measure, "sigma": answer.sigma,
                "unit": answer.unit, "n": answer.counts, "r_squared": answer.devices.r_squared}  # fmt: skip
        levels = {"family": answer.families} if answer.asked.families else {}
        for level, found in (levels | {"device": answer.devices}).items():
            left = pd.DataFrame([head | {"by": level}] * len(found.table))
            tables.append(pd.concat([left, found.table], axis=1))
    return pd.concat(tables, ignore_index=True)


def write_breakdown(name: str, answers: list[Answered], folder: Path) -> list[Path]:
    """Write contributions_<name> as CSV below measures/ and as PDF, SVG and PNG below figures/; return the paths."""
    path = folder / "measures" / f"contributions_{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, breakdown_table(answers).to_csv(index=False, float_format="%.6g").encode())
    with paper_style():
        figure = new_figure(TWO_COLUMNS, 2.3 * len(answers))
        panels = figure.subplots(len(answers), 2, squeeze=False)
        for row, answer in zip(panels, answers, strict=True):
            _draw(row[0], row[1], answer)
        return [path, *save_figure(figure, folder / "figures" / f"contributions_{name}")]


def _draw(left: Axes, right: Axes, answer: Answered) -> None:
    sigma = engineering(answer.sigma, answer.unit, 3)
    title = f"{answer.asked.name}: sigma {sigma}, R² = {answer.devices.r_squared:.3f} on {answer.counts} samples"
    if answer.asked.families:
        share_bars(left, answer.families.table, title, most=len(answer.families.table))
        share_bars(right, answer.devices.table, "", most=10)
    else:
        share_bars(left, answer.devices.table, title, most=10)
        right.set_visible(False)


def breakdown_rows(name: str, answers: Iterable[Answered]) -> pd.DataFrame:
    """Return scoreboard rows: R² of the sensitivities on samples they never saw, and each family's share.

    Rows of a study that misses a sample are INCOMPLETE.
    """
    tables = []
    for answer in answers:
        words = f"{answer.asked.name}, share of the variance"
        first = Claim(
            f"{words}: R²",
            f"{answer.asked.name}: R² of one-at-a-time sensitivities on samples they never saw ({answer.counts})",
            "required: R² on samples held out", (R_SQUARED_MUST, 1.0), (R_SQUARED_AIM, 1.0),
        )  # fmt: skip
        summaries = [Summary(first.measure, answer.devices.r_squared)]
        notes: dict[str, str] = {}
        claims = [first]
        shares = answer.families.table if answer.asked.families else answer.devices.table.head(3)
        for _, row in shares.iterrows():
            if row["share"] < SMALL and not any(claim.measure == row["group"] for claim in answer.asked.claims):
                continue  # the table has them all
            statement = f"{words}: {row['group']}"
            summaries.append(Summary(statement, float(row["share"])))
            notes[statement] = f"95 %: {row['share_low']:.3f} to {row['share_high']:.3f}"
            claims += [_renamed(claim, statement) for claim in answer.asked.claims if claim.measure == row["group"]]
        rows = score(name, claims, summaries)
        rows["note"] = rows["measure"].map(notes).fillna(rows["note"])
        tables.append(rows if answer.complete else rows.assign(status="INCOMPLETE"))
    return pd.concat(tables, ignore_index=True)


def _renamed(claim: Claim, measure: str) -> Claim:
    return Claim(measure, f"{measure}: {claim.statement}", claim.source, claim.must, claim.aim, claim.known)
