"""``spintegrate cluster``: a mistake is one line and nothing is simulated; a run writes its tables and its figure."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness import cli, cli_cluster
from harness.errors import HarnessError
from testbenches.cluster import FlatCluster, Task
from testbenches.cluster_run import Emulation

Command = Callable[..., tuple[int, str, str]]
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["spintegrate", "cluster", "--results", "results", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
            sys.exit(0)
        shown = capsys.readouterr()
        return int(end.value.code or 0), shown.out, shown.err

    return call


def written(wanted: np.ndarray, *_: Any) -> tuple[np.ndarray, pd.DataFrame]:
    return wanted, pd.DataFrame({"block": ["synapse"] * 3, "attempts": [1, 2, 1], "ok": [True, True, False]})


def made_up(task: Task, settings: Mapping[str, Any], *_: Any) -> Emulation:
    bench = FlatCluster(task, {})
    values = {**bench.settings({}), **settings}
    time = pd.Index(np.linspace(0, bench.stop_time(values), 400), name="time")
    lines = ["gclk", "event", "swrst", "swinteg", "swcomp", "swleak", "vtwg"]
    columns = {c: pd.DataFrame({f"vinteg{c}": 0.55, f"fire{c}": 0.0}, index=time) for c in range(task.columns)}
    return Emulation(
        task, values, pd.DataFrame(0.0, index=time, columns=lines), columns, {"vdd_columns": 1e-9}, 2, 1e-3
    )


def test_a_run_writes_cells_decisions_membranes_and_raster(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cli_cluster, "program", written)
    monkeypatch.setattr(cli_cluster, "emulate", made_up)
    files = "--weights", str(EXAMPLES / "weights.csv"), "--axons", str(EXAMPLES / "spikes.csv")
    code, out, err = command(*files, "--set", "VTH=800m")
    assert (code, err) == (0, "")
    folder = tmp_path / "results" / "set" / "VTH=800m" / "cluster"
    assert {path.name for path in folder.iterdir()} == {
        "cells.csv", "decisions.csv", "membranes.csv", "raster.pdf", "raster.png", "raster.svg"
    }  # fmt: skip
    decisions = pd.read_csv(folder / "decisions.csv")
    assert len(decisions) == 3 * 16
    assert not decisions[decisions["ideal"] == 1]["agrees"].any()
    assert "3 cells written, 1 again, 1 failed" in out
    assert "2 round(s)" in out


@pytest.mark.parametrize(
    ("weights", "axons", "settings", "message"),
    [
        ("no.csv", "spikes.csv", (), "no such file"),
        ("spikes.csv", "spikes.csv", (), "spikes.csv, row 1: it has 2 cells"),
        ("weights.csv", "weights.csv", (), "weights.csv, row 1: it is '5,3,-1"),
        ("weights.csv", "spikes.csv", ("--set", "VREAD=45m"), "has no parameter 'VREAD'"),
        ("weights.csv", "spikes.csv", ("--set", "THRESHOLD=12"), "hold a total of"),
        ("weights.csv", "spikes.csv", ("--chip", "3"), "chip 3 is like any other"),
        ("weights.csv", "spikes.csv", ("--seed", "5"), "a chip of seed 5 is like any other"),
        ("weights.csv", "spikes.csv", ("--process", "--mtj-sigma", "8%"), "which is off; add --mismatch"),
        ("weights.csv", "spikes.csv", ("--mismatch", "--mtj-sigma", "x"), "--mtj-sigma"),
        ("weights.csv", "spikes.csv", ("--set", "N_REF=0"), "row 1, column 3: -1"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_simulated(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, weights: str, axons: str,
    settings: tuple[str, ...], message: str,
) -> None:  # fmt: skip
    def never(*_: Any) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(cli_cluster, "emulate", never)
    monkeypatch.setattr(cli_cluster, "write_cells", never)
    code, out, err = command("--weights", str(EXAMPLES / weights), "--axons", str(EXAMPLES / axons), *settings)
    assert (code, out) == (1, "")
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_reference_cell_that_fails_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    report = pd.DataFrame({"block": ["threshold"], "row": [1], "line": [2], "ok": [False]})
    monkeypatch.setattr(cli_cluster, "write_cells", lambda *_: report)
    with pytest.raises(HarnessError, match="1 cells of references and threshold .* threshold, row 1, line 2"):
        cli_cluster.program(np.zeros((16, 16), dtype=int), {"BITS": 3, "N_REF": 2, "THRESHOLD": 5}, None, None)  # type: ignore[arg-type]
