"""What `verbose=True` shows while fitting."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ._lazy import LazyModule

if TYPE_CHECKING:
    from . import _library as library
else:
    library = LazyModule("fast_kmeans_classifier._library")


class SilentProgress:
    """Shows nothing. It is there so that Ctrl-C is heard, which Python delivers to its main thread alone."""

    handler: library.ProgressHandler | None

    def __init__(self) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        self.handler = library.ProgressHandler() if is_main else None

    def __enter__(self) -> SilentProgress:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    def finish(self, report: library.Report) -> None:
        """Called when all went well."""


class ShownProgress(SilentProgress):
    """A bar of tqdm, or where tqdm is not installed a line on stderr every two seconds."""

    seconds_between_lines = 2.0

    def __init__(self) -> None:
        super().__init__()
        self.handler = library.ProgressHandler(self.show)
        self._bar: Any = None
        self._phase = ""
        self._last_line = 0.0
        try:
            from tqdm.auto import tqdm

            self._bar_type: Any = tqdm
        except ImportError:
            self._bar_type = None

    def show(self, phase: str, completed: int, total: int, epoch: int | None) -> None:
        """Brings the display up to date."""
        if self._bar_type is None:
            self._write_line(phase, completed, total, epoch)
            return
        if self._bar is None:
            self._bar = self._bar_type(total=total, desc=phase, leave=True)
        if phase != self._phase or completed < self._bar.n or total != self._bar.total:
            self._phase = phase
            self._bar.set_description_str(phase)
            self._bar.reset(total=total)
        self._bar.update(completed - self._bar.n)
        if epoch is not None:
            self._bar.set_postfix_str(f"epoch {epoch}")

    def finish(self, report: library.Report) -> None:
        """Shows what came out of it."""
        text = f"Shift: {report.shift:.5f}, Centroids: {report.prototype_count}"
        if self._bar is not None:
            self._bar.set_postfix_str(text)
        elif self._bar_type is None:
            print(f"fitted: {text}", file=sys.stderr)

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def _write_line(self, phase: str, completed: int, total: int, epoch: int | None) -> None:
        now = time.monotonic()
        if phase == self._phase and now - self._last_line < self.seconds_between_lines:
            return
        self._phase, self._last_line = phase, now
        place = f" (epoch {epoch})" if epoch is not None else ""
        print(f"{phase}: {completed} of {total}{place}", file=sys.stderr, flush=True)


def progress_for(verbose: Any) -> SilentProgress:
    """The display that `verbose` asks for."""
    return ShownProgress() if verbose else SilentProgress()
