#!/bin/sh
# Renews requirements.lock from pyproject.toml, and requirements-test-report.lock, what `make test-report` needs beside it:
# files with hashes for every Python from 3.11 on. Versions that still satisfy pyproject.toml stay, unless --upgrade is given.
set -eu
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/pip" --disable-pip-version-check --quiet install 'uv>=0.13,<0.14'
compile() {
    "$tools/bin/uv" pip compile --universal --python-version 3.11 --generate-hashes --quiet \
        --custom-compile-command "make lock" "$@"
}
compile pyproject.toml --extra dev -o requirements.lock "$@"
compile --group test-report --constraint requirements.lock -o requirements-test-report.lock "$@"
