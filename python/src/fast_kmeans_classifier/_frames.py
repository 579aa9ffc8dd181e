"""Data frames of pandas, polars and pyarrow, the names of their columns, and what stands for a missing value."""

from __future__ import annotations

import warnings
from typing import Any

from ._lazy import loaded, np


def _is_of(value: Any, module: str, *types: str) -> bool:
    found = loaded(module)
    return found is not None and isinstance(value, tuple(getattr(found, name) for name in types))


def is_frame(value: Any) -> bool:
    """Whether this is a data frame of pandas or polars, or a table of pyarrow."""
    return (
        _is_of(value, "pandas", "DataFrame")
        or _is_of(value, "polars", "DataFrame", "LazyFrame")
        or _is_of(value, "pyarrow", "Table", "RecordBatch")
    )


def is_missing(value: Any) -> bool:
    """Whether this stands for a value that is not there: None, NaN, NaT or pandas' NA."""
    pandas = loaded("pandas")
    if value is None or (pandas is not None and value is pandas.NA):
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return False


def frame_values(frame: Any) -> Any:
    """The values of a frame: an array, or a SciPy matrix where all of pandas' columns are sparse."""
    if not _is_of(frame, "pandas", "DataFrame"):
        frame = frame.collect() if hasattr(frame, "collect") else frame
        if hasattr(frame, "column_names"):
            columns = [column_values(column) for column in frame.columns]
            return np.column_stack(columns) if columns else np.empty((frame.num_rows, 0))
        return frame.to_numpy()
    pandas = loaded("pandas")
    assert pandas is not None
    dtypes = list(frame.dtypes)
    if dtypes and all(isinstance(dtype, pandas.SparseDtype) for dtype in dtypes):
        return frame.sparse.to_coo().tocsr()
    if any(_is_extension(dtype) and dtype.kind in "biuf" for dtype in dtypes):
        # A missing value of the nullable types becomes NaN, which is refused by name later.
        return frame.to_numpy(dtype=np.float64, na_value=np.nan)
    return frame.to_numpy()


def column_values(values: Any) -> Any:
    """A series of pandas or polars, an array of pyarrow or a frame with one column as an array; anything else as it is.

    A frame with more columns becomes a table.
    """
    if is_frame(values):
        values = values.collect() if hasattr(values, "collect") else values
        # An old pyarrow's batches have no shape.
        if (values.num_columns if hasattr(values, "num_columns") else values.shape[1]) != 1:
            return frame_values(values)
        if hasattr(values, "iloc"):
            values = values.iloc[:, 0]
        else:
            values = values.column(0) if hasattr(values, "column_names") else values.to_series()
    if _is_of(values, "pyarrow", "Array", "ChunkedArray"):
        return values.to_numpy(zero_copy_only=False)
    return values.to_numpy() if hasattr(values, "to_numpy") else values


def _is_extension(dtype: Any) -> bool:
    return not isinstance(dtype, np.dtype) and hasattr(dtype, "kind")


def feature_names(X: Any) -> np.ndarray | None:
    """The column names of a frame if all are texts, else None.

    Raises
    ------
    TypeError
        Some names are texts and some are not.
    """
    if not is_frame(X):
        return None
    names = X.collect_schema().names() if hasattr(X, "collect_schema") else getattr(X, "column_names", None) or X.columns
    array = np.asarray(names, dtype=object)
    texts = [isinstance(name, str) for name in array]
    if not texts or not any(texts):
        return None
    if not all(texts):
        kinds = sorted({type(name).__qualname__ for name in array})
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your input has "
            f"{kinds} as feature name / column name types. If you want feature names to be stored and validated, "
            "you must convert them all to strings, by using X.columns = X.columns.astype(str) for example. "
            "Otherwise you can remove feature / column names from your input data, or convert them all to a "
            "non-string data type."
        )
    return array


def check_feature_names(known: np.ndarray | None, names: np.ndarray | None, estimator: object) -> None:
    """Compares the names of this call with those of `fit`, as scikit-learn's estimators do."""
    kind = type(estimator).__name__
    if known is None and names is None:
        return
    if known is None:
        warnings.warn(f"X has feature names, but {kind} was fitted without feature names", stacklevel=4)
    elif names is None:
        warnings.warn(f"X does not have valid feature names, but {kind} was fitted with feature names", stacklevel=4)
    elif len(known) != len(names) or bool(np.any(known != names)):
        raise ValueError(_difference(list(known), list(names)))


def _difference(known: list[str], names: list[str]) -> str:
    unexpected = sorted(set(names) - set(known))
    missing = sorted(set(known) - set(names))
    text = "The feature names should match those that were passed during fit.\n"
    if unexpected:
        text += "Feature names unseen at fit time:\n" + _listed(unexpected)
    if missing:
        text += "Feature names seen at fit time, yet now missing:\n" + _listed(missing)
    if not unexpected and not missing:
        text += "Feature names must be in the same order as they were in fit.\n"
    return text


def _listed(names: list[str]) -> str:
    lines = [f"- {name}\n" for name in names[:5]]
    return "".join(lines) + ("- ...\n" if len(names) > 5 else "")
