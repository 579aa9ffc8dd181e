"""What is measured of a child process."""

import json
import pathlib
import subprocess
import sys
import unittest

from harness import process

BENCHMARKS = pathlib.Path(__file__).resolve().parent.parent


def run_python(script, **limits):
    return process.run([sys.executable, "-c", script], **limits)


class ProcessTest(unittest.TestCase):
    def test_peak_is_the_childs_own(self):
        # From a separate parent, as small as those of the scripts: the parent's size counts (see the module).
        parent = (
            "import json, sys; from harness.process import run; "
            "scripts = 'pass', 'x = bytes(10) * 10_000_000', 'pass'; "
            "print(json.dumps([run([sys.executable, '-c', s]).peak_rss_bytes for s in scripts]))"
        )
        said = subprocess.run([sys.executable, "-c", parent], cwd=BENCHMARKS, capture_output=True, check=True).stdout
        before, large, after = json.loads(said)
        self.assertGreater(large - before, 90_000_000)
        self.assertLess(after, large - 90_000_000, "a small child after a large one")

    def test_counts_cpu_and_not_sleep(self):
        busy = run_python("import time\nwhile time.process_time() < 0.4: pass")
        asleep = run_python("import time; time.sleep(0.4)")
        self.assertGreaterEqual(busy.cpu_seconds, 0.4)
        self.assertLess(asleep.cpu_seconds, asleep.wall_seconds - 0.1)

    def test_says_how_a_child_ended(self):
        self.assertEqual(run_python("print(1)").stdout, "1\n")
        failed = run_python("raise SystemExit('no such file')")
        self.assertEqual((failed.status, failed.message.strip()), ("failed", "no such file"))
        self.assertEqual(run_python("import time; time.sleep(60)", timeout=0.2).status, "timeout")

    @unittest.skipUnless(sys.platform == "linux", "only Linux tells the size of a running process here")
    def test_kills_what_grows_beyond_its_limit(self):
        script = "import time; data = b'x' * 200_000_000; time.sleep(60)"
        self.assertEqual(run_python(script, memory_limit=100_000_000).status, "memory")


if __name__ == "__main__":
    unittest.main()
