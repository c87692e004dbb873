"""ngspice's binary raw files, read and written.

The format is a text header and packed doubles, repeated for each plot. Lengths are checked against the header; a
file that ends early says at which point.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.errors import HarnessError


@dataclass(frozen=True)
class Plot:
    """One plot: its name, the vectors' names in file order, and the data, axes (point, vector), real or complex."""

    name: str
    vectors: tuple[str, ...]
    data: NDArray[np.float64] | NDArray[np.complex128]

    def frame(self) -> pd.DataFrame:
        """Return a frame indexed by the scale vector; a column is a node name, or ``i(source)`` for a branch.

        An operating point has no scale: its one row stands at time 0.
        """
        if self.name == "Operating Point":
            columns = [node_name(name) for name in self.vectors]
            return pd.DataFrame(self.data, index=pd.Index([0.0], name="time"), columns=columns)
        index = pd.Index(np.real(self.data[:, 0]), name=node_name(self.vectors[0]))
        return pd.DataFrame(self.data[:, 1:], index=index, columns=[node_name(name) for name in self.vectors[1:]])


def node_name(vector: str) -> str:
    """Turn a vector's name into a column: ``v(out)`` is ``out``; ``vsense#branch`` and ``i(vsense)``, ``i(vsense)``."""
    if vector.startswith("v(") and vector.endswith(")"):
        return vector[2:-1]
    if vector.endswith("#branch"):
        return f"i({vector.removesuffix('#branch')})"
    return vector


def read_raw(path: Path) -> list[Plot]:
    """Read every plot of a binary raw file.

    Raises:
        HarnessError: the file is no binary raw file, is empty, or is shorter than its header says.
    """
    content = path.read_bytes()
    if not content:
        raise HarnessError(f"{path} is empty; run it again.")
    plots, position = [], 0
    while position < len(content):
        plot, position = _read_plot(content, position, path)
        plots.append(plot)
    return plots


def _read_plot(content: bytes, position: int, path: Path) -> tuple[Plot, int]:
    marker = b"Binary:\n"
    end = content.find(marker, position)
    if end < 0:
        raise HarnessError(f"{path} is not a binary ngspice raw file (no 'Binary:' line); delete it and run again.")
    header = content[position:end].decode("utf-8", "replace").split("\n")
    fields = dict(line.split(":", 1) for line in header if ":" in line and not line.startswith("\t"))
    try:
        n_vectors, n_points = int(fields["No. Variables"]), int(fields["No. Points"])
        first = header.index("Variables:") + 1
        vectors = tuple(line.split("\t")[2].lower() for line in header[first : first + n_vectors])
        kind = np.dtype(np.complex128 if "complex" in fields["Flags"] else np.float64)
        name = fields["Plotname"].strip()
    except (KeyError, ValueError, IndexError) as error:
        raise HarnessError(f"{path}: its header is not ngspice's ({error}); delete it and run again.") from error
    if n_vectors < 1 or n_points < 0 or len(vectors) != n_vectors:
        raise HarnessError(
            f"{path}: its header counts {n_vectors} vectors of {n_points} points; delete it and run again."
        )
    size = n_vectors * kind.itemsize
    start = end + len(marker)
    available = (len(content) - start) // size
    if available < n_points:
        raise HarnessError(f"{path} is truncated: {available} of {n_points} points; run it again.")
    data: NDArray[Any] = np.frombuffer(content, dtype=kind, count=n_points * n_vectors, offset=start).reshape(
        n_points, n_vectors
    )
    return Plot(name, vectors, data), start + n_points * size


def write_raw(path: Path, frame: pd.DataFrame, title: str, plot_name: str = "Transient Analysis") -> None:
    """Write real waveforms (index is the scale, a column each vector) as a raw file that viewers open."""
    names = [str(frame.index.name or "time"), *(str(column) for column in frame.columns)]
    kinds = [names[0], *("current" if name.startswith("i(") else "voltage" for name in names[1:])]
    vectors = [name if name.startswith("i(") or not place else f"v({name})" for place, name in enumerate(names)]
    listing = "".join(f"\t{place}\t{vectors[place]}\t{kinds[place]}\n" for place in range(len(names)))
    header = (
        f"Title: {title}\nDate: \nPlotname: {plot_name}\nFlags: real\nNo. Variables: {len(names)}\n"
        f"No. Points: {len(frame)}\nVariables:\n{listing}Binary:\n"
    )
    data = np.column_stack([frame.index.to_numpy(dtype=float), frame.to_numpy(dtype=float)])
    path.write_bytes(header.encode() + data.astype("<f8").tobytes())
