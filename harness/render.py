"""Templates to netlist text: complete, and runnable by hand with ``ngspice -b``.

Every value that enters a template is a number, a known name, or refused (ngspice's ``.control`` can run a shell). A
block asks for another with ``use("block", parameter=...)``; the renderer adds each distinct one to the deck once.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from harness.errors import HarnessError
from harness.mtj import MtjSet
from harness.technology import PROJECT, Technology

NETLISTS = PROJECT / "netlists"
MTJ_FOLDER = PROJECT / "models" / "mtj"
TESTBENCHES = PROJECT / "testbenches"

Value = int | float | str | bool | list[Any] | tuple[Any, ...] | dict[str, Any]
_NAME = re.compile(r"[A-Za-z0-9_.+\-]*")
_FRONT_MATTER = re.compile(r"\{#-?\n(.*?)-?#\}", re.DOTALL)
_PIN = re.compile(r"(\w+)(?:\[(\w+)\])?(?: if (\w+))?")


@dataclass(frozen=True)
class Interface:
    """What a block's front matter declares."""

    summary: str
    how: str
    pins: dict[str, str]
    parameters: dict[str, tuple[Value, str]]

    def pin_list(self, values: Mapping[str, Value]) -> list[str]:
        """Expand ``wl[rows]`` into ``wl0 wl1 ...``, and leave out ``vddio if array`` where the parameter array is 0.

        Raises:
            HarnessError: a pin that is not written so, or the number of an indexed pin is no whole number.
        """
        names: list[str] = []
        for pin in self.pins:
            parts = _PIN.fullmatch(pin)
            if parts is None or (parts[3] and parts[3] not in self.parameters):
                raise HarnessError(f"pin {pin!r} is none of name, name[parameter], name if parameter; correct it.")
            name, size, condition = parts.groups()
            if condition and not values[condition]:
                continue
            if size is None:
                names.append(name)
                continue
            count = values.get(size)
            if not isinstance(count, int):
                raise HarnessError(f"pin {pin!r} needs a whole number {size!r} among the parameters, not {count!r}.")
            names += [f"{name}{index}" for index in range(count)]
        return names


@dataclass(frozen=True)
class Conditions:
    """Everything about the silicon and its surroundings that a case may vary."""

    technology: Technology
    mtj: MtjSet
    corner: str = "tt"
    temp_c: float = 27.0
    capacitance_scale: float = 1.0
    resistance_scale: float = 1.0
    ra_scale: float = 1.0
    tmr_scale: float = 1.0
    process: Mapping[str, float] = field(default_factory=dict)


@lru_cache
def block_interface(block: str) -> Interface:
    """Read the front matter of netlists/<block>.cir.j2.

    Raises:
        HarnessError: no such block, or front matter that is not as netlists/README.md says.
    """
    path = _block_file(block)
    match = _FRONT_MATTER.match(path.read_text(encoding="utf-8"))
    try:
        table = tomllib.loads(match[1] if match else "")
        parameters = {name: (row[0], row[1]) for name, row in table["parameters"].items()}
        return Interface(table["summary"], table["how"].strip(), table["pins"], parameters)
    except (tomllib.TOMLDecodeError, KeyError, IndexError, TypeError) as error:
        raise HarnessError(f"{path}: its front matter is not summary, how, [pins], [parameters]: {error}.") from error


def block_names() -> list[str]:
    """Return the blocks of netlists/, sorted."""
    return sorted(path.name.removesuffix(".cir.j2") for path in NETLISTS.glob("*.cir.j2"))


def check_value(value: Value, where: str) -> None:
    """Refuse anything that could be more than a number or a name in a netlist.

    Raises:
        HarnessError: the value holds a newline, a space, a directive, or is of another type.
    """
    if isinstance(value, list | tuple):
        for item in value:
            check_value(item, where)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_value(key, where)
            check_value(item, where)
    elif isinstance(value, str):
        if not _NAME.fullmatch(value) or value.startswith("."):
            raise HarnessError(f"{where}: {value!r} is refused; a text in a netlist may only be a plain name.")
    elif not isinstance(value, int | float):
        raise HarnessError(f"{where}: {value!r} is neither a number nor a name.")
    elif not math.isfinite(value):
        raise HarnessError(f"{where}: {value!r} is not a finite number.")


class DeckBuilder:
    """Render one deck: the body of a testbench and, transitively, each block that it uses."""

    def __init__(self, conditions: Conditions) -> None:
        """Prepare an environment for ``conditions``; a builder serves one deck."""
        self.conditions = conditions
        self._names: dict[tuple[str, str], str] = {}
        self._subcircuits: list[str] = []
        mtj = conditions.mtj
        self._common: dict[str, Any] = {
            "technology": conditions.technology,
            "scale": {"capacitance": conditions.capacitance_scale, "resistance": conditions.resistance_scale},
            "mtj": {
                "r_p": number(mtj.r_p * conditions.ra_scale),
                "tmr_at_temperature": number(float(mtj.tmr(0.0, conditions.temp_c)) * conditions.tmr_scale),
                "v_half": mtj.v_half,
                "critical_current": mtj.critical_current,
                "torque_asymmetry": mtj.torque_asymmetry,
                "relaxation_time": number(mtj.relaxation_time),
                "theta_min": number(mtj.minimum_angle),
            },
            "use": self.use,
            "number": number,
        }

    def use(self, block: str, **parameters: Value) -> str:
        """Return the subcircuit name of ``block`` with these parameters, rendering it when it is new."""
        interface = block_interface(block)
        unknown = sorted(set(parameters) - set(interface.parameters))
        if unknown:
            raise HarnessError(f"block {block!r} has no parameter {unknown[0]!r}; it has {list(interface.parameters)}.")
        values = {name: parameters.get(name, default) for name, (default, _) in interface.parameters.items()}
        for name, value in values.items():
            check_value(value, f"block {block!r}, parameter {name!r}")
        key = (block, repr(sorted(values.items())))
        if key not in self._names:
            taken = sum(1 for used, _ in self._names if used == block)
            self._names[key] = block if taken == 0 else f"{block}_{taken + 1}"
            pins = " ".join(interface.pin_list(values))
            context = {"block": block, "subckt": self._names[key], "pins": pins, **values}
            self._subcircuits.append(self._render(_block_file(block), context).strip())
        return self._names[key]

    def deck(self, title: str, body_template: Path, values: Mapping[str, Value]) -> str:
        """Render the netlist of a testbench, without options, saves and analyses.

        Raises:
            HarnessError: an undefined variable, a value that is refused, a missing size, pin or block.
        """
        for name, value in values.items():
            check_value(value, f"testbench {title!r}, value {name!r}")
        context = {"p": dict(values), "block": body_template.name.removesuffix(".cir.j2")}
        body = self._render(body_template, context).strip()
        parts = [f"* {title}", self._models(), *self._subcircuits, body]
        return "\n\n".join(parts) + "\n"

    def _models(self) -> str:
        conditions = self.conditions
        process = {name: 0.0 for name in conditions.technology.process} | dict(conditions.process)
        lines = [f".temp {number(conditions.temp_c)}"]
        lines += [f".param {name}={number(value)}" for name, value in process.items()]
        for path, section in conditions.technology.library_files(conditions.corner):
            lines.append(f".lib '{path}' {section}" if section else f".include '{path}'")
        return "\n".join(lines)

    def _render(self, path: Path, context: Mapping[str, Any]) -> str:
        try:
            return _environment(path.parent).get_template(path.name).render({**self._common, **context})
        except jinja2.UndefinedError as error:
            raise HarnessError(f"{path.name}: {error.message}; define it or correct its name.") from error
        except jinja2.TemplateSyntaxError as error:
            raise HarnessError(f"{error.name}, line {error.lineno}: {error.message}.") from error
        except jinja2.TemplateNotFound as error:
            raise HarnessError(f"{path.name}: there is no template {error.message}; correct its name.") from error
        except (TypeError, ValueError, ArithmeticError) as error:
            raise HarnessError(f"{path.name}: {error}; a value or parameter does not fit this template.") from error


@lru_cache
def _environment(folder: Path) -> jinja2.Environment:
    """Return the environment of the templates of one folder; it keeps them compiled, which is most of the work."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([folder, NETLISTS]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - netlists are not HTML; check_value guards what enters
    )


def number(value: float) -> str:
    """Write a float so that ngspice reads back the same double, without a suffix."""
    return repr(float(value)) if value != int(value) or abs(value) > 1e15 else repr(int(value))


def _block_file(block: str) -> Path:
    folder = MTJ_FOLDER if block == "mtj" else NETLISTS
    path = folder / f"{block}.cir.j2"
    if not block.isidentifier() or not path.is_file():
        raise HarnessError(f"there is no block {block!r}; choose one of {', '.join(block_names())}.")
    return path
