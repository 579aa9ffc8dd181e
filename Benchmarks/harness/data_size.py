"""Sizes of a data folder, counted in another process: the parent stays small (see `harness.process`)."""

import json
import pathlib
import sys

from . import ours, process

SCRIPT = (
    "import sys, json; from harness.data import load; x, y = load(sys.argv[1], 'train'); "
    "t, _ = load(sys.argv[1], 'test'); print(json.dumps(dict(train=x.shape[0], test=t.shape[0], "
    "features=x.shape[1], classes=len(set(y.tolist())), sparse=hasattr(x, 'nnz'), "
    "non_zeros=int(getattr(x, 'nnz', x.size)))))"
)


def describe(folder):
    """Documents, features, classes and non-zeros."""
    outcome = process.run(
        [sys.executable, "-c", SCRIPT, pathlib.Path(folder).resolve()], directory=ours.BENCHMARKS)
    if outcome.status != "ok":
        raise SystemExit(outcome.message)
    return json.loads(outcome.stdout)
