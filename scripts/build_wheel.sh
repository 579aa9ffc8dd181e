#!/usr/bin/env bash
# Builds the Python wheel and checks it as its users will meet it: `scripts/build_wheel.sh [FOLDER]` (default .build/wheel).
#
# On Linux auditwheel gives it the oldest manylinux tag that this machine's C library allows. PYTHON chooses the
# interpreter, which needs pip; the tools come from .build/wheel-tools, made on the first call.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-.build/wheel}
python=${PYTHON:-python3}
tools=.build/wheel-tools

if [ ! "$tools/.ready" -nt scripts/requirements-wheel.lock ]; then
  "$python" -m venv "$tools"
  "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    -r scripts/requirements-wheel.lock
  touch "$tools/.ready"
fi
rm -rf "$folder" python/build
mkdir -p "$folder/raw"
"$tools/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
  --wheel-dir "$folder/raw" ./python
rm -rf python/build
if [ "$(uname)" = Linux ]; then
  PATH="$PWD/$tools/bin:$PATH" "$tools/bin/auditwheel" repair --wheel-dir "$folder" "$folder"/raw/*.whl
else
  cp "$folder"/raw/*.whl "$folder"
fi
rm -r "$folder/raw"
"$python" scripts/check_wheel.py "$folder"/*.whl
