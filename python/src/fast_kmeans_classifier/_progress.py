"""What `verbose=True` shows while fitting."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Any

from ._lazy import library, signal


class SilentProgress:
    """Shows nothing. It is there so that Ctrl-C is heard.

    Python runs signal handlers between its own instructions, in its main thread: while the library works, only in the progress
    function, and there as early as at its first instruction, where no `try` of ours would catch what they raise. So during the
    call the signal is only noted, and the handler that was there runs where what it raises can be handed on.
    """

    handler: library.ProgressHandler | None

    def __init__(self) -> None:
        self._is_main = threading.current_thread() is threading.main_thread()
        self._previous: Any = None
        self._noted: tuple[int, Any] | None = None
        self.handler = library.ProgressHandler(self._report) if self._is_main else None

    def __enter__(self) -> SilentProgress:
        if self._is_main:
            previous = signal.getsignal(signal.SIGINT)
            if callable(previous):
                self._previous = previous
                signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._deliver()

    def finish(self, report: library.Report) -> None:
        """Called when all went well."""

    def _note(self, number: int, frame: Any) -> None:
        self._noted = (number, frame)

    def _deliver(self) -> None:
        """Runs the handler that was there, if its signal has come."""
        if self._noted is not None:
            noted, self._noted = self._noted, None
            self._previous(*noted)

    def _report(self, phase: str, completed: int, total: int, epoch: int | None) -> None:
        self._deliver()


class ShownProgress(SilentProgress):
    """A bar of tqdm for each phase, or where tqdm is not installed a line on stderr every two seconds.

    A fit goes through its phases many times over, since it tries what suits the data; a phase's bar counts on.
    """

    seconds_between_lines = 2.0

    def __init__(self) -> None:
        super().__init__()
        self.handler = library.ProgressHandler(self._report)
        self._bars: dict[str, Any] = {}
        #: Of each phase the units of its runs that are over, and how far the run now is: completed and total.
        self._runs: dict[str, tuple[int, int, int]] = {}
        self._last_line = 0.0
        try:
            from tqdm.auto import tqdm

            self._bar_type: Any = tqdm
        except ImportError:
            self._bar_type = None

    def _report(self, phase: str, completed: int, total: int, epoch: int | None) -> None:
        self._deliver()
        self.show(phase, completed, total, epoch)

    def show(self, phase: str, completed: int, total: int, epoch: int | None) -> None:
        """Brings the display up to date."""
        is_new = phase not in self._runs
        before, last, last_total = self._runs.get(phase, (0, 0, total))
        if completed < last or total != last_total:
            before += last_total
        self._runs[phase] = (before, completed, total)
        place = f"epoch {epoch}" if epoch is not None else ""
        if self._bar_type is None:
            self._write_line(is_new, f"{phase}: {before + completed} of {before + total} {place}".rstrip())
            return
        if is_new:
            self._bars[phase] = self._made_bar(phase, total)
        bar = self._bars[phase]
        bar.total = before + total
        bar.set_postfix_str(place, refresh=False)
        bar.update(before + completed - bar.n)

    def _made_bar(self, phase: str, total: int) -> Any:
        options = {"total": total, "desc": phase, "leave": True, "position": len(self._bars)}
        try:
            return self._bar_type(**options)
        except ImportError:
            # In a notebook without ipywidgets tqdm's choice fails here; its plain bar works everywhere.
            from tqdm.std import tqdm

            return tqdm(**options)

    def finish(self, report: library.Report) -> None:
        """Shows what came out of it."""
        text = f"Shift: {report.shift:.5f}, Centroids: {report.prototype_count}"
        if self._bars:
            list(self._bars.values())[-1].set_postfix_str(text)
        elif self._bar_type is None:
            print(f"fitted: {text}", file=sys.stderr)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for bar in self._bars.values():
            bar.close()
        super().__exit__(kind, error, trace)

    def _write_line(self, is_new: bool, text: str) -> None:
        now = time.monotonic()
        if is_new or now - self._last_line >= self.seconds_between_lines:
            self._last_line = now
            print(text, file=sys.stderr, flush=True)


def progress_for(verbose: Any) -> SilentProgress:
    """The display that `verbose` asks for."""
    return ShownProgress() if verbose else SilentProgress()
