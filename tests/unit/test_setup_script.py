"""scripts/setup.sh on machines that lack something, played by stub commands: nothing is installed here."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
BASIC_COMMANDS = (
    "sh",
    "dirname",
    "id",
    "sed",
    "head",
    "env",
    "touch",
    "mkdir",
    "cat",
    "chmod",
    "make",
    "rm",
    "true",
    "grep",
)

# Stands for python3 and for the one in .venv. Its state lies beside it: no-ensurepip, no-library.
PYTHON = """#!/bin/sh
here=$(dirname "$0")
case "$*" in
    *version_info*) exit 0 ;;
    *find_library*) [ ! -e "$here/no-library" ]; exit ;;
    *ensurepip*) [ ! -e "$here/no-ensurepip" ]; exit ;;
    "-m venv"*) mkdir -p .venv/bin && cat "$0" > .venv/bin/python && chmod +x .venv/bin/python ;;
    *" install "*) echo "pip $*" >> calls; [ ! -e no-network ] ;;
    --version) echo "Python 3.11.2" ;;
esac
"""
NGSPICE = "#!/bin/sh\necho '** ngspice-39 : Circuit level simulation program'\n"
APT_GET = """#!/bin/sh
echo "apt-get $*" >> calls
case "$*" in
    *install*ngspice*) cat ngspice-package > "$(dirname "$0")/ngspice"; chmod +x "$(dirname "$0")/ngspice" ;;
esac
case "$*" in
    *install*python3-venv*) : > installed-venv; rm -f "$(dirname "$0")/no-ensurepip" ;;
esac
"""
ROOT_ID, USER_ID = "#!/bin/sh\necho 0\n", "#!/bin/sh\necho 1000\n"
SUDO, SUDO_WITH_PASSWORD = '#!/bin/sh\nshift\nexec "$@"\n', "#!/bin/sh\nexit 1\n"


@dataclass
class Machine:
    """A checkout of three files and a PATH of nothing but stubs."""

    checkout: Path
    commands: Path

    def install(self, name: str, script: str) -> None:
        """Put a command on PATH, instead of one that was there."""
        command = self.commands / name
        command.unlink(missing_ok=True)
        command.write_text(script)
        command.chmod(0o755)

    def setup(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the script as make does in CI: without a terminal."""
        return self.run("scripts/setup.sh", environment)

    def run(self, command: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a command of this machine, with nothing of the real one's environment."""
        return subprocess.run(
            [str(self.commands / "sh"), "-c", command],
            cwd=self.checkout,
            env={"PATH": str(self.commands), "CI": "true", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
        )

    @property
    def calls(self) -> list[str]:
        """What apt-get and pip were asked to do, in order."""
        record = self.checkout / "calls"
        return record.read_text().splitlines() if record.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Return a machine that has everything; its user is not root, may not use sudo, and its folders have spaces."""
    bare = Machine(tmp_path / "a checkout", tmp_path / "some commands")
    bare.commands.mkdir()
    for name in BASIC_COMMANDS:
        found = shutil.which(name)
        assert found is not None
        (bare.commands / name).symlink_to(found)
    (bare.checkout / "scripts").mkdir(parents=True)
    shutil.copy(CHECKOUT / "scripts" / "setup.sh", bare.checkout / "scripts" / "setup.sh")
    shutil.copy(CHECKOUT / "Makefile", bare.checkout / "Makefile")
    for name in ("requirements.lock", "pyproject.toml"):
        (bare.checkout / name).touch()
    (bare.checkout / "ngspice-package").write_text(NGSPICE)
    for name, script in {"python3": PYTHON, "ngspice": NGSPICE, "apt-get": APT_GET, "id": USER_ID}.items():
        bare.install(name, script)
    return bare


def lack(machine: Machine, *what: str) -> None:
    for name in what:
        if name in ("python3-venv", "libngspice0"):
            (machine.commands / {"python3-venv": "no-ensurepip", "libngspice0": "no-library"}[name]).touch()
        else:
            (machine.commands / name).unlink()


def assert_one_line(result: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("setup: ")
    for part in parts:
        assert part in line


def test_a_complete_machine_gets_the_locked_packages_and_nothing_of_apt(machine: Machine) -> None:
    result = machine.setup()
    assert result.returncode == 0, result.stderr
    locked, editable = machine.calls
    assert locked.endswith("--no-deps --require-hashes -r requirements.lock")
    assert editable.endswith("--no-deps --no-build-isolation -e .")
    assert result.stderr.splitlines()[-1] == "setup: ready: Python 3.11.2, ngspice-39"


@pytest.mark.parametrize(
    ("missing", "packages"),
    [
        (["ngspice"], "ngspice libngspice0"),
        (["libngspice0"], "libngspice0"),
        (["python3-venv"], "python3-venv"),
        (["ngspice", "python3-venv"], "ngspice libngspice0 python3-venv"),
    ],
)
@pytest.mark.parametrize("sudo", [None, SUDO_WITH_PASSWORD])
def test_a_user_who_may_not_install_gets_one_line(
    machine: Machine, missing: list[str], packages: str, sudo: str | None
) -> None:
    lack(machine, *missing)
    if sudo:
        machine.install("sudo", sudo)
    assert_one_line(machine.setup(), f"missing: {packages}.", f"Run: sudo apt-get install {packages}")
    assert machine.calls == []


@pytest.mark.parametrize("way", ["root", "sudo without password"])
def test_who_may_install_gets_what_is_missing(machine: Machine, way: str) -> None:
    lack(machine, "ngspice", "python3-venv")
    machine.install(*(("id", ROOT_ID) if way == "root" else ("sudo", SUDO)))
    result = machine.setup()
    assert result.returncode == 0, result.stderr
    update, install, *_ = machine.calls
    assert update.endswith(" update")
    assert install.endswith(" install --no-install-recommends ngspice libngspice0 python3-venv")


def test_a_failing_apt_get_ends_in_one_line_that_says_what_to_run(machine: Machine) -> None:
    lack(machine, "ngspice")
    machine.install("id", ROOT_ID)
    machine.install("apt-get", "#!/bin/sh\nexit 100\n")
    result = machine.setup()
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith("Run: sudo apt-get install ngspice libngspice0")


def test_a_system_without_apt_get_is_told_which_packages(machine: Machine) -> None:
    lack(machine, "ngspice", "apt-get")
    assert_one_line(machine.setup(), "missing: ngspice libngspice0.", "package manager")


def test_no_python_or_an_old_one_is_one_line(machine: Machine) -> None:
    machine.install("python3", "#!/bin/sh\nexit 1\n")
    assert_one_line(machine.setup(), "Python 3.11 or later", "Run: sudo apt-get install python3 python3-venv")


def test_a_python_named_by_hand_is_not_replaced_by_another(machine: Machine) -> None:
    assert_one_line(machine.setup(PYTHON="/nowhere/python3"), "PYTHON=/nowhere/python3 is not a Python 3.11")


def test_a_python_that_no_package_gives_ensurepip_is_one_last_line(machine: Machine) -> None:
    lack(machine, "python3-venv")
    machine.install("id", ROOT_ID)
    machine.install("apt-get", "#!/bin/sh\nexit 0\n")
    result = machine.setup()
    assert result.returncode == 1
    assert "set PYTHON=" in result.stderr.splitlines()[-1]


def test_pip_that_fails_leaves_no_stamp_and_the_next_call_goes_on(machine: Machine) -> None:
    (machine.checkout / "no-network").touch()
    first = machine.run("make setup", {})
    assert first.returncode == 2
    assert "setup: pip could not install" in first.stderr
    (machine.checkout / "no-network").unlink()
    assert machine.run("make setup", {}).returncode == 0
    before = machine.calls
    assert machine.run("make setup", {}).returncode == 0
    assert machine.calls == before, "the second call found nothing to do"


def test_make_sets_up_again_when_the_lock_changed_or_ngspice_is_gone(machine: Machine) -> None:
    assert machine.run("make setup", {}).returncode == 0
    before = len(machine.calls)
    newer = (machine.checkout / ".venv" / ".ready").stat().st_mtime + 5
    os.utime(machine.checkout / "requirements.lock", (newer, newer))
    assert machine.run("make setup", {}).returncode == 0
    assert len(machine.calls) == before + 2
    (machine.checkout / ".venv" / ".ready").touch()
    os.utime(machine.checkout / "requirements.lock", (newer - 9, newer - 9))
    lack(machine, "ngspice")
    result = machine.run("make setup", {})
    assert result.returncode == 2
    assert "Run: sudo apt-get install ngspice" in result.stderr


def test_what_the_user_sets_reaches_the_command_line_and_never_the_shell(machine: Machine) -> None:
    (machine.checkout / ".venv" / "bin").mkdir(parents=True)
    (machine.checkout / "testbenches").mkdir()
    (machine.checkout / "testbenches" / "fig09d.py").write_text("TESTBENCH = 1\n")
    (machine.checkout / ".venv" / ".ready").touch()
    command = machine.checkout / ".venv" / "bin" / "spintegrate"
    command.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    command.chmod(0o755)
    result = machine.run('make fig09d JOBS=2 SET="VREAD_AMP=45m TEMP=85;touch X=\'\\`touch\\` Y"', {})
    assert result.returncode == 0, result.stderr
    assert (
        result.stdout
        == "<run><fig09d><--set><VREAD_AMP=45m><--set><TEMP=85;touch><--set><X='`touch`><--set><Y><--jobs><2>"
    )


def test_a_mistyped_target_is_one_line(machine: Machine) -> None:
    result = machine.run("make fig9d", {})
    assert result.returncode == 2
    assert "'fig9d' is neither a target nor a testbench" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        "make fig09d VREAD_AMP=45m",
        "make cluster weights=w.csv",
        "make campaign N=20",
        "make figures PROCESS=1",
        "make worst SEED=2",
        "make contributions SAMPLER=lhs",
        "make report SET=VTH=0.8",
        "make all SET=VTH=0.8",
        "make THRESHOLD=7",
    ],
)
def test_a_variable_that_the_target_does_not_read_is_one_line_and_changes_nothing(
    machine: Machine, command: str
) -> None:
    _, *goals, given = command.split()
    name, _, value = given.partition("=")
    result = machine.run(command, {})
    assert result.returncode == 2
    said = f"'{' '.join(['make', *goals])}' reads no {name}=; a parameter is set by SET='{name}={value}'"
    assert said in result.stderr
    assert (result.stdout, machine.calls) == ("", [])


def test_every_variable_that_a_target_s_commands_read_may_be_given_to_it() -> None:
    text = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    made = dict(re.findall(r"^([A-Z_]+) :?= *((?:.*\\\n)*.*)$", text, re.MULTILINE))
    reads = dict(re.findall(r"^READS_([a-z_-]+) := ([^#\n]*)", text, re.MULTILINE))
    assert set(reads) <= set(made["TARGETS"].split())

    def used(commands: str) -> set[str]:
        names = set(re.findall(r"\$\(([A-Z_]{2,})\)", commands)) | set(re.findall(r"\$\(if \$\(([A-Z_]+)\)", commands))
        further = {name for each in names & set(made) for name in used(made[each])}
        return (names - set(made)) | further

    for target, commands in re.findall(r"^([a-z_-]+):.*\n((?:\t.*\n)*)", text, re.MULTILINE):
        listed = reads.get(target, "").replace("$(STUDY)", made["STUDY"]).split()
        assert used(commands) - {"MAKE", "MAKEFILE_LIST"} <= {"PYTHON", *listed}, target
    runs = re.search(r"^\$\(TESTBENCHES\): .*\n((?:\t.*\n)*)", text, re.MULTILINE)
    assert runs is not None and used(runs[1]) == set(made["STUDY"].split())


def test_the_browser_is_installed_for_its_own_target_alone(machine: Machine) -> None:
    machine.install("id", ROOT_ID)
    assert machine.setup().returncode == 0
    result = machine.run("scripts/setup.sh test-report", {})
    assert result.returncode == 0, result.stderr
    assert [call for call in machine.calls if "chromium" in call] == [machine.calls[-2]]
    assert machine.calls[-1].endswith("--no-deps --require-hashes -r scripts/test-report.lock")
    machine.install("chromium", "#!/bin/sh\n")
    assert machine.run("scripts/setup.sh test-report", {}).returncode == 0
    assert "chromium" not in machine.calls[-1]
