#!/bin/sh
# The peers, each in the newest version that its own demands allow. Prints what could not be installed, and why.
#
#   Benchmarks/make_peers.sh [PYTHON]
#
# PECOS lives apart: it needs NumPy 1 and an older SciPy, which nobody else should be measured with. Its list of
# dependencies asks for PyTorch and CUDA (6 GB), which its linear models do not need.
set -eu
cd "$(dirname "$0")"
python=${1:-python3}
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-peers.txt
[ -x .venv/pecos/bin/python ] || "$python" -m venv .venv/pecos
.venv/pecos/bin/python -m pip install --quiet --disable-pip-version-check 'numpy<2' 'scipy<1.14' 'scikit-learn<2'
.venv/pecos/bin/python -m pip install --quiet --disable-pip-version-check --no-deps 'libpecos>=1.2.8' ||
  echo 'PECOS cannot be installed here; its job will fail and say so'
