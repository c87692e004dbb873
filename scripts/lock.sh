#!/bin/sh
# Renews requirements.lock from pyproject.toml, and beside it what has an environment of its own: scripts/cmtj.lock,
# scripts/docs.lock and scripts/test-report.lock. Files with hashes for every Python from 3.11 on; versions that still satisfy
# what is asked stay, unless --upgrade is given. cmtj is a reference and keeps its version.
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
compile --group docs --constraint requirements.lock -o scripts/docs.lock "$@"
compile --group test-report --constraint requirements.lock -o scripts/test-report.lock "$@"
echo cmtj==1.15.0 | compile - -o scripts/cmtj.lock "$@"
