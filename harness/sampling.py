"""Standard normal numbers for named quantities: plain random, Latin hypercube, scrambled Sobol, or one at a time.

A number belongs to (seed, chip, name of the quantity) and to nothing else, so any chip can be drawn alone and a new
device moves no other's number. Sobol is the stated exception: its dimensions are the quantities' places in the list.

A chip has one SeedSequence, spawned from the seed; a quantity's number is the keyed BLAKE2 hash of its name under the
chip's words. A SeedSequence a quantity would do the same at twenty times the cost (0.16 s for the chain's 5700). Both
are promised to stay as they are, which the stream of a NumPy Generator is not.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from harness.errors import HarnessError

Array = NDArray[np.float64]
Method = Literal["plain", "lhs", "sobol", "each"]
METHODS: tuple[Method, ...] = ("plain", "lhs", "sobol")
ONE_AT_A_TIME: Method = "each"  # for sensitivities, not a random draw
REPLICATES = 8  # independent scrambles, from whose scatter the intervals of lhs and sobol come
_PLAIN, _ORDER, _SCRAMBLE = range(3)  # first word of the spawn key: what a stream is for
_LARGEST_SEED = 2**64
MOST = 1_000_000  # chips of a study


@dataclass(frozen=True)
class Sampler:
    """A way to draw ``n`` chips. Plain chips do not depend on ``n``; the others are spread over it.

    Raises:
        HarnessError: a count, seed or method that cannot be.
    """

    method: Method
    seed: int
    n: int

    def __post_init__(self) -> None:
        if self.method not in (*METHODS, ONE_AT_A_TIME):
            raise HarnessError(f"there is no sampler {self.method!r}; choose one of {', '.join(METHODS)}.")
        if not 0 <= self.seed < _LARGEST_SEED:
            raise HarnessError(f"seed {self.seed} is out of range; a seed is a whole number from 0 to 2^64 - 1.")
        if self.n < 2:
            raise HarnessError(f"{self.n} samples show no spread; draw two or more.")
        if self.n > MOST:
            raise HarnessError(f"{self.n} samples are more than anyone waits for; draw {MOST} at most.")
        if self.replicates > 1 and (self.n % self.replicates or self.n < 2 * self.replicates):
            raise HarnessError(
                f"{self.method} draws {REPLICATES} equal scrambles; n = {self.n} must be a multiple of 8, from 16 on."
            )
        if self.method == "sobol" and self.per_replicate & (self.per_replicate - 1):
            near = REPLICATES * 2 ** round(np.log2(self.per_replicate))
            raise HarnessError(f"sobol needs n = 8 x a power of two, not {self.n}; {near} is the nearest.")

    @property
    def replicates(self) -> int:
        """Number of independent repetitions within the samples."""
        return REPLICATES if self.method in ("lhs", "sobol") else 1

    @property
    def per_replicate(self) -> int:
        """Number of chips in each."""
        return self.n // self.replicates

    def normals(self, chip: int, names: Sequence[str]) -> Array:
        """Return the standard normal number of each name on this chip, shape (names,).

        ``each`` is no random draw: chip 0 is nominal, chip k has its k-th quantity at one sigma and nothing else.
        """
        if self.method == ONE_AT_A_TIME:
            return np.asarray([float(place == chip) for place in range(1, len(names) + 1)])
        return np.asarray(ndtri(self._uniforms(chip, tuple(names))), dtype=float)

    def _uniforms(self, chip: int, names: tuple[str, ...]) -> Array:
        replicate, place = divmod(chip, self.per_replicate)
        if self.method == "sobol":
            return np.asarray(_sobol(self.seed, replicate, self.per_replicate, len(names))[place], dtype=float)
        plain = ((_hashes(self.seed, _PLAIN, chip, names) >> np.uint64(12)) + 0.5) * 2.0**-52  # inside (0, 1)
        if self.method == "plain":
            return np.asarray(plain, dtype=float)
        strata = _orders(self.seed, replicate, self.per_replicate, names)[:, place]
        return np.asarray((strata + plain) / self.per_replicate, dtype=float)


def _hashes(seed: int, purpose: int, index: int, names: tuple[str, ...]) -> NDArray[np.uint64]:
    """Return 64 random bits for each name, shape (names,)."""
    key = np.random.SeedSequence(seed, spawn_key=(purpose, index)).generate_state(8, np.uint32).tobytes()
    digests = [hashlib.blake2b(name.encode(), digest_size=8, key=key).digest() for name in names]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


@lru_cache(maxsize=2)
def _orders(seed: int, replicate: int, count: int, names: tuple[str, ...]) -> NDArray[np.intp]:
    """Return each name's own permutation of the strata, shape (names, count)."""
    roots = _hashes(seed, _ORDER, replicate, names)
    words = np.array([np.random.SeedSequence(int(root)).generate_state(count, np.uint64) for root in roots])
    return np.argsort(words, axis=1, kind="stable")


@lru_cache(maxsize=REPLICATES)
def _sobol(seed: int, replicate: int, count: int, dimensions: int) -> Array:
    if dimensions > qmc.Sobol.MAXDIM:
        raise HarnessError(f"sobol has {qmc.Sobol.MAXDIM} dimensions, this circuit {dimensions}; use lhs or plain.")
    scramble = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_SCRAMBLE, replicate)))
    points = qmc.Sobol(dimensions, scramble=True, bits=30, rng=scramble).random(count)
    return np.asarray(points + 2.0**-31, dtype=float)  # the middle of each of its cells, so never 0 or 1
