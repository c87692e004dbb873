import json
import os
import platform
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from harness import store as store_module
from harness.errors import HarnessError
from harness.store import RECORD, WAVES, Store, StoredRun, run_key

KEY = "0123456789abcdef" * 4
WAVEFORMS = pd.DataFrame(
    {"vinteg0": [0.55, 0.6, np.pi], "i(vprobe)": [0.0, 1e-6, -1e-6]}, index=pd.Index([0.0, 1e-9, 2e-9], name="time")
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def keep(store: Store, key: str = KEY, **record: Any) -> Path:
    folder = store.folder("fig09d", "VTH=0.85", key)
    with store.workplace(folder) as place:
        (place / "deck.cir").write_text("* deck")
        store.keep(place, folder, WAVEFORMS, {"key": key, **record})
    return folder


def load(store: Store, key: str = KEY) -> StoredRun | None:
    return store.load(store.folder("fig09d", "VTH=0.85", key), key)


def leftovers(store: Store) -> list[str]:
    return [path.name for path in store.root.rglob(".*")]


def test_a_kept_run_comes_back_whole(store: Store) -> None:
    folder = keep(store, wall_seconds=1.5, values={"ROWS": np.int64(2), "VTH": np.float64(0.85)})
    run = load(store)
    assert run is not None
    pd.testing.assert_frame_equal(run.waveforms, WAVEFORMS, check_exact=True)
    assert run.record["wall_seconds"] == 1.5
    assert run.record["values"] == {"ROWS": 2, "VTH": 0.85}
    assert (folder / "deck.cir").is_file()
    assert leftovers(store) == []


def test_where_there_is_no_run_there_is_none(store: Store) -> None:
    assert load(store) is None
    assert not store.root.exists()


def test_an_entry_of_another_key_is_set_aside_and_not_used(store: Store) -> None:
    folder = keep(store)
    other = KEY[:12] + "f" * 52  # the same folder name
    assert store.load(folder, other) is None
    assert not folder.exists()
    assert (folder.with_name(folder.name + ".foreign") / RECORD).is_file()
    assert load(store) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"key": 1}', '{"checksum": "x"}', "\udcff"])
def test_a_damaged_record_is_set_aside(store: Store, content: str) -> None:
    folder = keep(store)
    (folder / RECORD).write_bytes(content.encode("utf-8", "surrogateescape"))
    assert load(store) is None
    assert folder.with_name(folder.name + ".foreign").is_dir()


def test_waveforms_that_changed_since_are_set_aside(store: Store) -> None:
    folder = keep(store)
    content = bytearray((folder / WAVES).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / WAVES).write_bytes(content)
    assert load(store) is None
    keep(store)
    assert load(store) is not None


@pytest.mark.parametrize("lost", [RECORD, WAVES])
def test_half_a_folder_is_not_a_run_and_does_not_stop_the_next_one(store: Store, lost: str) -> None:
    folder = keep(store)
    (folder / lost).unlink()
    assert load(store) is None
    keep(store)
    assert load(store) is not None


def test_a_folder_appears_only_when_it_is_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full_disk)
    folder = store.folder("fig09d", "VTH=0.85", KEY)
    with pytest.raises(HarnessError, match=r"cannot write under .*runs: No space left on device"):
        with store.workplace(folder) as place:
            store.keep(place, folder, WAVEFORMS, {"key": KEY})
    assert not folder.exists()
    assert leftovers(store) == []


def test_a_process_killed_while_it_writes_leaves_no_run(store: Store) -> None:
    script = (
        "import os, sys, pandas as pd\nfrom pathlib import Path\nfrom harness.store import Store\n"
        "store = Store(Path(sys.argv[1])); folder = store.folder('fig09d', 'VTH=0.85', sys.argv[2])\n"
        "with store.workplace(folder) as place:\n"
        "    pd.DataFrame({'a': [1.0]}).to_parquet(place / 'waves.parquet')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(store.root), KEY], check=False)
    assert ended.returncode == -9
    assert load(store) is None
    assert len(leftovers(store)) == 1
    others = {f".running-{os.getpid()}-{platform.node()}-a", ".running-999999999-another-machine-a", ".running-old"}
    for name in others:
        (store.root / "fig09d" / name).mkdir()
    keep(store)
    assert load(store) is not None
    assert set(leftovers(store)) == others  # what the dead one left is gone; a running one's and a stranger's are not


def test_several_writers_of_the_same_run_leave_one_whole_run(store: Store) -> None:
    failures: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(10):
                keep(store)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert load(store) is not None
    assert leftovers(store) == []


def test_a_failed_run_is_kept_beside_and_never_loaded(store: Store) -> None:
    folder = store.folder("fig09d", "VTH=0.85", KEY)
    with store.workplace(folder) as place:
        (place / "deck.cir").write_text("* deck")
        kept = store.keep_failure(place, folder)
    assert (kept / "deck.cir").read_text() == "* deck"
    assert load(store) is None
    keep(store)
    assert load(store) is not None


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    with pytest.raises(HarnessError, match="cannot write under") as refused:
        keep(Store(tmp_path / "runs"))
    assert "\n" not in str(refused.value)


def test_a_case_with_a_long_name_or_a_slash_has_a_folder(store: Store) -> None:
    folder = store.folder("fig09d", "a/b" * 200, KEY)
    assert folder.parent == store.root / "fig09d"
    assert len(folder.name) < 200


def test_the_key_follows_deck_models_version_and_signals(tmp_path: Path) -> None:
    model = tmp_path / "model.lib"
    model.write_text("* model")
    reference = run_key("* deck", [model], "39", ("a",))
    assert reference == run_key("* deck", [model], "39", ("a",))
    others = [
        run_key("* deck ", [model], "39", ("a",)),
        run_key("* deck", [], "39", ("a",)),
        run_key("* deck", [model], "40", ("a",)),
        run_key("* deck", [model], "39", ("a", "b")),
    ]
    model.write_text("* model, changed")
    others.append(run_key("* deck", [model], "39", ("a",)))
    assert len({reference, *others}) == 6


def test_the_key_follows_the_files_that_a_library_reads(tmp_path: Path) -> None:
    (tmp_path / "cells").mkdir()
    (tmp_path / "all.lib").write_text(".lib tt\n.include 'cells/nmos.spice'\n.endl tt\n")
    (tmp_path / "cells" / "nmos.spice").write_text("* first\n.INC \"../shared.spice\"\n.lib 'nmos.spice' tt\n")
    (tmp_path / "shared.spice").write_text("* first")
    keys = {run_key("* deck", [tmp_path / "all.lib"], "39", ("a",))}
    for changed in ("cells/nmos.spice", "shared.spice"):
        file = tmp_path / changed
        file.write_text(file.read_text().replace("first", "second"))
        keys.add(run_key("* deck", [tmp_path / "all.lib"], "39", ("a",)))
    assert len(keys) == 3


def test_the_key_does_not_depend_on_the_place_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for checkout in (tmp_path / "here", tmp_path / "somewhere" / "else"):
        checkout.mkdir(parents=True)
        (checkout / "model.lib").write_text("* model")
        monkeypatch.setattr(store_module, "PROJECT", checkout)
        deck = f"* deck\n.lib '{checkout}{os.sep}model.lib' tt\n"
        keys.append(run_key(deck, [checkout / "model.lib"], "39", ("a",)))
    assert keys[0] == keys[1]


def test_the_record_is_readable_text(store: Store) -> None:
    record = json.loads((keep(store, case="VTH=0.85") / RECORD).read_text(encoding="utf-8"))
    assert record["case"] == "VTH=0.85"
    assert len(record["checksum"]) == 64
