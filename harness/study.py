"""A Monte Carlo study: what is asked, prepared so that any sample's deck can be written alone."""

import hashlib
import inspect
import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

import harness.measure
from harness.analysis import Analysis, OperatingPoint, Transient, complete_deck
from harness.circuit import FlatDeck, flatten
from harness.draws import Quantity, Spreads, quantities, varied_deck
from harness.errors import HarnessError
from harness.job import EVERY_NODE, nominal_point, prepare
from harness.ngspice import ngspice_version
from harness.sampling import ONE_AT_A_TIME, Method, Sampler
from harness.statistics import samples_for
from harness.store import Store, run_key
from harness.testbench import Case, Testbench, Values

SCHEMA = 1  # raise it when the meaning of a journal's record changes


@dataclass(frozen=True)
class Study:
    """How many samples, drawn how, of what; and when to stop before that.

    ``sigma_share`` stops plain sampling once half the 95 % interval of sigma is within this share of it, for every
    measure or for ``measure`` alone. ``timeout_s`` is the wall limit of one run, the testbench's own by default.
    ``tight`` runs the same chips at a tenth of reltol and half the maximum step.

    Raises:
        HarnessError: a count, seed, sigma or share that cannot be.
    """

    n: int = 200
    seed: int = 1
    sampler: Method = "plain"
    spreads: Spreads = field(default_factory=Spreads)
    sigma_share: float | None = None
    measure: str = ""
    timeout_s: float | None = None
    tight: bool = False

    def __post_init__(self) -> None:
        self.draws  # noqa: B018 - a sampler that cannot be says so
        if self.sigma_share is not None:
            samples_for(self.sigma_share)
            if self.sampler != "plain":
                raise HarnessError(f"{self.sampler} is spread over all its samples and stops at n; leave out SIGMA_CI.")
        if self.timeout_s is not None and not self.timeout_s > 0:
            raise HarnessError(f"a wall limit of {self.timeout_s} s lets nothing run; give seconds above zero.")

    @property
    def draws(self) -> Sampler:
        """The sampler."""
        return Sampler(self.sampler, self.seed, self.n)


@dataclass(frozen=True)
class Rung:
    """One way to run a sample. The first is the testbench's own; the others are tried in turn when it fails."""

    name: str
    start: bool = False
    patient: bool = False  # more iterations before a step or an operating point is given up
    half_step: bool = False
    method: str = ""

    def analysis(self, analysis: Analysis) -> Analysis:
        """Return the analysis as this rung asks for it; a rescue never bypasses a device."""
        if self.name:
            analysis = replace(analysis, solver=replace(analysis.solver, bypass=False))
        if self.patient:
            analysis = replace(analysis, solver=replace(analysis.solver, itl1=1000))
        if self.half_step and isinstance(analysis, Transient):
            analysis = replace(analysis, t_max=analysis.t_max / 2)
        if self.method:
            return replace(analysis, solver=replace(analysis.solver, method=self.method))
        return analysis


RUNGS = (
    Rung("", start=True),
    Rung("no start point"),
    Rung("more iterations", start=True, patient=True),
    Rung("half step", patient=True, half_step=True),
    Rung("gear", patient=True, half_step=True, method="gear"),
)


@dataclass(frozen=True)
class SampledCase:
    """One case of the testbench, ready for samples."""

    case: Case
    analysis: Analysis
    signals: tuple[str, ...]
    flat: FlatDeck
    varied: tuple[Quantity, ...]
    start: Mapping[str, float]
    key: str

    def circuit(self, normals: Mapping[str, float], rung: Rung = RUNGS[0], signals: tuple[str, ...] = ()) -> str:
        """Write a chip's netlist, saves and start point, without options and analysis."""
        lines = [varied_deck(self.flat, self.varied, [normals[quantity.key] for quantity in self.varied])]
        wanted = signals or self.signals
        if wanted != EVERY_NODE:
            lines.append(".save " + " ".join(name if "(" in name else f"v({name})" for name in wanted))
        if rung.start:
            lines += [f".nodeset v({node})={volts!r}" for node, volts in self.start.items()]
        if rung.patient:
            lines.append(".option itl2=500 itl4=100")
        return "\n".join(lines)

    def deck(self, circuit: str, rung: Rung = RUNGS[0]) -> str:
        """Complete a netlist for a simulating process, which gets its command beside it."""
        return "\n".join([circuit, rung.analysis(self.analysis).solver.line(), ".end"])

    def deck_for_hand(self, circuit: str, rung: Rung = RUNGS[0]) -> str:
        """Complete a netlist so that ``ngspice -n -b`` runs it."""
        return complete_deck(circuit, rung.analysis(self.analysis))


@dataclass(frozen=True)
class Plan:
    """A study of one testbench: its cases, its random quantities, and the key of everything that its values rest on."""

    bench: Testbench
    settings: Values
    study: Study
    cases: tuple[SampledCase, ...]
    names: tuple[str, ...]
    key: str

    def normals(self, sample: int) -> NDArray[np.float64]:
        """Return a chip's draws in units of each sigma, shape (names,)."""
        return self.study.draws.normals(sample, self.names)

    def named_normals(self, sample: int) -> dict[str, float]:
        """Return the same by name."""
        return dict(zip(self.names, self.normals(sample).tolist(), strict=True))

    def wanted(self, case: Case) -> int:
        """Return how many samples of a case make the study: all, or as many of a plain one as the testbench asks for.

        Latin hypercube and Sobol are balanced over all their samples only.
        """
        n = self.study.n
        return min(n, self.bench.samples_of(case.values, n)) if self.study.sampler == "plain" else n

    @property
    def tasks(self) -> list[tuple[int, SampledCase]]:
        """Every run of the study, sample by sample."""
        pairs = itertools.product(range(self.study.n), self.cases)
        return [(sample, sampled) for sample, sampled in pairs if sample < self.wanted(sampled.case)]

    def one_at_a_time(self, cases: Sequence[SampledCase]) -> "Plan":
        """Return the plan that moves each quantity of these cases alone, by one sigma; see harness.contributions."""
        names = tuple(sorted({quantity.key for sampled in cases for quantity in sampled.varied}))
        study = replace(self.study, sampler=ONE_AT_A_TIME, seed=0, n=len(names) + 1, sigma_share=None)
        return replace(self, study=study, cases=tuple(cases), names=names, key=_key(self.bench, study, cases))

    def only(self, sampled: SampledCase) -> "Plan":
        """Return the same study of one of its cases alone, with the same draws."""
        return replace(self, cases=(sampled,), key=f"{self.key} {sampled.case.id}")

    @property
    def timeout_s(self) -> float:
        """Wall limit of one run."""
        return self.study.timeout_s or self.bench.timeout_s

    def folder(self, root: Path) -> Path:
        """Return where this study's journal and tables are."""
        switches = [name for name in ("mismatch", "process") if getattr(self.study.spreads, name)]
        label = "-".join([self.study.sampler, f"seed{self.study.seed}", *switches, self.key[:12]])
        return root / self.bench.name / label


def make_plan(bench: Testbench, settings: Values, study: Study, store: Store) -> Plan:
    """Render every case, list what is random in it, and find the start points.

    Raises:
        HarnessError: a case that cannot be rendered, written flat or started, or in which nothing varies.
    """
    cases = tuple(_sampled_case(bench, case, study, store) for case in bench.sampled_cases(settings))
    names = sorted({quantity.key for sampled in cases for quantity in sampled.varied})
    return Plan(bench, settings, study, cases, tuple(names), _key(bench, study, cases))


def _sampled_case(bench: Testbench, case: Case, study: Study, store: Store) -> SampledCase:
    job = prepare(bench, case, store, study.tight)
    flat = flatten(job.circuit)
    spreads = bench.spreads_of(case.values, study.spreads)
    varied = tuple(quantities(flat, job.silicon.technology, spreads))
    is_point = isinstance(job.analysis, OperatingPoint)
    start = {} if is_point else nominal_point(bench, case, store)
    models = [path for path, _ in job.silicon.technology.library_files(job.silicon.corner)]
    everything = "\n".join([complete_deck(flat.text(), job.analysis), json.dumps(start, sort_keys=True)])
    key = run_key(everything + repr(varied), models, ngspice_version(), job.signals)
    return SampledCase(case, job.analysis, job.signals, flat, varied, start, key)


def _key(bench: Testbench, study: Study, cases: Sequence[SampledCase]) -> str:
    """Hash all that a value rests on. Plain samples do not depend on their number, so more can be added."""
    asked = {
        "schema": SCHEMA,
        "testbench": bench.name,
        "seed": study.seed,
        "sampler": study.sampler,
        "n": None if study.sampler == "plain" else study.n,
        "spreads": asdict(study.spreads),
        "rungs": [asdict(rung) for rung in RUNGS],
        "cases": {sampled.case.id: sampled.key for sampled in cases},
        "measures": [hashlib.sha256(text).hexdigest() for text in _measuring_code(bench)],
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _measuring_code(bench: Testbench) -> Iterator[bytes]:
    """Yield the source of every module that turns this testbench's waveforms into values.

    Followed from module to module are the functions and classes among their globals, and only within testbenches/. A
    module that gives nothing but constants or Parameters is not, and of harness/ there is nothing but measure.py: what
    `measure` computes with stands in a module that is followed.
    """
    modules = [sys.modules[kind.__module__] for kind in type(bench).__mro__]
    seen: set[str] = set()
    own = {"testbenches", modules[0].__name__.partition(".")[0]} - {"harness"}
    while modules:
        module = modules.pop(0)
        if module.__name__ in seen or module.__name__.partition(".")[0] not in own:
            continue
        seen.add(module.__name__)
        modules += [found for found in map(_origin, list(vars(module).values())) if found is not None]
    for name in sorted(seen | {harness.measure.__name__}):
        yield Path(inspect.getfile(sys.modules[name])).read_bytes()


def _origin(thing: object) -> ModuleType | None:
    """Return the module that a module's global is or comes from."""
    if isinstance(thing, ModuleType):
        return thing
    return sys.modules.get(str(getattr(thing, "__module__", "")))
