"""What a page of the report loads: scripts, because browsers refuse to fetch files for a page opened from disk.

A script hands the page JSON that is deflated, which browsers inflate by themselves, in base64.
"""

import base64
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError

_HEAD = 1000  # characters in which an SVG says its size
_VIEW_BOX = re.compile(r'viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Picture:
    """A drawing that a page shows: its script's name, and its size (pt), for which the page leaves room."""

    script: str
    width: float
    height: float

    @property
    def name(self) -> str:
        """The name that the drawing's file had, without its ending."""
        return self.script.removesuffix(".js")


def write_script(path: Path, content: Any) -> None:
    """Write data as a script that hands them to the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    packed = base64.b64encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii")
    path.write_text(f'spintegrate.receive("{packed}");\n', encoding="ascii")


def write_picture(source: Path, folder: Path) -> Picture:
    """Write an SVG as a script into ``folder``: a quarter of the file.

    Raises:
        HarnessError: a file that does not say its size as an SVG does.
    """
    drawing = source.read_text(encoding="utf-8")
    size = _VIEW_BOX.search(drawing[:_HEAD])
    if size is None:
        raise HarnessError(f"{source} has no viewBox and cannot be shown; make it again.")
    write_script(folder / f"{source.stem}.js", drawing)
    return Picture(f"{source.stem}.js", float(size[1]), float(size[2]))
