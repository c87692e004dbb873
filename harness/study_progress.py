"""A study as it runs: done, failed, rescued, running mean and sigma with their intervals, and the time to go."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live

from harness.errors import HarnessError
from harness.quantities import engineering
from harness.statistics import Spread, samples_for, spread
from harness.study import Plan

_LINES = 10  # said in all where there is no terminal


class StudyProgress:
    """Follow one study; use it as a context manager and pass ``advance`` as the progress callback.

    The running statistics are those of the study's measure, or of the first one that a run yields; their intervals
    take the samples as independent, whatever the sampler.
    """

    def __init__(self, plan: Plan, console: Console) -> None:
        """Show the runs of this plan."""
        self._plan = plan
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=False)
        wanted = plan.study.n
        if plan.study.sigma_share is not None:
            wanted = min(wanted, samples_for(plan.study.sigma_share))
        self._total = sum(min(wanted, plan.wanted(sampled.case)) for sampled in plan.cases)
        self._counts = {"done": 0, "failed": 0, "rescued": 0}
        self._fresh = 0
        self._started = time.monotonic()
        self._followed: tuple[str, str, str] | None = None  # case, measure, its columns
        self._unit = ""
        self._values: list[float] = []
        self._said = 0

    def __enter__(self) -> "StudyProgress":
        """Start drawing."""
        self._started = time.monotonic()
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self._live.stop()

    def advance(self, record: Mapping[str, Any], known: bool) -> None:
        """Count one finished run; ``known`` ones come from the journal and tell nothing of the pace."""
        self._counts["done"] += 1
        self._counts["failed"] += record["status"] != "ok"
        self._counts["rescued"] += bool(record["rung"])
        self._fresh += not known
        self._follow(record)
        if record["message"] and not known:
            self._console.print(f"{record['status']}: {record['message']}", style="red", highlight=False, markup=False)
        if self._console.is_terminal:
            self._live.update(self.line(), refresh=True)
        elif self._counts["done"] * _LINES >= (self._said + 1) * self._total:
            self._said = self._counts["done"] * _LINES // self._total
            self._console.print(self.line(), highlight=False, markup=False, soft_wrap=True)

    def line(self) -> str:
        """Return the state in one line."""
        counts = ", ".join(f"{number} {name}" for name, number in self._counts.items() if number or name != "rescued")
        parts = [f"{self._plan.bench.name}: {counts} of {self._total} runs"]
        if self._followed is not None and len(self._values) > 1:
            try:
                parts.append(f"{self._followed[1]}: {self._statistics(spread(self._values))}")
            except HarnessError:  # all NaN so far
                pass
        if self._fresh and self._counts["done"] < self._total:
            seconds = (time.monotonic() - self._started) / self._fresh * (self._total - self._counts["done"])
            parts.append(f"{_duration(seconds)} to go")
        return "; ".join(parts)

    def _follow(self, record: Mapping[str, Any]) -> None:
        for measure, value, unit, where in record["readings"]:
            place = (record["case"], measure, str(where))
            if self._followed is None and self._plan.study.measure in ("", measure):
                self._followed, self._unit = place, unit
            if place == self._followed:
                self._values.append(value)

    def _statistics(self, found: Spread) -> str:
        def pair(interval: tuple[float, float]) -> str:
            return " .. ".join(engineering(end, self._unit, 3) for end in interval)

        mu, sigma = engineering(found.mu, self._unit), engineering(found.sigma, self._unit, 3)
        return f"mu {mu} ({pair(found.mu_interval)}), sigma {sigma} ({pair(found.sigma_interval)})"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
