"""A technology: its devices, supplies, corners, matching and the sizes of every block, read from one folder.

``models/technologies/<name>/technology.toml`` holds the device facts, ``sizing.toml`` the sizes by block and role.
No template knows a width or a model name, so a new technology is one more folder.
"""

import os
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from harness.errors import HarnessError, MissingToolError
from harness.quantities import quantity_field

PROJECT = Path(__file__).resolve().parents[1]
TECHNOLOGIES = PROJECT / "models" / "technologies"
SEARCH_VARIABLE = "SPINTEGRATE_TECHNOLOGIES"  # further folders of technologies, such as kits that may not be published

Quantity = Annotated[float, BeforeValidator(quantity_field)]
Positive = Annotated[Quantity, Field(gt=0)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]+$")]  # enters netlists: nothing that could be a directive


_READABLE = re.compile(r"[^\s'\"]+")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Transistor(_Strict):
    """How one kind of transistor is written in a netlist, and what it withstands."""

    polarity: Literal["n", "p"]
    model: Name
    style: Literal["primitive", "subcircuit"] = "primitive"
    metres_per_unit: Positive = 1.0  # 1e-6 for kits that take W and L in micrometres
    diffusion_length: Positive | None = None  # source and drain area AS = AD = W x this; None: the model's own
    l_min: Positive
    v_max: Positive  # safe operating area: largest voltage between any two of gate, source, drain
    a_vt: Positive  # V m, pair figure
    a_beta: Positive  # m, pair figure
    source: str


class Library(_Strict):
    """One model file and, where it has sections, the section to read."""

    file: str
    section: Name | None = None


class CapacitorFacts(_Strict):
    """Density (F/m^2) and pair matching (m, relative mismatch = matching / sqrt(area)) of the MOM capacitors."""

    density: Positive
    matching: Positive
    source: str


class Size(_Strict):
    """The size of one role of one block: a transistor (w, l, m), a capacitor (c) or a resistor (r); SI."""

    device: str | None = None
    w: Positive | None = None
    l: Positive | None = None  # noqa: E741 - the field's own name
    m: Annotated[int, Field(ge=1)] = 1
    c: Positive | None = None
    r: Positive | None = None


Sizing = dict[str, dict[str, Size]]


class _TechnologyFile(_Strict):
    description: str
    supply: dict[str, Positive]
    transistors: dict[str, Transistor]
    corners: dict[str, list[Library]]
    process: dict[Name, Quantity] = Field(default_factory=dict)  # .param name -> chip-to-chip sigma
    capacitor: CapacitorFacts


class Technology(_TechnologyFile):
    """A technology with its sizes; immutable, so that it can be part of a cache key."""

    name: str
    folder: Path
    sizing: Sizing

    def size(self, block: str, role: str, *fields: str) -> Size:
        """Return the size of ``role`` in ``block``, which must have these fields.

        Raises:
            HarnessError: sizing.toml has no such row, or the row lacks a field.
        """
        file = self.folder / "sizing.toml"
        size = self.sizing.get(block, {}).get(role)
        if size is None:
            raise HarnessError(f"technology {self.name!r} has no size for {block}.{role}; add it to {file}.")
        for field in fields:
            if getattr(size, field) is None:
                raise HarnessError(f"technology {self.name!r}: {block}.{role} lacks {field!r}; add it to {file}.")
        return size

    def transistor(self, block: str, role: str, default: str) -> tuple[Size, Transistor]:
        """Return size and facts of a transistor of ``block``; ``default`` is its kind where the size names none.

        Raises:
            HarnessError: no such size or kind, or a gate shorter than the technology's shortest.
        """
        size = self.size(block, role, "w", "l")
        kind = self.transistors.get(size.device or default)
        where = f"technology {self.name!r}: {block}.{role}"
        if kind is None:
            raise HarnessError(
                f"{where} is a {size.device or default!r}, which is none of {', '.join(self.transistors)}."
            )
        if size.l is not None and size.l < kind.l_min * (1 - 1e-9):
            raise HarnessError(f"{where}: l = {size.l:g} m is out of range; the shortest gate is {kind.l_min:g} m.")
        return size, kind

    def library_files(self, corner: str) -> list[tuple[Path, str | None]]:
        """Return (path, section) of the model files of ``corner``; ``$VAR`` in a path is read from the environment.

        Raises:
            HarnessError: unknown corner, or a path that ngspice cannot read.
            MissingToolError: a file is not there.
        """
        if corner not in self.corners:
            raise HarnessError(
                f"technology {self.name!r} has no corner {corner!r}; choose one of {', '.join(self.corners)}."
            )
        files = []
        for library in self.corners[corner]:
            path = Path(os.path.expandvars(library.file))
            path = path if path.is_absolute() else self.folder / path
            if not path.is_file():
                raise MissingToolError(
                    f"technology {self.name!r}, corner {corner!r}: the model file {path} is not there; "
                    "install the kit or set the variable that its path names."
                )
            if not _READABLE.fullmatch(str(path)):
                raise HarnessError(
                    f"ngspice cannot read a model file with a space or a quote in its path: {str(path)!r}; move it."
                )
            files.append((path, library.section))
        return files


def technology_names() -> list[str]:
    """Return the names of the technologies that have a folder, the project's own and those on the search path.

    Raises:
        MissingToolError: the search path names a folder that is not there.
    """
    return sorted({name for folder in _technology_folders() for name in _names_in(folder)})


def _names_in(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/technology.toml")}


def _technology_folders() -> list[Path]:
    entries = os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep)
    further = [Path(entry).expanduser().absolute() for entry in entries if entry]  # ngspice runs in another folder
    for folder in further:
        if not folder.is_dir():
            raise MissingToolError(f"{SEARCH_VARIABLE} names {folder}, which is no folder; correct it or unset it.")
    return [TECHNOLOGIES, *further]


def load_technology(name: str, scaling: str = "", overrides: dict[str, float] | None = None) -> Technology:
    """Read a technology and its sizes.

    ``scaling`` names a table ``[scaling.<name>.<block>]`` of sizing.toml laid over the ordinary sizes (the paper's
    5k/30k devices carry other currents than 10k/20k, so they have their own capacitor); a name without a table is
    the ordinary sizing. ``overrides`` maps ``block.role.field`` to a value. Folders in the environment variable
    SPINTEGRATE_TECHNOLOGIES are searched after the project's own.

    Raises:
        HarnessError: unknown technology, a malformed file, or an override that names nothing.
    """
    folder = _find(name)
    files = (folder / "technology.toml", folder / "sizing.toml")
    stamp = tuple(file.stat().st_mtime_ns for file in files if file.is_file())
    return _load(name, folder, scaling, tuple(sorted((overrides or {}).items())), stamp)


@lru_cache(maxsize=64)
def _load(
    name: str, folder: Path, scaling: str, overrides: tuple[tuple[str, float], ...], stamp: tuple[int, ...]
) -> Technology:
    """Read a technology once a process and state of its files (``stamp``): a scoreboard asks for it 500 times."""
    tables = _read_toml(folder / "sizing.toml")
    _lay_over(tables, scaling, folder / "sizing.toml")
    for path, value in overrides:
        _override(tables, path, value, folder / "sizing.toml")
    try:
        facts = _TechnologyFile.model_validate(_read_toml(folder / "technology.toml"))
        return Technology(name=name, folder=folder, sizing=tables, **dict(facts))
    except ValidationError as error:
        raise HarnessError(f"technology {name!r}: {first_problem(error)}; correct it in {folder}.") from error


def first_problem(error: ValidationError) -> str:
    """Return the place and the message of the first thing that a pydantic model refused."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg'].removeprefix('Value error, ').rstrip('.')}"


def _find(name: str) -> Path:
    for folder in _technology_folders():
        if name in _names_in(folder):  # a folder's own name and no path, whatever was typed
            return folder / name
    raise HarnessError(f"unknown technology {name!r}; choose one of {', '.join(technology_names())}.")


def _lay_over(tables: dict[str, Any], scaling: str, file: Path) -> None:
    """Lay ``[scaling.<scaling>]`` over the ordinary sizes."""
    try:
        for block, roles in tables.pop("scaling", {}).get(scaling, {}).items():
            for role, fields in roles.items():
                tables.setdefault(block, {}).setdefault(role, {}).update(fields)
    except (AttributeError, TypeError, ValueError) as error:
        raise HarnessError(f"{file}: [scaling.{scaling}] is not made of block.role tables; correct it.") from error


def _override(tables: dict[str, Any], path: str, value: float, file: Path) -> None:
    parts = path.split(".")
    if len(parts) != 3 or parts[1] not in tables.get(parts[0], {}) or parts[2] not in Size.model_fields:
        raise HarnessError(f"no size {path!r}; write block.role.w, .l, .m, .c or .r with a row of {file}.")
    tables[parts[0]][parts[1]][parts[2]] = value


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingToolError(f"the file {path} is not there; a technology needs it.") from None
    except tomllib.TOMLDecodeError as error:
        raise HarnessError(f"{path} is not valid TOML: {error}.") from error
