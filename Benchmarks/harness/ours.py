"""Our command line as a job: train, evaluate, predict, and what each of them says. Standard library only."""

import json
import pathlib
import sys
import tempfile

from . import process, swift_tools

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent
DEFAULT_TOOL = BENCHMARKS.parent / ".build" / "release" / "fastkmeans"


class Failure(Exception):
    """A command that didn't end well; carries its outcome."""

    def __init__(self, outcome):
        super().__init__(outcome.message or outcome.status)
        self.outcome = outcome


def options(settings):
    """`{"k_init": 3, "soft": False}` as `["--k-init", "3", "--soft", "false"]`."""
    words = []
    for name, value in settings.items():
        words += ["--" + name.replace("_", "-"), str(value).lower() if isinstance(value, bool) else str(value)]
    return words


def checked(command, limits):
    outcome = process.run(command, **limits)
    if outcome.status != "ok":
        raise Failure(outcome)
    return outcome


def rows(folder, part):
    """The options that name the rows of one part and their labels."""
    for ending in ("npz", "npy"):
        path = pathlib.Path(folder, f"X_{part}.{ending}")
        if path.exists():
            return ["--input", path, "--labels", pathlib.Path(folder, f"y_{part}.npy")]
    raise SystemExit(f"{folder}: neither X_{part}.npz nor X_{part}.npy; Benchmarks/README.md says how to make them")


def accepts_threads(tool, command):
    """Whether the command takes `--n-threads`; where it doesn't, the result says so."""
    return "--n-threads" in process.run([tool, command, "--help"]).stdout


def answers(model, test, evaluated):
    """Documents a second by CPU seconds, else by the tool's wall seconds, which the result says.

    CPU seconds take the Swift benchmarks of this folder, built, and able to read the tool's model.
    """
    if swift_tools.is_built("ScoringBenchmark"):
        try:
            run = swift_tools.lines("ScoringBenchmark", [test, model])[0]
            return {"documents_per_second": round(run["predict"], 1), "predict_clock": "cpu"}
        except swift_tools.Failure as failure:
            print(f"  {failure}; wall seconds of prediction it is", file=sys.stderr)
    return {"documents_per_second": evaluated["documents_per_second"], "predict_clock": "wall"}


def measure(tool, job, folder, seed, limits):
    """One run of one job; the measures as a dictionary, or `Failure`.

    Seconds of fitting are the tool's `fit_cpu_seconds` where it prints them, else its `fit_seconds`, which are wall
    seconds: on one thread of a busy machine they are too high, never too low.
    """
    with tempfile.TemporaryDirectory() as scratch:
        model, predictions = pathlib.Path(scratch, "model.safetensors"), pathlib.Path(scratch, "predictions.tsv")
        train = checked(
            [tool, "train", *rows(folder, "train"), "--model", model, *options(job.settings),
             "--random-state", seed, "--n-threads", 1, "--quiet", "--json"], limits)
        said = json.loads(train.stdout)
        single = {
            name: ["--n-threads", 1] if accepts_threads(tool, name) else [] for name in ("evaluate", "predict")
        }
        test = rows(folder, "test")
        evaluate = checked(
            [tool, "evaluate", "--model", model, *test, *single["evaluate"], "--quiet", "--json"], limits)
        evaluated = json.loads(evaluate.stdout)
        predict = checked(
            [tool, "predict", "--model", model, *test[:2], "--output", predictions,
             *single["predict"], "--quiet"], limits)
        # Counted again by the function that counts for the peers, so that nobody grades their own work.
        recount = checked(
            [sys.executable, "-m", "harness.worker", "score", pathlib.Path(folder).resolve(), predictions],
            {**limits, "directory": BENCHMARKS})
        counted = json.loads(recount.stdout)
        speed = answers(model, test[1], evaluated)
    if abs(counted["accuracy"] - evaluated["accuracy"]) > 1e-4:
        train.message = f"evaluate says accuracy {evaluated['accuracy']}, its predictions {counted['accuracy']}"
        train.status = "failed"
        raise Failure(train)
    return {
        "fit_seconds": said.get("fit_cpu_seconds", said["fit_seconds"]),
        "fit_wall_seconds": said["fit_seconds"],
        "fit_clock": "cpu" if "fit_cpu_seconds" in said else "wall",
        **speed,
        "evaluate_threads": 1 if single["evaluate"] else "as the tool chooses",
        **counted,
        "prototypes": said["prototypes"],
        "epochs": said["epochs"],
        "model_bytes": said["model_bytes"],
        "process": train.measures,
        "evaluate_process": evaluate.measures,
        "predict_process": predict.measures,
    }
