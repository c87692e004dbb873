"""Write every drawing to docs/circuits/: ``python -m drawings``, or with the names of some blocks."""

import sys
from pathlib import Path

from drawings import drawn_blocks, sheet_of

FOLDER = Path(__file__).parents[1] / "docs" / "circuits"


def main(blocks: list[str]) -> None:
    """Write the drawings of these blocks, or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for block in blocks or drawn_blocks():
        (FOLDER / f"{block}.svg").write_bytes(sheet_of(block).svg())


if __name__ == "__main__":
    main(sys.argv[1:])
