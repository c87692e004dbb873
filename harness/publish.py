"""From results to files: figure, measures table and scoreboard of testbenches, each in its one place."""

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from harness.figures import STYLE, figure_files, paper_style, save_figure
from harness.job import CaseRun
from harness.ngspice import ngspice_version
from harness.render import TESTBENCHES
from harness.scoreboard import COLUMNS, SOLVER, STRESS, TITLES, score
from harness.technology import PROJECT, load_technology
from harness.testbench import Claim, Results, Summary, Testbench

RESULTS = PROJECT / "results"
SOLVER_MUST, SOLVER_AIM = 0.10, 0.03  # share of a row's bound that a tenth of reltol and half the step may move it


@dataclass(frozen=True)
class Answer:
    """A testbench's results with what the runs cost and withstood."""

    bench: Testbench
    results: Results
    runs: list[CaseRun]

    def summaries(self) -> list[Summary]:
        """Return the testbench's numbers; a NaN stays one, and fails its claim."""
        return list(self.bench.summarize(self.results))


def output_folder(results: Path, assignments: Mapping[str, str | float]) -> Path:
    """Return the results folder, or for changed parameters one of their own below it: results/ holds the defaults'."""
    if not assignments:
        return results
    return results / "set" / ",".join(f"{name}={value}" for name, value in sorted(assignments.items()))


def write_answer(answer: Answer, folder: Path) -> list[Path]:
    """Write the figure (PDF, SVG, PNG) and the tidy measures of one testbench; return the paths written."""
    measures = folder / "measures" / f"{answer.bench.name}.csv"
    measures.parent.mkdir(parents=True, exist_ok=True)
    answer.results.measures.to_csv(measures, index=False, float_format="%.9g")
    made_of = " ".join(run.key for run in answer.runs).encode() + measures.read_bytes()
    return [*write_figure(answer.bench.name, folder, made_of, lambda: answer.bench.draw(answer.results)), measures]


def write_figure(name: str, folder: Path, made_of: bytes, draw: Callable[[], Figure | None]) -> list[Path]:
    """Draw and write a figure, if there is one, and return the paths written.

    It is drawn again only when what it is ``made_of``, or the code that draws it, has changed.
    """
    stem, stamp = folder / "figures" / name, folder / "runs" / name / "figure.stamp"
    digest = hashlib.sha256(made_of)
    for source in sorted([*TESTBENCHES.rglob("*.py"), *Path(__file__).parent.glob("figures.py"), STYLE]):
        digest.update(source.read_bytes())
    known = stamp.read_text(encoding="utf-8") if stamp.is_file() else ""
    if known == digest.hexdigest() and all(path.is_file() for path in figure_files(stem)):
        return []
    with paper_style():
        figure = draw()
        if figure is None:
            return []
        paths = save_figure(figure, stem)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest(), encoding="utf-8")
    return paths


def score_answer(answer: Answer) -> pd.DataFrame:
    """Return the scoreboard rows of one testbench."""
    return score(answer.bench.name, answer.bench.claims_at(answer.results.settings), answer.summaries())


def stress_row(runs: Iterable[CaseRun]) -> pd.DataFrame:
    """Return a safe-operating-area row for each oxide: the most that any pair of terminals sustained."""
    worst = [stress for run in runs for stress in run.stress.values()]
    if not worst:
        return pd.DataFrame(columns=COLUMNS)
    tables = []
    for limit in sorted({stress.limit for stress in worst}):
        top = max((stress for stress in worst if stress.limit == limit), key=lambda stress: stress.volts)
        statement = (
            f"no two terminals of a {limit:.3g}-V device above that for over 1 ns, in any run of this board, coarse "
            "solvers apart"
        )
        claim = Claim(f"soa_{limit:.3g}_v", statement, f"required; worst device {top.device}", (0.0, limit))
        tables.append(score(STRESS, [claim], [Summary(claim.measure, top.volts, "V")]))
    return pd.concat(tables, ignore_index=True)


def solver_row(loose: Answer, tight: Answer) -> pd.DataFrame:
    """Return the solver's own error: how far the tight solver moves a claimed number, as a share of its bound.

    It is the largest share of all claims of the testbench; a testbench that claims nothing has no row.
    """
    bounds = {claim.measure: claim.must for claim in loose.bench.claims}
    fine = {summary.measure: summary.value for summary in tight.summaries()}
    shares = {
        summary.measure: _share(summary.value, fine[summary.measure], bounds[summary.measure])
        for summary in loose.summaries()
        if summary.measure in bounds
    }
    if not shares:
        return pd.DataFrame(columns=COLUMNS)
    measure = max(shares, key=lambda name: shares[name])
    claim = solver_claim(loose.bench.name, f" ({measure})")
    return score(SOLVER, [claim], [Summary(claim.measure, shares[measure])])


def solver_claim(name: str, measure: str = "") -> Claim:
    """Return the claim on the solver's own error in a testbench; ``measure`` is the one that it moves most."""
    return Claim(
        f"solver_error_{name}",
        f"{name}: largest move at reltol / 10 and half the step, as a share of its bound{measure}",
        "required: the solver's own error",
        (0.0, SOLVER_MUST),
        (0.0, SOLVER_AIM),
    )


def _share(loose: float, tight: float, bound: tuple[float, float]) -> float:
    low, high = bound
    finite = [abs(limit) for limit in bound if math.isfinite(limit)]
    width = (high - low) / 2 if math.isfinite(high - low) else max(finite, default=math.inf)
    if loose == tight:
        return 0.0
    move = abs(tight - loose)
    return move / width if width and not math.isnan(move) else math.inf


def scoreboard_heading(name: str, technology: str) -> str:
    """Return a scoreboard's first lines: which it is, what made it and when."""
    return (
        f"# {TITLES[name]}\n\n"
        f"Measured with ngspice-{ngspice_version()} in {technology} ({load_technology(technology).description}), "
        f"{datetime.now(UTC):%Y-%m-%d}. Bounds are the must; PASS keeps it, AIM keeps the aim too, FAIL misses "
        "it, KNOWN differs from the paper for the stated reason, REPORT has no bound. A source says where the paper "
        "has it; a bound that is required is this project's own. Coarse solvers are those that neglect more than "
        "1e-14 C: their trapezoidal rule rings inside gates."
    )
