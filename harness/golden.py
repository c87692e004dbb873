"""Golden waveforms: stored once with a reason, compared at their own time points.

Analog signals are held by RMS and largest difference as a share of the golden's swing, two-level signals by the
number, order and time of their edges. A tube in time would hide slope errors and pointwise relative bounds reject
honest reruns. A missing golden is a failure; no comparison creates one.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from harness.errors import HarnessError
from harness.job import prepare
from harness.measure import crossings
from harness.ngspice import ngspice_version
from harness.runner import run_cases
from harness.store import Store
from harness.technology import PROJECT
from harness.testbench import Case, Golden, Testbench

GOLDENS = PROJECT / "tests" / "golden" / "waveforms"
POINTS = 501
FORMAT = "%.9g"
SMALLEST_SWING = {"V": 1e-3, "A": 1e-9}  # below it a share of the swing says nothing


@dataclass(frozen=True)
class StoredGolden:
    """One golden: analog samples (index time in s), edges (signal, direction, time in s), and where they came from.

    The first edge of a signal is its level at the start, ``high`` or ``low``: one that is stuck has no other.
    """

    analog: pd.DataFrame
    edges: pd.DataFrame
    origin: dict[str, str]


@dataclass(frozen=True)
class Verdict:
    """What the comparison says of one signal; ``share`` is the largest difference as a share of what is allowed."""

    signal: str
    passed: bool
    message: str
    share: float = math.inf


def golden_stem(testbench: str, case_id: str) -> Path:
    """Return the common path of a golden's files, without suffix."""
    return GOLDENS / testbench / case_id


def sample(golden: Golden, waveforms: pd.DataFrame, origin: dict[str, str]) -> StoredGolden:
    """Reduce waveforms to what a golden stores."""
    time = np.array([float(FORMAT % t) for t in np.linspace(0.0, float(waveforms.index[-1]), POINTS)])
    analog = pd.DataFrame(
        {name: np.interp(time, waveforms.index, waveforms[name]) for name in golden.analog},
        index=pd.Index(time, name="time"),
    )
    return StoredGolden(analog, edge_table(golden, waveforms), origin)


def edge_table(golden: Golden, waveforms: pd.DataFrame) -> pd.DataFrame:
    """Return level at the start and edges of the two-level signals: columns signal, direction, time (s), in order."""
    rows = []
    for name in golden.digital:
        first = "high" if waveforms[name].iloc[0] >= golden.level else "low"
        rows.append((name, first, float(waveforms.index[0])))
        for direction in ("rise", "fall"):
            rows += [(name, direction, t) for t in crossings(waveforms[name], golden.level, direction)]
    table = pd.DataFrame(rows, columns=["signal", "direction", "time"]).astype({"time": float})
    return table.sort_values(["signal", "time"], ignore_index=True, kind="stable")


def write_golden(stem: Path, stored: StoredGolden) -> None:
    """Write the golden's three small text files."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    stored.analog.to_csv(f"{stem}.csv", float_format=FORMAT)
    stored.edges.to_csv(f"{stem}.edges.csv", index=False, float_format="%.12g")
    Path(f"{stem}.json").write_text(json.dumps(stored.origin, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_golden(stem: Path) -> StoredGolden:
    """Read a golden.

    Raises:
        HarnessError: there is none, or a file of it is damaged.
    """
    try:
        analog = pd.read_csv(f"{stem}.csv", index_col="time")
        edges = pd.read_csv(f"{stem}.edges.csv", usecols=["signal", "direction", "time"], dtype={"time": float})
        origin = json.loads(Path(f"{stem}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise HarnessError(
            f"no golden can be read at {stem}: {error}; make one with: make golden-update TB=... REASON='...'."
        ) from error
    return StoredGolden(analog, edges, origin)


def compare(golden: Golden, stored: StoredGolden, waveforms: pd.DataFrame) -> list[Verdict]:
    """Return a verdict for each signal of a golden; an empty list never happens.

    Raises:
        HarnessError: the golden declares no signal.
    """
    if not golden.analog and not golden.digital:
        raise HarnessError("a golden without a signal compares nothing; name its analog or digital signals.")
    span = _span_problem(stored, waveforms)
    verdicts = []
    for name, is_analog in [(name, True) for name in golden.analog] + [(name, False) for name in golden.digital]:
        known = stored.analog.columns if is_analog else stored.edges["signal"].unique()
        if span:
            verdicts.append(Verdict(name, False, span))
        elif name not in waveforms.columns or name not in known:
            verdicts.append(Verdict(name, False, "is missing from the run or from the golden"))
        elif not np.isfinite(waveforms[name].to_numpy(dtype=float)).all():
            verdicts.append(Verdict(name, False, "is not finite"))
        elif is_analog:
            verdicts.append(_compare_analog(golden, stored.analog[name], waveforms[name]))
        else:
            verdicts.append(_compare_edges(golden, stored.edges, waveforms, name))
    return verdicts


def _span_problem(stored: StoredGolden, waveforms: pd.DataFrame) -> str:
    time = waveforms.index.to_numpy(dtype=float)
    if len(time) < 2 or len(stored.analog) < 2:
        return "the run or the golden has no points"
    if not (np.diff(time) > 0).all():
        return "the run's time does not rise"
    end = float(stored.analog.index[-1])
    if not abs(time[-1] - end) <= 1e-6 * end:
        return f"the run ends at {time[-1]:.6g} s, the golden at {end:.6g} s"
    return ""


def _compare_analog(golden: Golden, expected: pd.Series, signal: pd.Series) -> Verdict:
    values = np.interp(expected.index.to_numpy(dtype=float), signal.index, signal.to_numpy(dtype=float))
    difference = values - expected.to_numpy(dtype=float)
    unit = "A" if str(signal.name).startswith("i(") else "V"
    swing = max(float(expected.max() - expected.min()), SMALLEST_SWING[unit])
    rms, peak = float(np.sqrt(np.mean(difference**2))) / swing, float(np.abs(difference).max()) / swing
    where = float(expected.index[int(np.abs(difference).argmax())])
    message = f"rms {rms:.3%} (at most {golden.rms:.3%}), peak {peak:.3%} (at most {golden.peak:.3%}) at {where:.4g} s"
    share = max(rms / golden.rms, peak / golden.peak)
    return Verdict(str(signal.name), rms <= golden.rms and peak <= golden.peak, message, share)


def _compare_edges(golden: Golden, expected: pd.DataFrame, waveforms: pd.DataFrame, name: str) -> Verdict:
    actual = edge_table(replace(golden, digital=(name,)), waveforms)
    wanted = expected[expected["signal"] == name]
    if list(actual["direction"]) != list(wanted["direction"]):
        edges = f"{' '.join(actual['direction'])}; the golden has {' '.join(wanted['direction'])}"
        return Verdict(name, False, f"its edges are {edges}")
    shift = np.abs(actual["time"].to_numpy() - wanted["time"].to_numpy(dtype=float))
    worst = float(shift.max())
    message = f"edges within {worst:.3g} s (at most {golden.edge:.3g} s)"
    return Verdict(name, worst <= golden.edge, message, worst / golden.edge)


def failures(verdicts: Iterable[Verdict]) -> list[str]:
    """Return one sentence for each signal that failed."""
    return [f"{verdict.signal}: {verdict.message}" for verdict in verdicts if not verdict.passed]


@dataclass(frozen=True)
class GoldenRun:
    """A fresh simulation of a golden's case, and where it came from."""

    golden: Golden
    case: Case
    waveforms: pd.DataFrame
    origin: dict[str, str]


def golden_case(bench: Testbench, golden: Golden) -> Case:
    """Return the case that a golden names.

    Raises:
        HarnessError: it names none or several.
    """
    cases = bench.cases(bench.settings({}))
    found = [case for case in cases if all(case.values.get(k, case) == v for k, v in golden.case.items())]
    if len(found) != 1:
        raise HarnessError(f"{bench.name}: the golden {dict(golden.case)} names {len(found)} cases, not one.")
    return found[0]


def simulate_goldens(bench: Testbench, store: Store, jobs: int | None = None) -> list[GoldenRun]:
    """Run every golden case of a testbench at its defaults.

    Raises:
        HarnessError: a golden names no case of the testbench or another golden's, or a run fails.
    """
    chosen = [golden_case(bench, golden) for golden in bench.goldens]
    if len({case.id for case in chosen}) != len(chosen):
        raise HarnessError(f"{bench.name}: two goldens name the same case; make them one.")
    runs = run_cases(bench, chosen, store, jobs)
    for run in runs:
        if run.waveforms is None:
            raise HarnessError(run.failure)
    return [
        GoldenRun(golden, run.case, run.waveforms, _origin(bench, run.case, store))
        for golden, run in zip(bench.goldens, runs, strict=True)
        if run.waveforms is not None
    ]


def _origin(bench: Testbench, case: Case, store: Store) -> dict[str, str]:
    job = prepare(bench, case, store)
    return {"ngspice": ngspice_version(), "key": job.key, "analysis": job.analysis.command(),
            "solver": job.analysis.solver.line()}  # fmt: skip
