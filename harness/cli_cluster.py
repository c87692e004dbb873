"""The command line's cluster: weights and stimuli from CSV in; raster, membranes, energy and every decision out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from numpy.typing import NDArray

from harness.arguments import parse_assignments, parse_share
from harness.chip import Chip
from harness.cli_options import Jobs, ResultsFolder, Set, console, say
from harness.cluster_input import read_axons, read_weights
from harness.draws import Spreads
from harness.errors import HarnessError
from harness.figures import paper_style, save_figure
from harness.progress import RunProgress
from harness.publish import RESULTS, output_folder
from harness.quantities import engineering
from harness.scoreboard import score
from harness.store import Store
from testbenches.cluster import Skeleton, Task, cells
from testbenches.cluster_figure import draw_raster
from testbenches.cluster_run import Emulation, decision_table, emulate
from testbenches.random_matrices import CLAIMS, NAME, decide, summarize
from testbenches.write_cells import states_of, words_of, write_cells

CLUSTER_BENCH = Skeleton(Task(((0,),), ((0,),)))  # has the cluster's parameters


def cluster(
    weights: Annotated[Path, typer.Option(metavar="FILE", help="CSV: a row an axon, a cell a neuron's weight.")],
    axons: Annotated[Path, typer.Option(metavar="FILE", help="CSV with the columns gclk,axon: a row a stimulus.")],
    settings: Set = None,
    flat: Annotated[bool, typer.Option("--flat", help="One deck instead of parts: the reference, and slow.")] = False,
    mismatch: Annotated[bool, typer.Option("--mismatch", help="A draw for each device of a chip.")] = False,
    process: Annotated[bool, typer.Option("--process", help="A draw for the whole chip.")] = False,
    mtj_sigma: Annotated[
        str | None,
        typer.Option("--mtj-sigma", help="With mismatch: sigma of each junction's RP and TMR (an assumption; 4%)."),
    ] = None,
    chip: Annotated[int, typer.Option("--chip", min=0, help="Which chip, where something varies.")] = 0,
    seed: Annotated[int | None, typer.Option(help="Root of every draw, a whole number from 0 (default: 1).")] = None,
    jobs: Jobs = None,
    results: ResultsFolder = RESULTS,
) -> None:
    """Emulate a network of 16 axons and 16 neurons; write its raster, waveforms and decisions."""
    assignments = parse_assignments(settings or [])
    values = _settings(assignments)
    drawn = _chip(mismatch, process, mtj_sigma, chip, seed)
    wanted = read_weights(weights, int(values["N_REF"]), int(values["BITS"]))
    stimuli, store = read_axons(axons), Store(results.resolve() / "runs")
    stored, report = program(wanted, values, store, jobs)
    task = Task(tuple(map(tuple, stored.tolist())), stimuli, chip=drawn)
    made = emulate(task, values, store, lambda name, runs: RunProgress(name, runs, console), jobs, flat)
    changes = {**assignments, **({"FLAT": "1"} if flat else {}), **_changes(drawn)}
    for path in write(made, report, output_folder(results, changes) / "cluster"):
        say(f"wrote {path}")
    failed = int((~report["ok"]).sum())
    say(f"{len(report)} cells written, {int((report['attempts'] > 1).sum())} again, {failed} failed")
    for line in summary(made):
        say(line)


def _chip(mismatch: bool, process: bool, mtj_sigma: str | None, number: int, seed: int | None) -> Chip | None:
    """Return the chip that is asked for, or None where nothing varies.

    Raises:
        HarnessError: a sigma that cannot be, or what would change nothing: a chip or seed where nothing varies, a sigma
            of junctions without mismatch.
    """
    if mtj_sigma is not None and not mismatch:
        raise HarnessError(f"--mtj-sigma {mtj_sigma} is mismatch of the junctions, which is off; add --mismatch.")
    if not (mismatch or process):
        if number or seed is not None:
            which = f"chip {number}" if number else f"a chip of seed {seed}"
            raise HarnessError(f"{which} is like any other while nothing varies; add --mismatch or --process.")
        return None
    junction = parse_share("4%" if mtj_sigma is None else mtj_sigma, "--mtj-sigma")
    spreads = Spreads(mismatch=mismatch, process=process, mtj_rp=junction, mtj_tmr=junction)
    return Chip(spreads, number, 1 if seed is None else seed)


def _changes(chip: Chip | None) -> dict[str, str]:
    """Return what makes a chip another than the nominal one, by name, for the folder that results go to."""
    if chip is None:
        return {}
    switches = {name.upper(): "1" for name in ("mismatch", "process") if getattr(chip.spreads, name)}
    sigma = {"MTJ_SIGMA": f"{chip.spreads.mtj_rp:g}"} if chip.spreads.mismatch else {}
    return {**switches, **sigma, "CHIP": str(chip.number), "SEED": str(chip.seed)}


def _settings(assignments: Mapping[str, str]) -> dict[str, Any]:
    """Return every parameter's value.

    Raises:
        HarnessError: a name that the cluster does not have, or a value that it refuses.
    """
    return CLUSTER_BENCH.settings(assignments)


def program(
    wanted: NDArray[np.int64], values: Mapping[str, Any], store: Store, jobs: int | None
) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """Write the array; return the weights as they then stand in it, and the report of every cell.

    Raises:
        HarnessError: a reference or threshold cell did not take its state, so that nothing could be decided rightly.
    """
    bits, n_ref = int(values["BITS"]), int(values["N_REF"])
    report = write_cells(cells(wanted + n_ref, values), values, store, jobs)
    lost = report[~report["ok"] & (report["block"] != "synapse")]
    if not lost.empty:
        cell = lost.iloc[0]
        raise HarnessError(
            f"{len(lost)} cells of references and threshold did not take their state, the first at {cell['block']}, "
            f"row {cell['row']}, line {cell['line']}; write with more current (VDDIO) or another MTJ."
        )
    return words_of(states_of(report, "synapse"), bits) - n_ref, report


def write(made: Emulation, report: pd.DataFrame, folder: Path) -> list[Path]:
    """Write figure, cells, decisions, and waveforms of clocks and membranes; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    cells, decisions, membranes = (folder / f"{name}.csv" for name in ("cells", "decisions", "membranes"))
    report.to_csv(cells, index=False, float_format="%.6g")
    decision_table(made).to_csv(decisions, index=False, float_format="%.6g")
    waves(made).to_csv(membranes, float_format="%.6g")
    with paper_style():
        figures = save_figure(draw_raster(made), folder / "raster")
    return [*figures, cells, decisions, membranes]


def waves(made: Emulation) -> pd.DataFrame:
    """Return switches, VTWG and every membrane at the shared part's time points (s, V)."""
    names = ["gclk", "event", "swrst", "swinteg", "swcomp", "swleak", "vtwg"]
    time = made.shared.index.to_numpy(dtype=float)
    each = {
        name: np.interp(time, frame.index.to_numpy(dtype=float), frame[name].to_numpy(dtype=float))
        for column, frame in made.columns.items()
        for name in (f"vinteg{column}", f"fire{column}")
    }
    return made.shared[names].assign(**each)


def summary(made: Emulation) -> list[str]:
    """Return what to say of an emulation."""
    table = decision_table(made)
    exact, others = table[table["exact"]], table[~table["exact"]]
    events = sum(bool(axons) for axons in made.task.stimuli)
    total = sum(made.energy.values())
    lines = [
        f"{len(table)} decisions in {events} events, {int(table['fire'].sum())} FIRE",
        f"from VREST: {int(exact['agrees'].sum())} of {len(exact)} as the ideal integer model has them",
        f"from elsewhere: {int(others['agrees'].sum())} of {len(others)} as the model of its steps has them",
        f"energy {engineering(total, 'J')}, {engineering(total / events, 'J')} an event, over "
        f"{engineering(float(made.shared.index[-1]), 's')}",
    ]
    lines += [
        f"    period {row['period']}, neuron {row['neuron']}: sum {row['sum']:g}, "
        f"{'fired' if row['fire'] else 'silent'}, VINTEG {engineering(row['vinteg'], 'V')}"
        for row in exact[~exact["agrees"]].to_dict("records")
    ]
    if not np.isnan(made.disagreement):
        lines.append(
            f"in parts: {made.rounds} round(s); two columns in one deck with the shared part differ by "
            f"{made.disagreement:.3%} of their swing (RMS)"
        )
    return lines


def decision_rows(assignments: Mapping[str, str], jobs: int | None, results: Path, folder: Path) -> pd.DataFrame:
    """Run the random matrices, write every decision to ``folder``, and return their scoreboard rows."""
    values = _settings(assignments)
    store = Store(results.resolve() / "runs")
    table = decide(values, store, lambda name, runs: RunProgress(name, runs, console), jobs)
    path = folder / "measures" / f"{NAME}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, float_format="%.6g")
    say(f"wrote {path}")
    return score(NAME, CLAIMS, summarize(table, int(values["THRESHOLD"])))
