"""One command in a child process: CPU seconds, wall seconds, peak memory.

Standard library only, and on purpose: the kernel counts the parent's own size into the child's peak, since the child
starts as its copy. A parent that had loaded NumPy and the data would be all that is measured.
"""

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import time

# One thread for everybody; a benchmark of cores is another benchmark.
SINGLE_THREAD = {
    name: "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
                 "NUMEXPR_NUM_THREADS")
}
# Settings that make OpenBLAS take another kernel than the machine's own: a peer must not be slowed down by them.
NOT_PASSED_ON = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_VERBOSE")
POLL_SECONDS = 0.05
# macOS counts the peak in bytes, Linux in units of 1,024.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclasses.dataclass
class Outcome:
    """`status` is `ok`, `failed`, `timeout` or `memory`; `message` the end of what it said where it isn't `ok`."""

    status: str
    cpu_seconds: float
    wall_seconds: float
    peak_rss_bytes: int
    stdout: str
    message: str = ""

    @property
    def measures(self):
        return {
            "cpu_seconds": round(self.cpu_seconds, 4),
            "wall_seconds": round(self.wall_seconds, 4),
            "peak_rss_bytes": self.peak_rss_bytes,
        }


def resident_bytes(pid):
    """The present size of a process, or 0 where the system doesn't say (then only the timeout protects)."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as fields:
            return int(fields.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def run(command, timeout=3600.0, memory_limit=None, directory=None):
    """Run the command to its end, or until it takes too long or too much.

    - `memory_limit`: bytes of resident memory at which it is killed; none by default.
    """
    environment = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON} | SINGLE_THREAD
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command], stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL,
            env=environment, cwd=directory,
        )
        killed_for = None
        while True:
            # `wait4` and not `getrusage(RUSAGE_CHILDREN)`, whose peak is that of the largest child so far.
            pid, state, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if killed_for is None:
                if time.perf_counter() - start > timeout:
                    killed_for = "timeout"
                elif memory_limit and resident_bytes(child.pid) > memory_limit:
                    killed_for = "memory"
                if killed_for:
                    child.send_signal(signal.SIGKILL)
            time.sleep(POLL_SECONDS)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(state)
        stdout.seek(0)
        stderr.seek(0)
        status = killed_for or ("ok" if child.returncode == 0 else "failed")
        return Outcome(
            status=status,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            wall_seconds=wall,
            peak_rss_bytes=usage.ru_maxrss * RSS_UNIT,
            stdout=stdout.read().decode(errors="replace"),
            message="" if status == "ok" else stderr.read().decode(errors="replace")[-2000:],
        )
