"""One sample run again, alone: its deck, every waveform, and whether its values are the study's to the last bit."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.job import EVERY_NODE, kept_columns
from harness.journal import JOURNAL, read_records, write_atomically
from harness.montecarlo import PASSING, climb, measured
from harness.ngspice import DECK_NAME
from harness.pool import WorkerProcess
from harness.store import WAVES, case_folder
from harness.study import Plan, SampledCase


@dataclass(frozen=True)
class ShownRun:
    """One case of the sample: its readings as [measure, value, unit, columns], and the files it left."""

    case: str
    status: str
    rung: str
    readings: list[list[Any]]
    compared: str
    paths: tuple[Path, ...]


def show_sample(plan: Plan, sample: int, folder: Path) -> Iterator[ShownRun]:
    """Run every case of one sample and write deck.cir, waves.parquet and waves.csv of each below ``folder``.

    Raises:
        HarnessError: no such sample, or its values are not those that the study's journal has.
    """
    if not 0 <= sample < plan.study.n:
        raise HarnessError(f"there is no sample {sample}; this study has 0 to {plan.study.n - 1}.")
    known = {record["case"]: record for record in _records(plan, folder) if record["sample"] == sample}
    worker = WorkerProcess()
    try:
        for case in plan.cases:
            yield _show(plan, sample, case, folder, worker, known.get(case.case.id))
    finally:
        worker.close()


def _show(
    plan: Plan, sample: int, case: SampledCase, folder: Path, worker: WorkerProcess, known: dict[str, Any] | None
) -> ShownRun:
    circuit = case.circuit(plan.named_normals(sample))
    run = climb(plan, sample, case, circuit, case.deck(circuit), worker)
    place = folder / f"sample-{sample}" / case_folder(case.case.id)
    place.mkdir(parents=True, exist_ok=True)
    everything = case.circuit(plan.named_normals(sample), run.rung, EVERY_NODE)
    write_atomically(place / DECK_NAME, case.deck_for_hand(everything, run.rung).encode())
    failure = run.judged.outcome.failure
    if failure is not None:
        return ShownRun(case.case.id, failure.kind, "", [], failure.message, (place / DECK_NAME,))
    analysis = run.rung.analysis(case.analysis)
    whole = worker.run(case.deck(everything, run.rung), analysis, case.signals, plan.timeout_s).outcome.frame
    if whole is None:
        raise HarnessError(f"sample {sample} {case.case.id} ran once, but not with every node saved; run it again.")
    waves = kept_columns(whole, tuple(whole.columns))
    paths = (place / DECK_NAME, place / WAVES, place / "waves.csv")
    write_atomically(paths[2], waves.to_csv().encode())
    try:
        readings = measured(plan, run)
    except HarnessError as error:  # without parquet: the report measures every run that it finds
        return ShownRun(case.case.id, "measure", run.rung.name, [], str(error), (paths[0], paths[2]))
    write_atomically(place / WAVES, waves.to_parquet())
    return ShownRun(case.case.id, "ok", run.rung.name, readings, _compare(sample, readings, known), paths)


def _compare(sample: int, readings: list[list[Any]], known: dict[str, Any] | None) -> str:
    if known is None:
        return "the study has not run this sample"
    if known["status"] in PASSING:
        return f"the study has not run this sample to its end: {known['status']}"
    there, here = (json.dumps(each, sort_keys=True) for each in (known["readings"], readings))
    if there != here:
        raise HarnessError(f"sample {sample} measures otherwise than in the study: its machine or tools have changed.")
    return "identical to the study's values"


def _records(plan: Plan, folder: Path) -> list[dict[str, Any]]:
    return read_records(folder / JOURNAL, plan.key) if (folder / JOURNAL).is_file() else []
