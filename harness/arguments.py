"""What users write on a command line, turned into values."""

from collections.abc import Iterable

from harness.errors import HarnessError
from harness.quantities import parse_quantity


def parse_assignments(texts: Iterable[str]) -> dict[str, str]:
    """Return name -> text of ``NAME=VALUE`` words; one text may hold several words.

    Raises:
        HarnessError: a word that is no assignment, or a name set twice.
    """
    assignments: dict[str, str] = {}
    for word in " ".join(texts).split():
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise HarnessError(f"{word!r} sets nothing; write NAME=VALUE, for example VREAD_AMP=45m.")
        if name in assignments:
            raise HarnessError(f"{name} is set twice; keep one.")
        assignments[name] = value
    return assignments


def parse_share(text: str, where: str) -> float:
    """Return a share written as ``5%`` or ``0.05``.

    Raises:
        HarnessError: it is neither.
    """
    return parse_quantity(text, "", where)
