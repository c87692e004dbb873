"""How a junction switches, in closed form: thresholds, times, and what thermal agitation adds to both.

The macrospin of models/mtj/README.md: dtheta/dt = sin(theta) (i h(theta) - cos(theta)) / t_D. Seen from the state that
is left, both directions are one equation: i = I / threshold, theta the angle from that state, and
h = 2 L / (L + 1 + (L - 1) cos(theta)) with L the torque's asymmetry for P to AP and its inverse for AP to P.
Magnetics are those of 27 C; the current is held constant.
"""

import math

from scipy.integrate import quad

from harness.errors import HarnessError
from harness.mtj import MtjSet


def threshold_current(mtj: MtjSet, to_antiparallel: bool) -> float:
    """Return the current (A) above which the state that is left becomes unstable.

    ``MtjSet.critical_current`` to the antiparallel state, by the torque's asymmetry less to the parallel one.
    """
    return mtj.critical_current / (1.0 if to_antiparallel else mtj.torque_asymmetry)


def switching_time(mtj: MtjSet, current: float, to_antiparallel: bool, start_angle: float | None = None) -> float:
    """Return the time (s) from ``start_angle`` (rad, by default the minimum angle) to the equator; inf if it never is.

    The exact integral t_D int dtheta / (sin(theta) (i h - cos(theta))), taken over u = ln tan(theta / 2), in which
    dtheta / sin(theta) = du. Sun's approximation t_D ln(pi / 2 theta0) / (i - 1) is up to 12 % off (devices of 1.5 to
    8 thresholds).

    Raises:
        HarnessError: a start angle that is not between the pole and the equator, or a current below zero.
    """
    angle = mtj.minimum_angle if start_angle is None else start_angle
    if not 0 < angle < math.pi / 2:
        raise HarnessError(f"a start angle of {angle:g} rad does not lie between the pole, 0, and the equator, pi / 2.")
    drive, asymmetry = _drive(mtj, current, to_antiparallel)
    if drive * _torque(math.cos(angle), asymmetry) <= math.cos(angle):
        return math.inf
    start = math.log(math.tan(angle / 2))
    time, _ = quad(lambda u: 1 / _speed(u, drive, asymmetry), start, 0, epsabs=0, epsrel=1e-10, limit=200)
    return mtj.relaxation_time * float(time)


def switching_rate(mtj: MtjSet, current: float, to_antiparallel: bool) -> float:
    """Return how often (1/s) a junction below its threshold is thermally switched by ``current`` (A).

    Kramers' rate of the axially symmetric macrospin (Brown 1963, with the current's torque). Without asymmetry it is
    sqrt(Delta / pi) / t_D (1 - i^2) (1 - i) exp(-Delta (1 - i)^2): a perpendicular junction's exponent is 2, not 1.
    High barriers are assumed; at Delta 6 it is a quarter too large.

    Raises:
        HarnessError: a current below zero, or at or above the threshold.
    """
    drive, asymmetry = _drive(mtj, current, to_antiparallel)
    if drive >= 1:
        raise HarnessError(
            f"{current:g} A is {drive:.3g} times the threshold, where no barrier is left; a rate needs less."
        )
    saddle = (
        4
        * asymmetry
        * drive
        / (1 + asymmetry + math.sqrt((1 + asymmetry) ** 2 + 8 * asymmetry * (asymmetry - 1) * drive))
    )
    # 2 int (c - i h) dc from the saddle to the pole, of which the torque's part is a logarithm
    share = (asymmetry - 1) * (1 - saddle) / (2 * asymmetry)
    mean_torque = -math.log1p(-share) / share if share else 1.0
    barrier = mtj.thermal_stability * (1 - saddle**2 - 2 * drive * mean_torque * (1 - saddle))
    torque = _torque(saddle, asymmetry)
    curvature = 1 + drive * (asymmetry - 1) * torque**2 / (2 * asymmetry)
    attempts = math.sqrt(mtj.thermal_stability * curvature / math.pi) / mtj.relaxation_time
    return attempts * (1 - saddle**2) * (1 - drive) * math.exp(-barrier)


def read_disturb(mtj: MtjSet, current: float, time: float, to_antiparallel: bool) -> float:
    """Return the probability that a read of ``time`` (s) at ``current`` (A) switches a junction: 1 - exp(-rate time).

    ``to_antiparallel`` says which way the current pushes: from the free to the pinned layer, which is how a bit line
    is read, it pushes to the parallel state.
    """
    return -math.expm1(-switching_rate(mtj, current, to_antiparallel) * time)


def write_error(mtj: MtjSet, current: float, time: float, to_antiparallel: bool) -> float:
    """Return the probability that a pulse of ``time`` (s) at ``current`` (A) leaves a junction unswitched.

    The angle's square is exponentially distributed, at first with mean 1 / Delta, and grows with its noise to
    (i exp(2 (i - 1) t / t_D) - 1) / ((i - 1) Delta) as long as it is small: WER = 1 - exp(-Delta thc^2 (i - 1) /
    (i exp(2 (i - 1) t / t_D) - 1)) (Butler's form). thc is the small angle's straight continuation to the equator,
    here from the exact trajectory; without asymmetry thc^2 = 2 2^((i - 1) / (i + 1)) ((i - 1) / i)^(2 / (i + 1)).

    Raises:
        HarnessError: a current that is not above the threshold.
    """
    drive, asymmetry = _drive(mtj, current, to_antiparallel)
    if drive <= 1:
        raise HarnessError(
            f"{current:g} A is {drive:.3g} times the threshold; a write in closed form needs more than 1."
        )
    excess = drive - 1
    head_start, _ = quad(lambda u: excess / _speed(u, drive, asymmetry) - 1, -20, 0, epsrel=1e-10, limit=200)
    equator = 4 * math.exp(2 * float(head_start))
    grown = drive * math.exp(min(2 * excess * time / mtj.relaxation_time, 700)) - 1
    return -math.expm1(-mtj.thermal_stability * equator * excess / grown)


def _drive(mtj: MtjSet, current: float, to_antiparallel: bool) -> tuple[float, float]:
    """Return the current over its threshold, and the asymmetry of the torque as seen from the state that is left."""
    if not current >= 0:
        raise HarnessError(f"a current of {current:g} A: give its size, and its direction as to_antiparallel.")
    asymmetry = mtj.torque_asymmetry if to_antiparallel else 1 / mtj.torque_asymmetry
    return current / threshold_current(mtj, to_antiparallel), asymmetry


def _torque(cosine: float, asymmetry: float) -> float:
    return 2 * asymmetry / (asymmetry + 1 + (asymmetry - 1) * cosine)


def _speed(u: float, drive: float, asymmetry: float) -> float:
    """Return t_D du/dt at u = ln tan(theta / 2)."""
    cosine = -math.tanh(u)
    return drive * _torque(cosine, asymmetry) - cosine
