"""One chip of many, outside a study: a deck in which every device and the process have that chip's draws."""

from dataclasses import dataclass

from harness.circuit import flatten
from harness.draws import Spreads, quantities, varied_deck
from harness.sampling import Sampler
from harness.technology import Technology


@dataclass(frozen=True)
class Chip:
    """What varies, and which chip of a seed; the same as the sample of that number in a study of plain draws."""

    spreads: Spreads
    number: int = 0
    seed: int = 1

    def deck(self, deck: str, technology: Technology) -> str:
        """Write a rendered deck flat, with this chip's numbers.

        A device draws by its path, so a block draws the same alone as within a larger circuit.

        Raises:
            HarnessError: a seed or number that cannot be, a deck that cannot be written flat, or nothing varies in it.
        """
        flat = flatten(deck)
        varied = quantities(flat, technology, self.spreads)
        normals = Sampler("plain", self.seed, self.number + 2).normals(self.number, [item.key for item in varied])
        return varied_deck(flat, varied, normals)
