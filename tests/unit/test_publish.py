"""What a testbench's answer leaves on disk."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from harness.errors import HarnessError
from harness.figures import new_figure
from harness.job import CaseRun
from harness.publish import Answer, output_folder, write_answer
from harness.scoreboard import README_END, readme_mark, score, update_readme
from harness.testbench import Case, Claim, Summary


class Drawing:
    """Stands for a testbench; counts how often it draws."""

    name = "fig_test"

    def __init__(self) -> None:
        self.drawn = 0

    def draw(self, results: Any) -> Figure:
        self.drawn += 1
        figure = new_figure(2.0, 2.0)
        figure.add_subplot().plot(results.measures["value"])
        return figure


def answer(bench: Any, value: float = 1.0, key: str = "k1") -> Answer:
    measures = pd.DataFrame([{"case": "nominal", "measure": "t", "value": value, "unit": "s"}])
    run = CaseRun(Case("fig_test", {}), pd.DataFrame(), key=key)
    results: Any = SimpleNamespace(measures=measures)
    return Answer(bench, results, [run])


def test_a_figure_is_written_as_pdf_svg_and_png_and_the_measures_as_csv(tmp_path: Path) -> None:
    names = [path.name for path in write_answer(answer(Drawing()), tmp_path)]
    assert names == ["fig_test.pdf", "fig_test.svg", "fig_test.png", "fig_test.csv"]
    assert pd.read_csv(tmp_path / "measures" / "fig_test.csv")["value"].tolist() == [1.0]


def test_the_same_data_draw_the_same_files(tmp_path: Path) -> None:
    first, second = (write_answer(answer(Drawing()), tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_figure_is_drawn_again_only_when_something_behind_it_changed(tmp_path: Path) -> None:
    bench = Drawing()
    write_answer(answer(bench), tmp_path)
    write_answer(answer(bench), tmp_path)
    assert bench.drawn == 1
    write_answer(answer(bench, value=2.0), tmp_path)
    write_answer(answer(bench, value=2.0, key="k2"), tmp_path)
    assert bench.drawn == 3
    (tmp_path / "figures" / "fig_test.svg").unlink()
    write_answer(answer(bench, value=2.0, key="k2"), tmp_path)
    assert bench.drawn == 4


def test_changed_parameters_have_a_folder_of_their_own(tmp_path: Path) -> None:
    assert output_folder(tmp_path, {}) == tmp_path
    changed = output_folder(tmp_path, {"VTH": "800m", "TEMP": "85"})
    assert changed == tmp_path / "set" / "TEMP=85,VTH=800m"


def test_the_readme_counts_rows_and_shows_those_that_miss_their_bounds(tmp_path: Path) -> None:
    claims = [Claim("t", "a kept row", "required", (0.0, 2.0)), Claim("u", "a | b", "required", (0.0, 2.0))]
    table = score("fig_test", claims, [Summary("t", 1.0, "s"), Summary("u", 5.0, "s"), Summary("extra", 3.0)])
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{readme_mark('board')}\nold\n{README_END}\nafter\n")
    update_readme(readme, table, "board")
    text = readme.read_text()
    update_readme(readme, table, "board")
    assert readme.read_text() == text
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "| fig_test | 1 | 1 |" in text and "| all | 1 | 1 |" in text  # one failed, one passed
    assert "a \\| b" in text and "a kept row" not in text
    assert "old" not in text
    assert "extra" not in text


@pytest.mark.parametrize(
    "text", ["", readme_mark("board"), readme_mark("other") + README_END, f"{README_END} {readme_mark('board')}"]
)
def test_a_readme_without_its_marks_is_an_error_and_stays_as_it_is(tmp_path: Path, text: str) -> None:
    (tmp_path / "README.md").write_text(text)
    with pytest.raises(HarnessError, match="put them back"):
        update_readme(tmp_path / "README.md", score("fig_test", [], []), "board")
    assert (tmp_path / "README.md").read_text() == text
