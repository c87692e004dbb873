"""The benchmarks' page: what was timed and what the Monte Carlo benchmarks gave, each number beside what is asked."""

import os
import platform
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from harness.bench import RING_STAGES, RING_STOP, Event, Timing
from harness.bench_mc import AGREEING, DEFAULTS, UNTOUCHED, Loop, LoopBenchmark, benchmark
from harness.bench_studies import Endurance, endurance, repeatability
from harness.journal import write_atomically
from harness.ngspice import ngspice_version
from harness.registry import find_testbench
from harness.store import Store
from harness.study import Plan, Study, make_plan

TIMES, EVENT, STUDIES, CLUSTER = "times", "event", "studies", "cluster"
FIGURES = ("fig08e", "fig08f")
MEASURE, STATE = "offset", "AUTO_ZERO"
LIMITS = {"off": 0.01, "on": 0.10}  # a loop's offset against the study's, in sigma
# For repeatability: another place on the steps' grid, and a search from another place where there is one.
ELSEWHERE: Mapping[str, Mapping[str, float]] = {
    "fig08e": {"DELAY": 7.3e-9, "SEARCH": 1.13},
    "fig08f": {"DELAY": 7.3e-9},
}
JOBS, ROUNDS, SAMPLES, REPEATED, RUNS = 2, 5, 40, 40, 4000
MEGABYTE = 1e6


@dataclass(frozen=True)
class Row:
    """One number of the page beside what is asked of it."""

    subject: str
    measured: str
    must: str = ""
    aim: str = ""
    status: str = "REPORT"


def status(value: float, must: float, aim: float, more: bool = False) -> str:
    """Return PASS, AIM or FAIL; ``more`` is better where it is set, else less."""
    sign = -1 if more else 1
    if not sign * value <= sign * must:  # NaN too
        return "FAIL"
    return "AIM" if sign * value <= sign * aim else "PASS"


def measure_studies(results: Path) -> list[Row]:
    """Run every Monte Carlo benchmark, which takes some minutes, and return its rows.

    Raises:
        HarnessError: a study or a loop that cannot run.
    """
    store = Store(results / "runs")
    rows: list[Row] = []

    def plan(name: str, n: int, elsewhere: Mapping[str, float] | None = None) -> Plan:
        bench = find_testbench(name)
        settings = {**bench.settings({}), **(elsewhere or {})}
        return make_plan(bench, settings, Study(n=n), store)

    for name in FIGURES:
        rows += loop_rows(name, benchmark(plan(name, SAMPLES), ROUNDS, JOBS), _states(plan(name, SAMPLES)))
    for name, elsewhere in ELSEWHERE.items():
        asked = plan(name, REPEATED)
        rows += repeatability_rows(name, repeatability(asked, plan(name, REPEATED, elsewhere), MEASURE, JOBS))
    whole = plan("fig08f", RUNS)
    one = [sampled for sampled in whole.cases if sampled.case.values[STATE] == "on"][:1]
    rows += endurance_rows(f"fig08f {one[0].case.id}", endurance(whole.only(one[0]), JOBS))
    return rows


def loop_rows(name: str, found: LoopBenchmark, states: Mapping[str, str]) -> Iterator[Row]:
    """Yield what a comparison gave; ``states`` maps each case to its state of auto-zero."""
    ratios = found.ratios(AGREEING)
    yield Row(
        f"{name}: samples a second over those of a PySpice loop ({AGREEING.name})", _ratio(ratios), ">= 2.2", ">= 4",
        status(statistics.median(ratios), 2.2, 4, more=True),
    )  # fmt: skip
    for state, worst in _worst(found, AGREEING, states).items():
        limit = LIMITS[state]
        yield Row(f"{name}: that loop's {MEASURE}s against the study's, {STATE}={state}, RMS in sigma", f"{worst:.2g}",
                  f"<= {limit:g}", "", status(worst, limit, -1.0))  # fmt: skip
    for loop in (DEFAULTS, UNTOUCHED):
        off = " and ".join(f"{worst:.2g} ({state})" for state, worst in _worst(found, loop, states).items())
        yield Row(f"{name}: the same against {loop.name}", f"{_ratio(found.ratios(loop))}; its offsets are off by "
                  f"{off} sigma")  # fmt: skip
    yield Row(f"{name}: the solver's share of the workers' busy time", f"{found.solver_share:.1%}", ">= 85%", ">= 95%",
              status(found.solver_share, 0.85, 0.95, more=True))  # fmt: skip
    yield Row(f"{name}: runs of a loop that PySpice reports as failed", f"{found.complaints} of {found.runs}")


def repeatability_rows(name: str, found: pd.DataFrame) -> Iterator[Row]:
    """Yield how well a measurement repeats, at the worst of its cases."""
    worst = found.iloc[int(found["shifted"].to_numpy().argmax())]
    yield Row(f"{name}: repeatability of the {MEASURE}, steps and search elsewhere: RMS over its own sigma, worst case",
              f"{worst['shifted']:.2g} ({worst['case']}, sigma {worst['sigma'] * 1e6:.3g} uV)", "<= 0.2", "<= 0.1",
              status(float(worst["shifted"]), 0.2, 0.1))  # fmt: skip


def endurance_rows(name: str, found: Endurance) -> Iterator[Row]:
    """Yield what a long study lost, and how its processes grew."""
    rescued = ", ".join(f"{count} by {rung!r}" for rung, count in found.rescued.items()) or "none"
    missing = found.wanted - found.good
    yield Row(f"{name}: false failures and dropped samples", f"{missing} of {found.wanted}; rescued: {rescued}", "0",
              "0", status(missing, 0, 0))  # fmt: skip
    runs, most = max(found.growth, key=lambda worker: worker[1])
    yield Row(f"{name}: memory that a worker gains", f"{most / MEGABYTE:.2f} MB in {runs} runs", "< 20 MB", "< 1 MB",
              status(most / MEGABYTE, 20, 1))  # fmt: skip


def times_section(timings: Sequence[Timing]) -> str:
    """Return what was timed, as markdown."""
    return "\n".join([
        f"The reference deck is a {RING_STAGES}-stage ring, {RING_STOP * 1e9:.0f} ns (testbenches/ring.cir.j2), run in "
        "the same minute as each row: compare the ratio. One neuron's event is judged by CPU seconds, the rest by the "
        "wall.",
        "",
        "| what | wall s | CPU s | ring CPU s | CPU / ring | must s | aim s | status |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {t.subject} | {t.wall_seconds:.1f} | {t.cpu_seconds:.1f} | {t.ring_seconds:.2f} "
            f"| {t.cpu_seconds / t.ring_seconds:.0f} | {t.must_seconds:.0f} | {t.aim_seconds:.0f} | **{t.status}** |"
            for t in timings
        ),
    ])  # fmt: skip


def event_section(events: Sequence[Event]) -> str:
    """Return what each change of the solver brings to one neuron's event, and what it moves, as markdown."""
    goal = events[-1].timing
    return "\n".join([
        "One neuron, one event (testbench one_event), each run held against the first by the golden rule: RMS 0.05 % "
        "and peak 0.5 % of the swing, edges 50 ps. `moved` is the signal that came nearest to its bound, with the "
        "difference as a share of it. The last two columns are the highest sustained gate voltages, which oxides of "
        "1.1 and 1.98 V see; they are not read where a coarse trapezoidal rule rings. What they exceed those of the "
        "first run by is the coarser steps', not the circuit's: a bench in which neurons fire takes finer ones.",
        "",
        "| run | CPU s | ring CPU s | CPU / ring | points | moved | rule | V at 1.1 | V at 1.98 |",
        "|---|---|---|---|---|---|---|---|---|",
        *(_event_row(event) for event in events),
        "",
        f"As it is run: must {goal.must_seconds:.0f} s, aim {goal.aim_seconds:.0f} s of CPU: **{goal.status}**.",
    ])  # fmt: skip


def _event_row(event: Event) -> str:
    timing, moved, rule = event.timing, "", ""
    if event.verdicts:
        worst = max(event.verdicts, key=lambda verdict: verdict.share)
        moved = f"{worst.signal} {worst.share:.2f}"
        rule = "kept" if all(verdict.passed for verdict in event.verdicts) else "**broken**"
    volts = [f"{event.stress[limit].volts:.3f}" if limit in event.stress else "" for limit in ("1.1", "1.98")]
    return (
        f"| {timing.subject} | {timing.cpu_seconds:.1f} | {timing.ring_seconds:.2f} "
        f"| {timing.cpu_seconds / timing.ring_seconds:.0f} | {event.points} | {moved} | {rule} | {' | '.join(volts)} |"
    )


def studies_section(rows: Sequence[Row]) -> str:
    """Return what the Monte Carlo benchmarks gave, as markdown."""
    return "\n".join([
        f"{JOBS} processes; {SAMPLES} samples of every case in {ROUNDS} rounds, study and loops in turn. A ratio is "
        "the median of the rounds, with the least and the largest. The loops are harness/naive_loop.py: one process, "
        "`load_circuit` and `run` for each sample, the study's circuits, stimuli and largest steps.",
        "",
        *table_of(rows),
    ])  # fmt: skip


def table_of(rows: Sequence[Row]) -> list[str]:
    """Return the lines of a table of rows, as markdown."""
    return [
        "| what | measured | must | aim | status |",
        "|---|---|---|---|---|",
        *(f"| {row.subject} | {row.measured} | {row.must} | {row.aim} | **{row.status}** |" for row in rows),
    ]


def write_page(path: Path, sections: Mapping[str, str]) -> str:
    """Write the page with these sections; one that is not given stays as it was. Return the page."""
    head = (
        f"ngspice-{ngspice_version()}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    )
    old = path.read_text(encoding="utf-8").split("\n## ")[1:] if path.is_file() else []
    kept = {part.split("\n", 1)[0].split(",")[0]: part.rstrip() for part in old}
    fresh = {name: f"{name}, {datetime.now(UTC):%Y-%m-%d}, {head}\n\n{text}" for name, text in sections.items()}
    order = [name for name in (TIMES, EVENT, STUDIES, CLUSTER) if name in kept | fresh]
    page = "# Benchmarks\n\n" + "\n\n".join(f"## {(kept | fresh)[name]}" for name in order) + "\n"
    write_atomically(path, page.encode())
    return page


def _states(plan: Plan) -> dict[str, str]:
    return {sampled.case.id: str(sampled.case.values[STATE]) for sampled in plan.cases}


def _worst(found: LoopBenchmark, loop: Loop, states: Mapping[str, str]) -> dict[str, float]:
    mine = found.agreement[(found.agreement["loop"] == loop.name) & (found.agreement["measure"] == MEASURE)]
    state_of: Callable[[str], str] = states.__getitem__
    return {
        str(state): float(share) for state, share in mine.groupby(mine["case"].map(state_of))["rms_share"].max().items()
    }


def _ratio(ratios: Sequence[float]) -> str:
    return f"{statistics.median(ratios):.2f}x ({min(ratios):.2f}..{max(ratios):.2f})"
