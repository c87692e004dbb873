"""What a testbench declares: its question, parameters, cases, deck, measurements, picture and claims."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import pandas as pd

from harness.analysis import Analysis
from harness.errors import HarnessError
from harness.mtj import load_mtj_set, mtj_set_names
from harness.quantities import engineering, parse_quantity
from harness.render import Conditions
from harness.statistics import Spread
from harness.technology import Technology, load_technology, technology_names

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from harness.chip import Chip
    from harness.draws import Spreads

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A value that a user may set by name. ``supply`` takes the default from the technology's supply of that name."""

    name: str
    meaning: str
    unit: str = ""
    default: float | str = 0.0
    low: float = float("-inf")
    high: float = float("inf")
    choices: tuple[str, ...] = ()
    supply: str = ""
    whole: bool = False  # a count: fractions are refused

    def parse(self, text: str | float) -> float | str:
        """Return the checked value.

        Raises:
            HarnessError: not a number, out of range, a fraction of a count, or not one of the choices.
        """
        if self.choices:
            if text not in self.choices:
                raise HarnessError(f"{self.name}={text!r} is not known; choose one of {', '.join(self.choices)}.")
            return str(text)
        value = parse_quantity(text, self.unit, self.name)
        if not self.low <= value <= self.high:
            allowed = f"{engineering(self.low, self.unit)} to {engineering(self.high, self.unit)}"
            raise HarnessError(f"{self.name}={text} is out of range; {self.meaning} may be {allowed}.")
        if self.whole and value != int(value):
            raise HarnessError(f"{self.name}={text} is no whole number, and {self.meaning} can only be one.")
        return value


def silicon_parameters() -> tuple[Parameter, ...]:
    """Return the parameters that every testbench has: the technology, its corner, temperature and spreads."""
    return (
        Parameter("TECHNOLOGY", "technology", default="fdsoi28", choices=tuple(technology_names())),
        Parameter("CORNER", "process corner, NMOS first", default="tt", choices=("tt", "ff", "ss", "fs", "sf")),
        Parameter("TEMP", "temperature", "C", 27.0, -55.0, 150.0),
        Parameter("MTJ", "MTJ set", default="10k20k", choices=tuple(mtj_set_names())),
        Parameter("RA_SCALE", "factor on every MTJ's RA", default=1.0, low=0.3, high=3.0),
        Parameter("TMR_SCALE", "factor on every MTJ's TMR", default=1.0, low=0.1, high=20.0),
        Parameter("C_SCALE", "factor on every capacitor", default=1.0, low=0.3, high=3.0),
        Parameter("R_SCALE", "factor on every resistor", default=1.0, low=0.3, high=3.0),
    )


@dataclass(frozen=True)
class Case:
    """One run of a testbench: the values it was given, and which of them make it differ from its neighbours."""

    testbench: str
    values: Values = field(hash=False)
    varied: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """A stable, readable name: what varies, or ``nominal``. Never parsed; identity is in columns."""
        parts = []
        for name in self.varied:
            value = self.values[name]
            text = value if isinstance(value, str) else engineering(value, digits=6).replace(" ", "")
            parts.append(f"{name}={text}")
        return ",".join(parts) or "nominal"


@dataclass(frozen=True)
class Reading:
    """One measured value of one run; ``at`` adds columns to the table, such as the weight of the column it is of."""

    measure: str
    value: float
    unit: str = ""
    at: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """One number of a testbench for the scoreboard, over all its cases."""

    measure: str
    value: float
    unit: str = ""


@dataclass(frozen=True)
class Claim:
    """A bound that a summary must keep: stated by the paper, or required by us (``source`` says which and where).

    ``must`` and ``aim`` are (low, high) in SI. ``known`` gives the reason where the paper contradicts itself or our
    circuit is known to differ; such a row is KNOWN when it misses the bound and UNEXPECTED when it keeps it.
    """

    measure: str
    statement: str
    source: str
    must: tuple[float, float]
    aim: tuple[float, float] | None = None
    known: str = ""


@dataclass(frozen=True)
class DatasheetRow:
    """A row of a datasheet: what is measured of each case, its bounds (SI) and whence they are, and how it is shown."""

    measure: str
    name: str
    low: float
    high: float
    source: str
    unit: str = ""
    scale: float = 1.0  # SI to what is shown
    shown: str = ""  # unit that is shown

    @property
    def claim(self) -> Claim:
        """The scoreboard's row: how many cases are out of bounds."""
        sides = [("below", self.low), ("above", self.high)]
        bounds = " or ".join(f"{side} {self.number(bound)}" for side, bound in sides if math.isfinite(bound))
        return Claim(self.measure, f"{self.name}: cases {bounds} {self.shown}".strip(), self.source, (0, 0))

    def number(self, value: float) -> str:
        """Return a value (SI) in the unit that is shown; infinity is no bound and empty."""
        return "" if math.isinf(value) else f"{self.scale * value:.4g}"

    def misses(self, values: Iterable[float]) -> int:
        """Return how many values are out of bounds; one that was not measured is."""
        return sum(not self.low <= value <= self.high for value in values)


@dataclass(frozen=True)
class Breakdown:
    """A measure whose variance is shared out to devices; ``where`` names the columns of its case and its reading.

    ``families`` sum devices up by a pattern of their paths (numbers left out, as in ``column.channel.load``): the first
    that matches from the start counts, and what none matches is everything else. ``claims`` bound the shares of
    families, by their names.
    """

    name: str
    measure: str
    where: Mapping[str, Any]
    families: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Golden:
    """Which case and signals are compared with stored waveforms, by which rule; see harness.golden."""

    case: Mapping[str, Any]
    analog: tuple[str, ...]
    digital: tuple[str, ...] = ()
    level: float = 0.5  # V, where a two-level signal's edges are timed
    rms: float = 5e-4  # share of the golden's swing
    peak: float = 5e-3
    edge: float = 50e-12  # s


@dataclass
class Results:
    """What a testbench's runs gave. ``waveforms`` by case id: index time (s), columns node names, SI units.

    ``measures`` is tidy: case, a column for each varied parameter and each ``at`` of a reading, measure, value, unit.
    ``stress`` has by case id, and by the limit of an oxide (V), the largest voltage that a device of it sustained (V).
    """

    cases: list[Case]
    waveforms: Mapping[str, pd.DataFrame]
    measures: pd.DataFrame
    settings: Values
    stress: Mapping[str, Mapping[float, float]] = field(default_factory=dict)

    def select(self, measure: str, **where: Any) -> pd.DataFrame:  # noqa: ANN401 - case columns are of any type
        """Return the rows of one measure whose case columns equal ``where``, in case order."""
        rows = self.measures[self.measures["measure"] == measure]
        for name, value in where.items():
            rows = rows[rows[name] == value]
        if rows.empty:
            raise HarnessError(f"no {measure!r} was measured where {where}; the runs it needs are missing.")
        return rows

    def waveform(self, **where: Any) -> pd.DataFrame:  # noqa: ANN401 - case values are of any type
        """Return the waveforms of the one case whose values equal ``where``."""
        for case in self.cases:
            if all(case.values[name] == value for name, value in where.items()):
                return self.waveforms[case.id]
        raise HarnessError(f"no case has {where}.")


class Asked(Protocol):
    """What a study was asked for, as a testbench sees it."""

    @property
    def settings(self) -> Values:
        """The value of each parameter."""


class Samples(Protocol):
    """A finished Monte Carlo study as a testbench sees it; ``table`` has a row a reading, see samples.StudyResult."""

    @property
    def plan(self) -> Asked:
        """What was asked for."""

    @property
    def table(self) -> pd.DataFrame:
        """Every reading: sample, case, the case's and reading's columns, measure, value (SI), unit, status, rung."""

    @property
    def counts(self) -> str:
        """For example ``198 of 200``."""

    def values(self, measure: str, **where: Any) -> pd.Series:
        """Return one measure by sample; a missing sample is NaN."""

    def spread(self, measure: str, **where: Any) -> Spread:
        """Return mean and sigma with their intervals."""

    def draws(self) -> pd.DataFrame:
        """Return the draws in units of each sigma: index sample, a column a quantity."""

    def spread_of(self, values: pd.Series) -> Spread:
        """Return the same of any values by sample (index)."""


class Testbench(ABC):
    """A question asked of a circuit. One module in testbenches/ each, with an instance named TESTBENCH."""

    name: ClassVar[str]
    question: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    claims: ClassVar[tuple[Claim, ...]] = ()
    datasheet: ClassVar[tuple[DatasheetRow, ...]] = ()  # min, typ and max over its cases; typ is the settings' own case
    goldens: ClassVar[tuple[Golden, ...]] = ()
    is_figure: ClassVar[bool] = True  # part of `make figures`; the others run for `make scoreboard` only
    check_solver: ClassVar[bool] = True  # the scoreboard reruns it with a tight solver; else another stands for it
    timeout_s: ClassVar[float] = 600.0
    samples: ClassVar[int] = 0  # a figure drawn from a Monte Carlo study says how many samples it has by default
    sample_claims: ClassVar[tuple[Claim, ...]] = ()  # what the study must keep
    essential: ClassVar[tuple[str, ...]] = ()  # measures of a study: NaN is a missing sample; they must repeat as well
    breakdowns: ClassVar[tuple[Breakdown, ...]] = ()  # what `make contributions` shares out to devices
    beside: ClassVar[tuple[str, ...]] = ()  # testbenches whose studies stand in this one's figure, see draw_beside

    def variations(self, settings: Values) -> Iterable[Values]:
        """Yield what each case changes against the settings (parameter name -> value); by default one case, nothing."""
        return ({},)

    @abstractmethod
    def deck(self, values: Values) -> tuple[str, Mapping[str, Any]]:
        """Return the deck template's name in testbenches/ and the values it reads as ``p``."""

    @abstractmethod
    def analysis(self, values: Values) -> Analysis:
        """Return the analysis of a case."""

    @abstractmethod
    def signals(self, values: Values) -> tuple[str, ...]:
        """Return the columns to keep of a run: node names, ``i(source)``."""

    @abstractmethod
    def measure(self, values: Values, waveforms: pd.DataFrame) -> Iterable[Reading]:
        """Yield what one run shows; NaN where it has no such event (a column that is silent)."""

    @abstractmethod
    def summarize(self, results: Results) -> Iterable[Summary]:
        """Yield the scoreboard's numbers."""

    def start(self, values: Values) -> Values | None:
        """Return the values whose operating point Newton starts from, or None for no help.

        Large decks need it in the corners and save most of the time of their first point; nominal silicon is the rule
        (``nominal_silicon``). It must not depend on other cases.
        """
        return None

    def chip(self, values: Values) -> "Chip | None":
        """Return the chip whose draws a case has, or None where its devices are nominal."""
        return None

    def changes(self) -> "Mapping[str, Testbench]":
        """Return this testbench at other solver settings, by name; the first is what the others are held against.

        ``make bench`` times them, to say what each setting brings and what it moves.
        """
        return {}

    def draw(self, results: Results) -> "Figure | None":
        """Return the figure, or None where the testbench has none of its own."""
        return None

    def datasheet_at(self, settings: Values) -> tuple[DatasheetRow, ...]:
        """Return the datasheet's rows; ``datasheet`` are those of the defaults, where bounds follow the settings."""
        return self.datasheet

    def claims_at(self, settings: Values) -> tuple[Claim, ...]:
        """Return the claims; ``claims`` are those of the defaults, where bounds follow the settings."""
        return self.claims

    def sampled_cases(self, settings: Values) -> list[Case]:
        """Return the cases of a study; they are a run's, unless samples are asked for more than nominal devices."""
        return self.cases(settings)

    def samples_of(self, values: Values, n: int) -> int:
        """Return how many of a study's ``n`` samples a case needs, the first so many."""
        return n

    def spreads_of(self, values: Values, spreads: "Spreads") -> "Spreads":
        """Return what varies in a case, given what varies in the study."""
        return spreads

    def summarize_samples(self, study: Samples) -> Iterable[Summary]:
        """Yield the scoreboard's numbers of a study."""
        return ()

    def draw_samples(self, study: Samples) -> "Figure | None":
        """Return the figure of a study, or None where the testbench has none of its own."""
        return None

    def draw_beside(self, results: Results, studies: Mapping[str, Samples]) -> "Figure | None":
        """Return the figure of results and of the studies that ``beside`` names, or None."""
        return None

    # What follows is the machinery that the harness calls. Of it, a testbench overrides only `cases`, to add to each.

    def all_parameters(self) -> dict[str, Parameter]:
        """Return every declared parameter by name."""
        return {parameter.name: parameter for parameter in (*silicon_parameters(), *self.parameters)}

    def settings(self, assignments: Mapping[str, str | float]) -> dict[str, Any]:
        """Return the value of each parameter, defaults overridden by ``assignments``.

        A name with dots is a size, ``block.role.field``; sizes are checked when the technology is loaded.

        Raises:
            HarnessError: an unknown name or a value that its parameter refuses.
        """
        declared = self.all_parameters()
        values: dict[str, Any] = {}
        for name, text in assignments.items():
            if "." in name:
                values[name] = parse_quantity(text, "", name)
            elif name not in declared:
                raise HarnessError(f"{self.name} has no parameter {name!r}; it has {', '.join(sorted(declared))}.")
            else:
                values[name] = declared[name].parse(text)
        technology = load_technology(str(values.get("TECHNOLOGY", declared["TECHNOLOGY"].default)))
        for name, parameter in declared.items():
            if parameter.supply and name not in values and parameter.supply not in technology.supply:
                raise HarnessError(f"technology {technology.name!r} has no supply {parameter.supply!r}; set {name}.")
            values.setdefault(name, technology.supply.get(parameter.supply, parameter.default))
        return values

    def cases(self, settings: Values) -> list[Case]:
        """Return every case, each with its whole set of values.

        Raises:
            HarnessError: two cases would be the same, or a variation names no parameter.
        """
        return self.cases_of(settings, self.variations(settings))

    def cases_of(self, settings: Values, variations: Iterable[Values]) -> list[Case]:
        """Return a case for each variation of the settings.

        Raises:
            HarnessError: two cases would be the same, or a variation names no parameter.
        """
        cases = []
        for variation in variations:
            unknown = set(variation) - set(settings)
            if unknown:
                raise HarnessError(f"{self.name}: a case varies {sorted(unknown)[0]!r}, which is no parameter of it.")
            cases.append(Case(self.name, {**settings, **variation}, tuple(variation)))
        if len({case.id for case in cases}) != len(cases) or not cases:
            raise HarnessError(f"{self.name}: its cases are not distinct, or there are none.")
        return cases


def nominal_silicon(values: Values) -> dict[str, Any]:
    """Return the values with corner, temperature and every spread at their defaults."""
    kept = ("TECHNOLOGY", "MTJ")
    return {**values, **{p.name: p.default for p in silicon_parameters() if p.name not in kept}}


def conditions(values: Values) -> Conditions:
    """Return the silicon of a case: technology with its sizes, MTJ set, corner, temperature and spreads."""
    sizes = {name: float(value) for name, value in values.items() if "." in name}
    technology: Technology = load_technology(str(values["TECHNOLOGY"]), str(values["MTJ"]), sizes)
    return Conditions(
        technology=technology,
        mtj=load_mtj_set(str(values["MTJ"])),
        corner=str(values["CORNER"]),
        temp_c=float(values["TEMP"]),
        capacitance_scale=float(values["C_SCALE"]),
        resistance_scale=float(values["R_SCALE"]),
        ra_scale=float(values["RA_SCALE"]),
        tmr_scale=float(values["TMR_SCALE"]),
    )
