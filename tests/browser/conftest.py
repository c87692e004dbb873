"""A report of made-up data, hostile names among them, and a page of headless Chromium that tells every complaint."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from harness.datasheet import Line
from harness.report import ASSETS, SITE, Chapter, write_figures, write_pages, write_runs
from harness.report_boards import Board
from harness.report_evidence import Evidence
from harness.scoreboard import COLUMNS
from harness.testbench import DatasheetRow, Reading

MANY = 100_000  # points of the view whose first paint is timed
HOSTILE = "</script><b id=injected>&'\""
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="720pt" height="360pt" viewBox="0 0 720 360">
<title>50 µA</title><rect width="720" height="360" fill="#1f5fa8"/></svg>"""
CHROMIUM = shutil.which("chromium") or "chromium"


def event(points: int = 2000) -> pd.DataFrame:
    """An event: a reset that falls at 0.4 us, ramps of three columns between 0.4 and 0.8 us, a supply current."""
    time = np.linspace(0, 1e-6, points)
    ramp = np.clip((time - 4e-7) / 4e-7, 0, 1)
    columns = {"swrst": np.where(time < 4e-7, 1.8, 0.0), "fire0": np.zeros(points)}
    columns |= {"fire1": np.where(time > 9e-7, 1.8, 0.0)}
    columns |= {f"vinteg{column}": 0.55 + 0.1 * column * ramp for column in range(3)}
    return pd.DataFrame(columns | {"i(vdd)": 1e-6 * (1 + ramp)}, index=pd.Index(time, name="time"))


def dense() -> pd.DataFrame:
    """A run that cannot be thinned: noise on every point of four signals, and a clock."""
    time = np.linspace(0, 1e-3, MANY)
    noise = np.random.default_rng(3).normal(0.6, 0.05, (4, MANY))
    columns = {"gclk": np.where((time * 50e3) % 1 < 0.5, 1.8, 0.0)} | {f"vnoise{i}": noise[i] for i in range(4)}
    return pd.DataFrame(columns, index=pd.Index(time, name="time"))


def loop() -> pd.DataFrame:
    """An open loop of one pole, as an AC analysis stores it."""
    frequency = np.logspace(3, 9, 241)
    gain = 1000 / (1 + 1j * frequency / 1e4)
    return pd.DataFrame({"out.re": gain.real, "out.im": gain.imag}, index=pd.Index(frequency, name="frequency"))


def noise() -> pd.DataFrame:
    """Spectra over six decades, one of which falls with frequency."""
    frequency = np.logspace(4, 10, 121)
    spectra = {"inoise_spectrum": np.full(121, 2e-8), "onoise_spectrum": 1e-4 / frequency}
    return pd.DataFrame(spectra, index=pd.Index(frequency, name="frequency"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report."""
    folder = tmp_path_factory.mktemp("with space") / "report"
    for name in ASSETS:
        (folder / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SITE / name, folder / "site" / name)
    readings = (Reading("vinteg", 0.75, "V", {"weight": 2}),)
    rerun = ("ngspice -n -b results/runs/toy/nominal/deck.cir",)
    runs = [
        Evidence("nominal", rerun, event(), f"* {HOSTILE}\nm1 a b c d nmos\n.end", readings, "run 1"),
        Evidence("VTH=1", ("make toy",)),
        Evidence("many", rerun, dense(), "* many\nm1 a b c d nmos\n.end"),
        Evidence("hostile", rerun, pd.DataFrame({HOSTILE: [0.0, 1.0]}, index=pd.Index([0.0, 1.0], name="time"))),
        Evidence("one point", rerun, pd.DataFrame({"out": [0.5]}, index=pd.Index([0.0], name="point"))),
    ]
    source = tmp_path_factory.mktemp("figures")
    (source / "stability.svg").write_text(PICTURE, encoding="utf-8")
    toy = Chapter("toy", HOSTILE, True, cases=5)
    stability = Chapter("stability", "Is it stable?", False, cases=1)
    write_figures(source, folder / "figures", [stability])
    nothing = Chapter("nothing", "Is nothing shown?", True, cases=2)
    write_runs(folder, toy, runs)
    sheet = DatasheetRow("v", HOSTILE, 0.0, 1.0, "required", "V", 1e3, "mV")
    toy.sheet = [Line(sheet, (0.25, 0.5, 2.0), (0, 2, 3), 1), Line(sheet, (np.nan, 0.5, np.nan), (1, 2, 1), 1)]
    write_runs(folder, stability, [Evidence("loop", rerun, loop()), Evidence("noise", rerun, noise())])
    write_runs(folder, nothing, [Evidence("a", ("make nothing",)), Evidence("b", ("make nothing",))])
    rows: list[dict[str, Any]] = [
        {"testbench": "toy", "measure": "v", "statement": HOSTILE, "measured": 0.75, "unit": "V", "status": "PASS"},
        {"testbench": "toy", "measure": "w", "statement": "w", "measured": 2.0, "status": "FAIL"},
        {"testbench": "nothing", "measure": "v", "statement": "v", "measured": np.nan, "status": "MISSING"},
    ]
    table = pd.DataFrame([dict.fromkeys(COLUMNS, "") | row for row in rows])
    write_pages(folder, [Board("scoreboard", "Scoreboard", "make scoreboard", table)], [toy, stability, nothing])
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        yield chromium
        chromium.close()


@dataclass
class Tab:
    """A page, and what it complained of: console errors and warnings, exceptions, files that did not load."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, path: Path, mark: str = "") -> Page:
        """Load a page from disk, anew even if only its mark changed, with the scripts that it asks for by itself."""
        self.page.goto("about:blank")
        self.page.goto(path.as_uri() + mark)
        self.page.evaluate(
            """async () => { const frame = () => new Promise(requestAnimationFrame);
            do { await frame(); await frame(); } while (spintegrate.waiting.size); }"""
        )
        return self.page

    def viewer(self, path: Path, mark: str = "") -> Page:
        """Load a testbench's page and wait until its waveforms are on the screen."""
        self.open(path, mark)
        self.page.wait_for_selector(".viewer[data-painted]")
        return self.page


@pytest.fixture
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Tab]:
    """A fresh tab, 1280 px wide or as ``request.param`` says; it must have nothing to complain of at the end."""
    options = {"viewport": {"width": 1280, "height": 900}} | getattr(request, "param", {})
    context = browser.new_context(**options)
    tab = Tab(context.new_page())
    tab.page.on("console", lambda line: line.type in ("error", "warning") and tab.complaints.append(line.text))
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.page.on("requestfailed", lambda asked: tab.complaints.append(f"{asked.url} did not load"))
    tab.page.on("request", lambda asked: asked.url.startswith("http") and tab.complaints.append(f"asks {asked.url}"))
    yield tab
    context.close()
    assert tab.complaints == []
