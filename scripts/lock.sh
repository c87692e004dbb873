#!/bin/sh
# Renews requirements.lock from pyproject.toml, and scripts/cmtj.lock: files with hashes for every Python from 3.11 on.
# Versions that still satisfy pyproject.toml stay, unless --upgrade is given; cmtj is a reference and keeps its version.
set -eu
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/pip" --disable-pip-version-check --quiet install 'uv>=0.13,<0.14'
"$tools/bin/uv" pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
    --quiet --custom-compile-command "make lock" -o requirements.lock "$@"
echo cmtj==1.15.0 | "$tools/bin/uv" pip compile - --universal --python-version 3.11 --generate-hashes \
    --quiet --custom-compile-command "make lock" -o scripts/cmtj.lock "$@"
