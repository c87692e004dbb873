"""The loop that a user of PySpice would write: a deck a sample, loaded and run, in one process; for comparison only.

``python -m harness.naive_loop FOLDER`` runs FOLDER/0.cir, 1.cir, ... and writes loop.json (seconds of the loop, number
of commands that PySpice calls failed) and each run's vectors as N.npz.
"""

import contextlib
import ctypes.util
import json
import logging
import os
import sys
import time
from pathlib import Path

import numpy as np


def main() -> None:
    """Run every deck of a folder with PySpice's and ngspice's defaults, apart from the number of threads."""
    folder = Path(sys.argv[1])
    decks = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.cir"), key=lambda path: int(path.stem))]
    os.environ.setdefault("NGSPICE_LIBRARY_PATH", str(ctypes.util.find_library("ngspice")))
    logging.getLogger("PySpice").setLevel(logging.CRITICAL)
    from PySpice.Spice.NgSpice.Shared import NgSpiceShared

    ngspice = NgSpiceShared.new_instance()
    plots, complaints = [], 0
    started = time.perf_counter()
    for deck in decks:
        ngspice.destroy()
        ngspice.load_circuit(deck)
        try:
            ngspice.run()
        except NameError:  # PySpice's answer to any note on stderr; the data is there all the same
            complaints += 1
        plots.append(ngspice.plot(None, ngspice.last_plot))
    seconds = time.perf_counter() - started
    for place, plot in enumerate(plots):
        with contextlib.suppress(OSError):
            np.savez(folder / f"{place}.npz", **{name: vector._data for name, vector in plot.items()})
    (folder / "loop.json").write_text(json.dumps({"seconds": seconds, "complaints": complaints}), encoding="utf-8")


if __name__ == "__main__":
    main()
