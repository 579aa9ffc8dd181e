"""The plug-in as its users meet it: building, loading, compiling the kernels, the command line.

`make test-torch` runs this with three variables set: FASTKMEANS_TORCH_PLUGIN (the plug-in that was built),
FASTKMEANS_TORCH_PYTHON (a Python with PyTorch) and FASTKMEANS_TOOL (the built program). FASTKMEANS_NVRTC, if set, is a
libnvrtc to compile the kernels with; without one that test fails.
"""

import ctypes
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = FOLDER.parent.parent / "Sources/CFastKMeansAccelerator/include"
PLUGIN = os.environ["FASTKMEANS_TORCH_PLUGIN"]
TOOL = os.environ["FASTKMEANS_TOOL"]
DEVICE = os.environ.get("FASTKMEANS_TORCH_TEST_DEVICE", "torch:cpu")


def run(*arguments, folder, **variables):
    return subprocess.run(
        [str(argument) for argument in arguments], cwd=folder, capture_output=True, text=True, timeout=600,
        env={**os.environ, **{name: str(value) for name, value in variables.items()}},
    )


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class KernelTests(unittest.TestCase):
    """Machine code for GPUs that need not be there."""

    def compile(self, architecture):
        library = ctypes.CDLL(PLUGIN)
        library.fka_compile_kernels.restype = ctypes.c_int64
        message = ctypes.create_string_buffer(2000)
        size = library.fka_compile_kernels(architecture.encode(), message, ctypes.c_size_t(len(message)))
        return size, message.value.decode()

    def test_compile_for_ampere_and_hopper(self):
        for architecture in ("sm_80", "sm_90"):
            size, message = self.compile(architecture)
            self.assertGreater(size, 1000, f"{architecture}: {message}")

    def test_an_architecture_that_does_not_exist_is_an_error_with_a_reason(self):
        size, message = self.compile("sm_1")
        self.assertEqual(size, -1)
        self.assertIn("sm_1", message)


class BuildTests(InFolder):
    def test_a_python_without_torch_is_named_with_what_to_do(self):
        python = self.folder / "python3"
        python.write_text("#!/bin/sh\nexit 1\n")
        python.chmod(0o755)
        built = run(FOLDER / "build.sh", self.folder / "x.so", folder=self.folder, FASTKMEANS_TORCH_PYTHON=python)
        self.assertEqual(built.returncode, 1)
        self.assertIn("has no PyTorch", built.stderr)
        self.assertIn("FASTKMEANS_TORCH_PYTHON", built.stderr)

    def test_a_torch_that_is_too_old_is_named_with_what_to_do(self):
        python = self.folder / "python3"
        python.write_text(
            "#!/bin/sh\ncase \"$2\" in *__version__*) echo 2.1.0;; *abspath*) echo /nonexistent;; *) echo 1;; esac\n")
        python.chmod(0o755)
        built = run(FOLDER / "build.sh", self.folder / "x.so", folder=self.folder, FASTKMEANS_TORCH_PYTHON=python)
        self.assertEqual(built.returncode, 1)
        self.assertIn("2.1.0 is too old", built.stderr)
        self.assertIn("--upgrade torch", built.stderr)


class ToolTests(InFolder):
    """`fastkmeans` with a device gives what it gives without."""

    def setUp(self):
        super().setUp()
        self.write_rows("train.svm", 240, seed=1)
        self.write_rows("test.svm", 60, seed=2)

    def write_rows(self, name, count, seed, apart=4):
        """Rows of six classes. Each class uses four columns; with `apart` below 4, neighbours share some of them."""
        chance = random.Random(seed)
        with open(self.folder / name, "w") as file:
            for row in range(count):
                label = row % 6
                columns = {label * apart + chance.randrange(4): 1.0}
                columns.update({chance.randrange(60): round(chance.random(), 3) for _ in range(8)})
                cells = " ".join(f"{column + 1}:{value}" for column, value in sorted(columns.items()))
                file.write(f"{label} {cells}\n")

    def tool(self, *arguments, succeeds=True, **variables):
        ended = run(TOOL, *arguments, folder=self.folder, **variables)
        if succeeds:
            self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended

    def parts(self, model):
        """What a model file says that rounding can touch: its calibration and its prototypes' values."""
        data = (self.folder / model).read_bytes()
        end = 8 + int.from_bytes(data[:8], "little")
        header = json.loads(data[8:end])
        first, last = header["prototype.values"]["data_offsets"]
        values = np.frombuffer(data[end + first:end + last], np.float32)
        return list(json.loads(header["__metadata__"]["calibration"]).values()), values

    def test_training_gives_the_same_model_but_for_rounding(self):
        self.write_rows("train.svm", 1200, seed=3, apart=2)
        for name, device in (("here", "cpu"), ("there", DEVICE)):
            report = self.tool("train", "--input", "train.svm", "--model", name, "--refine", "3", "--device", device)
            self.assertNotIn("left out", report.stdout + report.stderr)
        for here, there in zip(self.parts("here"), self.parts("there"), strict=True):
            np.testing.assert_allclose(there, here, rtol=1e-4, atol=1e-6)

    def test_predicting_and_judging_give_the_same_answers(self):
        self.tool("train", "--input", "train.svm", "--model", "here", "--refine", "3", "--quiet")
        answers = {}
        for device in ("cpu", DEVICE):
            call = ("--model", "here", "--input", "test.svm", "--device", device, "--quiet")
            predicted = self.tool("predict", *call, "--top", "3").stdout
            judged = self.tool("evaluate", *call).stdout
            answers[device] = predicted, [line for line in judged.splitlines() if "/s" not in line and " s" not in line]
        self.assertEqual(answers["cpu"], answers[DEVICE])

    def test_auto_works_with_and_without_a_gpu(self):
        self.tool("train", "--input", "train.svm", "--model", "m", "--device", "auto")
        self.tool("predict", "--model", "m", "--input", "test.svm", "--device", "auto")

    def failure(self, *arguments, **variables):
        ended = self.tool(*arguments, succeeds=False, **variables)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertEqual(ended.stderr.count("error:"), 1, ended.stderr)
        self.assertEqual(ended.stdout, "")
        return ended.stderr

    def train(self, device, **variables):
        return self.failure(
            "train", "--input", "train.svm", "--model", "m", "--device", device, "--quiet", **variables)

    def test_no_plugin(self):
        error = self.train("torch:cpu", FASTKMEANS_TORCH_PLUGIN=self.folder / "none.so")
        self.assertIn("none.so", error)
        self.assertIn("make torch", error)
        self.assertFalse((self.folder / "m").exists())

    def test_a_file_that_is_no_library(self):
        (self.folder / "bad.so").write_text("no library")
        self.assertIn("cannot be loaded", self.train("torch:cpu", FASTKMEANS_TORCH_PLUGIN=self.folder / "bad.so"))

    def test_a_library_that_is_no_plugin(self):
        other = self.build_c("int fka_nothing;", "other.so")
        self.assertIn("fka_get_plugin", self.train("torch:cpu", FASTKMEANS_TORCH_PLUGIN=other))

    def test_a_plugin_of_another_version(self):
        other = self.build_c(
            '#include "fka_plugin.h"\nstatic const fka_plugin table = {.abi = 77, .byte_count = sizeof(fka_plugin)};\n'
            "const fka_plugin *fka_get_plugin(void) { return &table; }", "other.so")
        error = self.train("torch:cpu", FASTKMEANS_TORCH_PLUGIN=other)
        self.assertIn("77", error)
        self.assertIn("make torch", error)

    def test_a_plugin_for_another_pytorch(self):
        """What it was built for is compared with the version that lies beside the library that was loaded."""
        library = subprocess.run(
            [os.environ["FASTKMEANS_TORCH_PYTHON"], "-c", "import os, torch; print(os.path.dirname(torch.__file__))"],
            capture_output=True, text=True, check=True).stdout.strip()
        other = self.folder / "torch"
        (other / "lib").mkdir(parents=True)
        for file in pathlib.Path(library, "lib").iterdir():
            (other / "lib" / file.name).symlink_to(file)
        (other / "version.py").write_text("__version__ = '1.2.3'\n")
        error = self.train("torch:cpu", LD_LIBRARY_PATH=other / "lib")
        self.assertIn("does not fit", error)
        self.assertIn("here is 1.2.3", error)

    def test_a_machine_without_cuda_says_what_is_missing(self):
        if DEVICE != "torch:cpu":
            self.assertIn("does not exist", self.train("cuda:99"))
            return
        error = self.train("cuda")
        self.assertIn("cannot be used", error)
        self.assertRegex(error, "without CUDA|no NVIDIA driver|no CUDA device")

    def build_c(self, text, name):
        source = self.folder / "plugin.c"
        source.write_text(text)
        output = self.folder / name
        subprocess.run(
            [os.environ.get("CC", "cc"), "-shared", "-fPIC", f"-I{INCLUDE}", str(source), "-o", str(output)], check=True)
        return output


if __name__ == "__main__":
    unittest.main()
