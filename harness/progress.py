"""A progress bar with done, failed, left and the time to go; plain lines where there is no terminal."""

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from harness.job import CaseRun


class RunProgress:
    """Follow the runs of one testbench; use it as a context manager and pass ``advance`` as the progress callback."""

    def __init__(self, name: str, total: int, console: Console) -> None:
        """Show ``total`` runs under the testbench's name."""
        self._bar = Progress(
            TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("stored {task.fields[stored]}  failed {task.fields[failed]}  elapsed"), TimeElapsedColumn(),
            TextColumn("to go"), TimeRemainingColumn(), console=console, disable=not console.is_terminal,
        )  # fmt: skip
        self._console = console
        self._counts = {"stored": 0, "failed": 0}
        self._done = 0
        self._total = total
        self._task = self._bar.add_task(name, total=total, stored=0, failed=0)
        self._name = name

    def __enter__(self) -> "RunProgress":
        """Start drawing."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing; without a terminal, say one line."""
        self._bar.stop()
        if not self._console.is_terminal:
            counts = f"{self._counts['stored']} from the store, {self._counts['failed']} failed"
            self._console.print(f"{self._name}: {self._done} of {self._total} runs, {counts}")

    def advance(self, run: CaseRun) -> None:
        """Count one finished run."""
        self._done += 1
        self._counts["stored"] += run.stored
        self._counts["failed"] += bool(run.failure)
        self._bar.update(self._task, advance=1, stored=self._counts["stored"], failed=self._counts["failed"])
        if run.failure:
            self._console.print(f"failed: {run.failure}", style="red", highlight=False, soft_wrap=True, markup=False)
