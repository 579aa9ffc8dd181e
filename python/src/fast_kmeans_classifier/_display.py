"""How a classifier shows itself in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._lazy import LazyModule
from ._persistence import Persistence

if TYPE_CHECKING:
    import html
else:
    html = LazyModule("html")

_STYLE = "text-align:left;padding:2px 12px 2px 0"
_CLASSES_SHOWN = 8


class Display(Persistence):
    """`_repr_html_`, for Jupyter."""

    def _repr_html_(self) -> str:
        rows = [_row(name, repr(value)) for name, value in self._changed_parameters().items()]
        if self._is_fitted():
            rows += [_row(name, text) for name, text in self._summary()]
        else:
            rows.append(_row("state", "not fitted"))
        return f"<div><b>{html.escape(type(self).__name__)}</b><table>{''.join(rows)}</table></div>"

    def _summary(self) -> list[tuple[str, str]]:
        info = self._state.model().info
        names = [str(label) for label in self._table.classes[:_CLASSES_SHOWN]]
        more = len(self._table.classes) - len(names)
        return [
            ("classes", f"{len(self._table.classes)}: {', '.join(names)}{f', and {more} more' if more else ''}"),
            ("prototypes", f"{info.prototype_count}, {'refined' if info.is_refined else 'as k-means left them'}"),
            ("features", str(info.feature_count)),
            ("probabilities", "calibrated on held-out documents" if info.is_calibrated else "from similarities"),
        ]


def _row(name: str, text: str) -> str:
    return f'<tr><th style="{_STYLE}">{html.escape(name)}</th><td style="{_STYLE}">{html.escape(text)}</td></tr>'
