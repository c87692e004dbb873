"""What the parts of the command line share: options that mean the same everywhere, and lines that are shown as is."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console()

Set = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; repeatable.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Runs at once (default: one a core).")]
ResultsFolder = Annotated[Path, typer.Option("--results", metavar="FOLDER", help="Where runs, figures and tables go.")]


def say(text: str, to: Console = console, style: str | None = None) -> None:
    """Print one line as it is: paths and messages may hold what rich takes for markup."""
    to.print(text, style=style, highlight=False, soft_wrap=True, markup=False)


def shown(path: Path) -> str:
    """Return a path as seen from where the user is."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
