"""The targets of a technology's card, and how far its devices are from them."""

import tomllib

import pandas as pd

from harness.quantities import parse_quantity
from harness.technology import Technology
from harness.testbench import Results

COLUMNS = ["device", "measure", "length", "low", "high", "achieved", "share", "source"]
TEMPERATURE_SLOPE = "vth_per_kelvin"


def read_targets(technology: Technology) -> pd.DataFrame:
    """Return one row a device and target: device, measure, length (m), low, high (SI), source; none without a file."""
    path = technology.folder / "targets.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    rows = [
        {
            "device": device,
            "measure": measure,
            "length": parse_quantity(row["length"], "m"),
            "low": float(row["low"]),
            "high": float(row["high"]),
            "source": row["source"],
        }
        for measure, listed in tables.items()
        for row in listed
        for device in row["devices"]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def compare(results: Results, targets: pd.DataFrame) -> pd.DataFrame:
    """Return the targets with ``achieved`` and ``share``: 1 is the edge of the tolerance, 0 its middle.

    A range that starts at 0 is an upper bound; its share is counted from 0.
    """
    rows = targets.copy()
    rows["achieved"] = [
        _achieved(results, measure, device, length)
        for measure, device, length in zip(rows["measure"], rows["device"], rows["length"], strict=True)
    ]
    middle = ((rows["low"] + rows["high"]) / 2).where(rows["low"] != 0, 0.0)
    rows["share"] = (rows["achieved"] - middle).abs() / (rows["high"] - middle)
    return rows


def _achieved(results: Results, measure: str, device: str, length: float) -> float:
    if measure == TEMPERATURE_SLOPE:
        rows = results.select("vth", DEVICE=device, LENGTH=length, SWEEP="gate").sort_values("TEMP")
        cold, hot = rows.iloc[0], rows.iloc[-1]
        return float((hot["value"] - cold["value"]) / (hot["TEMP"] - cold["TEMP"]))
    rows = results.select(measure, DEVICE=device, LENGTH=length, SWEEP="gate", TEMP=results.settings["TEMP"])
    return float(rows["value"].iloc[0])
