#!/bin/sh
# Makes this checkout ready: ngspice and Python's venv module from the system's packages where they are missing, and
# a virtual environment .venv with exactly the packages of requirements.lock. Asks nothing, so it also runs without a
# terminal. Every way it can fail ends in one line that says what to run. `make` calls it when its inputs changed.
#
# PYTHON=/path/to/python3 chooses the interpreter. `setup.sh test-report` and `setup.sh docs` add what these targets alone need
# to a checkout that is ready: the packages of scripts/<target>.lock, and Chromium for the former.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# The first of the named interpreters that is new enough. It is started, not only found: a shim on PATH may lead nowhere.
find_python() {
    for candidate; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return
        fi
    done
}

# Debian's ngspice does not bring its own library along. Looked for as a study does.
has_library() { "$1" -c 'import ctypes.util, sys; sys.exit(ctypes.util.find_library("ngspice") is None)' >/dev/null 2>&1; }

# Debian splits ensurepip off into the package python3-venv.
can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# Prints how to become root without being asked for a password: "env" (root already) or "sudo -n"; fails if there is no way.
root_command() {
    if [ "$(id -u)" -eq 0 ]; then
        echo env
    elif have sudo && sudo -n true >/dev/null 2>&1; then
        echo "sudo -n env"
    else
        return 1
    fi
}

# Installs the named packages, or ends with the line that the user can run.
install_packages() {
    by_hand="sudo apt-get install $*"
    have apt-get || fail "missing: $*. There is no apt-get here: install them with this system's package manager, then run make again."
    as_root=$(root_command) || fail "missing: $*. Run: $by_hand"
    say "installing $* with apt-get"
    # A new machine has no package lists, an old one has stale ones. Offline both may still do, so install decides.
    apt_get update || say "apt-get update failed; trying with the package lists there are"
    apt_get install --no-install-recommends "$@" || fail "apt-get could not install $*. Run: $by_hand"
}

# Not a variable: the checkout's folder may have a space in its name. Standard input stays closed to both.
apt_get() {
    # shellcheck disable=SC2086
    $as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}
pip_install() {
    .venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet --no-deps "$@" </dev/null >&2
}

if [ $# -gt 0 ]; then
    [ "$1" != test-report ] || have chromium || install_packages chromium
    pip_install --require-hashes -r "scripts/$1.lock" \
        || fail "pip could not install the packages of scripts/$1.lock (its reason stands above): check the network and free space, then run make again."
    exit
fi

if [ -n "${PYTHON:-}" ]; then
    python=$(find_python "$PYTHON")
    [ -n "$python" ] || fail "PYTHON=$PYTHON is not a Python 3.11 or later: set it to one, or leave it out."
else
    python=$(find_python python3 python3.13 python3.12 python3.11)
    [ -n "$python" ] || fail "Python 3.11 or later is needed and not on PATH. Run: sudo apt-get install python3 python3-venv (or set PYTHON=/path/to/python3)"
fi

missing=
if ! have ngspice; then
    missing="ngspice libngspice0" # the program, and the same as a library, which studies run on
elif ! has_library "$python"; then
    missing=libngspice0
fi
can_make_venv "$python" || missing="${missing:+$missing }python3-venv"
# shellcheck disable=SC2086
[ -z "$missing" ] || install_packages $missing
have ngspice || fail "ngspice was installed but is not on PATH: add its folder to PATH, then run make again."
can_make_venv "$python" || fail "$python has no ensurepip module even with python3-venv installed: set PYTHON=/path/to/another/python3, then run make again."

# One that was interrupted, or whose interpreter is gone, is made anew.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "making the virtual environment .venv with $("$python" --version)"
    "$python" -m venv --clear .venv || fail "cannot make .venv in $PWD: check free space and permissions, then run make again."
fi

say "installing the packages of requirements.lock (about a minute the first time)"
# The lock is complete, so pip resolves nothing (--no-deps), and takes no file whose hash is not in it.
if ! { pip_install --require-hashes -r requirements.lock && pip_install --no-build-isolation -e .; }; then
    fail "pip could not install the packages of requirements.lock (its reason stands above): check the network and free space, then run make again."
fi
say "ready: $(.venv/bin/python --version), $(ngspice --version 2>/dev/null | sed -n 's/.*\(ngspice-[0-9.]*\).*/\1/p' | head -n 1)"
