import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from harness.errors import HarnessError
from harness.statistics import Spread, spread
from harness.testbench import Results
from testbenches.fig08_noise import PLACES
from testbenches.fig08_noise import TESTBENCH as NOISE
from testbenches.fig08_variants import TESTBENCH as VARIANTS
from testbenches.fig08_variants import VARIANTS as SIZES
from testbenches.fig08e import T_APPROACH, T_RISE
from testbenches.fig08e import TESTBENCH as FIGURE
from testbenches.offset_figures import draw_offset_histograms, offsets_by_state
from testbenches.offsets import OFF, ON, settled

N = 200


def study(missing: tuple[int, ...] = ()) -> pd.DataFrame:
    random = np.random.default_rng(1)
    rows = []
    for state, mu, sigma in ((OFF, 2e-3, 3e-3), (ON, 0.9e-3, 60e-6)):
        for sample, value in enumerate(random.normal(mu, sigma, N)):
            gone = state == ON and sample in missing
            rows.append(
                {"sample": sample, "AUTO_ZERO": state, "VIN": 0.7, "measure": "" if gone else "offset",
                 "value": float("nan") if gone else value, "status": "timeout" if gone else "ok"}
            )  # fmt: skip
    return pd.DataFrame(rows)


def test_missing_samples_are_counted_in_the_picture() -> None:
    figure = draw_offset_histograms(study(missing=(7, 70)))
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "N = 200 of 200" in texts[0]
    assert "N = 198 of 200" in texts[1]


def test_before_and_after_share_their_bins() -> None:
    axes = draw_offset_histograms(study()).axes[0]
    edges = {bar.get_x() for bar in axes.patches}
    assert len(edges) * 2 == len(axes.patches)
    assert sum(bar.get_height() for bar in axes.patches) == 2 * N


def test_a_reading_that_is_no_number_is_missing() -> None:
    table = study()
    table.loc[table["sample"] == 3, "value"] = float("nan")
    assert offsets_by_state(table)[ON].notna().sum() == N - 1


@pytest.mark.parametrize("broken", [{"measure": "gain"}, {"VIN": 0.55}, {"WEIGHT": 3}])
def test_a_table_without_such_rows_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(HarnessError):
        offsets_by_state(study(), **broken)  # type: ignore[arg-type]


def test_a_measure_several_times_a_sample_is_refused() -> None:
    with pytest.raises(HarnessError, match="several a sample"):
        offsets_by_state(pd.concat([study(), study().assign(VIN=0.55)]))


@pytest.mark.parametrize("later", [0.0, 7.3e-9])
@pytest.mark.parametrize("delay", [0.0, 5e-9, 20e-9])
def test_the_delay_of_the_comparator_is_not_in_the_offset(delay: float, later: float) -> None:
    """Ideal ramps: an integrator 0.1 mV too low, a comparator that answers 0.4 mV too high, ``delay`` late."""
    values = {**FIGURE.settings({}), "AUTO_ZERO": ON, "DELAY": later}
    turn, span, rate, vth, start = FIGURE.turn(values), FIGURE.span(values), FIGURE.rate(values), 0.85, 0.55 - 0.1e-3
    near = T_RISE + T_APPROACH + later
    corners = [0.0, T_RISE + later, near, turn, turn + FIGURE.crossing_time(values)]
    levels = [start, start, vth - span, vth + span, vth - span]
    time = np.union1d(np.linspace(0, corners[-1], 4001), corners)
    vinteg = np.interp(time, corners, levels)
    rise = near + (span + 0.4e-3) / rate + delay
    fall = turn + (span - 0.4e-3) / rate + delay
    above = np.where((time > rise) & (time < fall), 1.8, 0.0)
    found = {reading.measure: reading.value for reading in FIGURE.measure(
        values, pd.DataFrame({"vinteg": vinteg, "above": above}, index=time)
    )}  # fmt: skip
    step = rate * (time[1] - time[0])
    assert found["offset"] == pytest.approx(0.5e-3, abs=step)
    assert found["rate_bias"] == pytest.approx(rate * delay, abs=step)


def test_a_comparator_that_never_answers_has_no_offset() -> None:
    values = {**FIGURE.settings({}), "AUTO_ZERO": ON}
    silent = pd.DataFrame({"vinteg": 0.55, "above": 0.0}, index=[0.0, 5e-6])
    assert np.isnan({reading.measure: reading.value for reading in FIGURE.measure(values, silent)}["offset"])


def test_variants_carry_their_sizes_and_the_users_stand_above() -> None:
    cases = VARIANTS.cases(VARIANTS.settings({"comparator.zero.c": "50f"}))
    by_name = {case.values["VARIANT"]: case.values for case in cases}
    assert by_name["low_gain"]["comparator.diode.l"] == SIZES["low_gain"]["comparator.diode.l"]
    assert by_name["small_capacitor"]["comparator.zero.c"] == pytest.approx(50e-15)


class Drawn:
    """A study as a picture sees it: one value a sample for each state, some of them missing."""

    counts = "198 of 200"

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table

    def spread(self, measure: str, **where: object) -> Spread:
        rows = self.table[self.table["AUTO_ZERO"] == where["AUTO_ZERO"]]
        return spread(rows["value"])


def texts_of(figure: Figure) -> str:
    return " ".join(str(text.get_text()) for text in figure.findobj(Text))


def test_noise_and_mismatch_stand_on_one_axis_and_say_how_many_samples() -> None:
    rows = [{"PLACE": place, "measure": "noise", "value": 1e-4} for place in PLACES]
    rows += [{"PLACE": place, "measure": "kt_c", "value": 5e-5} for place in PLACES if PLACES[place].reset]
    studies = dict.fromkeys(("fig08e", "fig08f"), Drawn(study(missing=(7, 70))))
    figure = NOISE.draw_beside(Results([], {}, pd.DataFrame(rows), {}), studies)  # type: ignore[arg-type]
    assert len(figure.axes) == 2 and all(axes.get_xscale() == "log" for axes in figure.axes)
    said = texts_of(figure)
    assert said.count("198 of 200") == 2
    for label in ("kT/C of the integrator's capacitor", "noise of one event, together", "mismatch after auto-zero"):
        assert label in said
    assert "173" in said  # three places of 100 uV together


def test_the_variants_are_drawn_beside_the_paper_s_residual() -> None:
    said = texts_of(VARIANTS.draw_samples(Drawn(study(missing=(7, 70)))))  # type: ignore[arg-type]
    assert "198 of 200" in said and "paper: 8.03 mV" in said and "all small" in said


def test_what_rings_about_a_value_is_not_in_its_mean() -> None:
    """The trapezoidal rule's own ringing: the sign turns from step to step."""
    time = np.arange(11) * 10e-9
    ringing = pd.Series(0.7 + 1e-3 * (-1.0) ** np.arange(11), index=time)
    assert settled(ringing, 15e-9, 85e-9) == pytest.approx(0.7, abs=1e-4)
    assert settled(ringing, 10e-9, 90e-9) == pytest.approx(0.7, abs=1e-9)
    ramp = pd.Series(time / 100e-9, index=time)
    assert settled(ramp, 12e-9, 38e-9) == pytest.approx(0.25)


def test_a_mean_past_the_end_is_refused() -> None:
    with pytest.raises(HarnessError):
        settled(pd.Series([0.0, 1.0], index=[0.0, 1e-6], name="vout"), 0.5e-6, 1.5e-6)
