"""The report of a small testbench with its study, from nothing stored to everything, with ngspice's own runs."""

import base64
import re
import time
import zlib
from pathlib import Path
from typing import Any, ClassVar

import pytest

from harness.montecarlo import run_study
from harness.report import write_report
from harness.runner import run_cases
from harness.show import show_sample
from harness.store import Store
from harness.study import Study, make_plan


@pytest.fixture(scope="module")
def charging(small: Any) -> Any:
    class Sampled(small.Charging):
        samples: ClassVar[int] = 6

    return Sampled()


def page(results: Path, name: str = "bench/charging.html") -> str:
    return (results / "report" / name).read_text(encoding="utf-8")


def script(results: Path, name: str) -> str:
    packed = page(results, name).removeprefix('spintegrate.receive("').removesuffix('");\n')
    return zlib.decompress(base64.b64decode(packed)).decode()


def test_what_is_not_stored_is_missing_and_what_is_can_be_looked_at(charging: Any, tmp_path: Path) -> None:
    started = time.monotonic()
    write_report(tmp_path, [charging])
    assert time.monotonic() - started < 60 and not (tmp_path / "runs").exists()  # nothing was simulated
    assert "2 of 2 runs are not stored" in page(tmp_path) and "the study of 6 samples is not stored" in page(tmp_path)

    store, settings = Store(tmp_path / "runs"), charging.settings({})
    run_cases(charging, charging.cases(settings), store, 1)
    plan = make_plan(charging, settings, Study(n=6), store)
    folder = plan.folder(tmp_path / "mc")
    run_study(plan, folder, 1).write()
    write_report(tmp_path, [charging])
    text = page(tmp_path)
    assert "not stored" not in text and "6 of 6 samples" in text
    worst = [int(number) for number in re.findall(r"mc show charging (\d+)", text)]
    assert len(worst) == 5  # none was shown alone yet, so each names its command

    list(show_sample(plan, worst[0], folder))
    write_report(tmp_path, [charging])
    text = page(tmp_path)
    assert text.count("mc show charging") == 4 and 'href="#run=2">waveforms' in text
    shown = script(tmp_path, "runs/charging/2.js")
    assert f"sample {worst[0]}," in shown and "i(vdd)" in shown and "at_ns 5" in shown
    deck = script(tmp_path, "decks/charging.js")
    assert "delvto" in deck and ".end" in deck
