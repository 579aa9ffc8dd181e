"""Parameters as users give them, checked and turned into the library's options.

Types are checked here; which numbers are allowed is the library's to say, so that there is one list of limits.
"""

from __future__ import annotations

import math
import numbers
import operator
import os
from collections.abc import Callable, Mapping
from typing import Any

from ._errors import InvalidParameterError, nearest_name
from ._lazy import json, np
from ._options import TEXT, TRAINING, Option


_EVERY_ROW = 2**31 - 1


def _whole(name: str, value: Any, allowed: str = "a whole number") -> int:
    if isinstance(value, bool):
        raise InvalidParameterError(name, value, allowed)
    try:
        return operator.index(value)
    except TypeError:
        if isinstance(value, numbers.Real) and float(value).is_integer():
            return int(float(value))
        raise InvalidParameterError(name, value, allowed) from None


def _real(name: str, value: Any) -> float | str:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise InvalidParameterError(name, value, "a number")
    number = float(value)
    # JSON has no such numbers; the library refuses them with the parameter's limits.
    return number if math.isfinite(number) else repr(number)


def _truth(name: str, value: Any) -> bool:
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return bool(value)
    raise InvalidParameterError(name, value, "True or False")


def _choice(name: str, value: Any, choices: tuple[str, ...]) -> str:
    if isinstance(value, str) and value.lower() in choices:
        return value.lower()
    raise InvalidParameterError(name, value, _names(value, choices))


def _names(value: Any, choices: tuple[str, ...]) -> str:
    return " or ".join(repr(choice) for choice in choices) + nearest_name(value, choices)


def _k_list(name: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return [[_label(name, label), _whole(name, count)] for label, count in value.items()]
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise InvalidParameterError(name, value, "a list of numbers, a dict from label to number, or None")
    return [_whole(name, count) for count in value]


def _label(name: str, label: Any) -> int | str:
    if isinstance(label, str):
        return str(label)
    if isinstance(label, numbers.Integral) or type(label).__name__ in ("bool_", "bool"):
        return int(label)
    if isinstance(label, numbers.Real) and float(label).is_integer():
        return int(float(label))
    raise InvalidParameterError(name, label, "labels that are whole numbers or texts")


def _init_method(name: str, value: Any) -> str:
    # Prototypes to start from travel beside the options.
    if is_explicit(value):
        return "kmeans++"
    if isinstance(value, str) and value.lower() in TRAINING[name].choices:
        return value.lower()
    allowed = "'kmeans++', 'random', or a pair (prototypes, labels)"
    raise InvalidParameterError(name, value, allowed + nearest_name(value, TRAINING[name].choices))


def is_explicit(init_method: Any) -> bool:
    """Whether `init_method` is a pair of prototypes and their labels."""
    return isinstance(init_method, (tuple, list)) and len(init_method) == 2


def dtype_name(value: Any, name: str = "dtype") -> str:
    """The precision's name, from a text, a NumPy type or a PyTorch type."""
    known = TRAINING["dtype"].choices
    text = value if isinstance(value, str) else getattr(value, "__name__", None) or str(value)
    short = text.lower().rpartition(".")[2]
    if short in known:
        return short
    raise InvalidParameterError(name, value, _names(value, known))


def _batch_size(name: str, value: Any) -> int:
    return _EVERY_ROW if value is None else _whole(name, value, "a whole number, or None for all rows")


def _seed(name: str, value: Any) -> int:
    """A number as it is; a generator or None (chance) is asked for one."""
    allowed = "a whole number from 0, a NumPy generator, or None"
    if value is None:
        return int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
    if hasattr(value, "randint"):
        return int(value.randint(2**31 - 1))
    if hasattr(value, "integers"):
        return int(value.integers(2**63))
    return _whole(name, value, allowed)


def device_name(value: Any) -> str:
    """The library's name of a device, from a text or a PyTorch device. Whether it can be used is the library's to say.

    Raises
    ------
    InvalidParameterError
        For anything that is no device.
    """
    text = str(value).lower()
    if text in ("torch:cpu", "auto"):
        return text
    kind, _, index = text.partition(":")
    # PyTorch numbers devices of which there is one.
    if kind in ("cpu", "mps") and index in ("", "0"):
        return kind
    if kind == "cuda" and (not index or index.isdigit()):
        return text
    raise InvalidParameterError("device", value, _names(value, TRAINING["device"].choices))


def thread_count(value: Any, n_jobs: Any = None) -> int:
    """`n_threads` of a call, or where it is given `n_jobs` as joblib reads it: -2 is all cores but one.

    Users cannot name 0: the library takes it for a model's own number.
    """
    if n_jobs is not None:
        jobs = _whole("n_jobs", n_jobs, "a whole number but 0, or None")
        if jobs == 0:
            raise InvalidParameterError("n_jobs", n_jobs, "a whole number but 0, or None")
        value = jobs if jobs >= -1 else max(1, (os.cpu_count() or 1) + 1 + jobs)
    allowed = "-1 (all cores) or 1 to 4096"
    count = _whole("n_threads", value, allowed)
    if count != -1 and not 1 <= count <= 4096:
        raise InvalidParameterError("n_threads", value, allowed)
    return count


#: Parameters for which Python takes more than the library does.
_OWN: dict[str, Callable[[str, Any], Any]] = {
    "init_method": _init_method,
    "dtype": lambda name, value: dtype_name(value, name),
    "batch_size": _batch_size,
    "random_state": _seed,
    "device": lambda name, value: device_name(value),
}


def checked(name: str, value: Any, option: Option) -> Any:
    """A parameter as the library takes it.

    Raises
    ------
    InvalidParameterError
        For a value of another type.
    """
    if name in _OWN:
        return _OWN[name](name, value)
    if option.word == "none" and value is None or option.word == "auto" and isinstance(value, str) and value == "auto":
        return value
    if option.shape == "whole":
        return _whole(name, value, "a whole number" + {"none": ", or None", "auto": ", or 'auto'"}.get(option.word or "", ""))
    if option.shape == "choice":
        return _choice(name, value, option.choices + (("auto",) if option.word == "auto" else ()))
    shapes: dict[str, Callable[[str, Any], Any]] = {
        "number": _real, "truth": _truth, "counts": _k_list, "range": _ngrams, "words": _stop_words,
    }
    return shapes[option.shape](name, value)


def library_options(params: Mapping[str, Any]) -> str:
    """The library's options as JSON; what is not named keeps the library's default.

    Raises
    ------
    InvalidParameterError
        With the parameter, its value and what is allowed.
    """
    return json.dumps({name: checked(name, params[name], option) for name, option in TRAINING.items() if name in params})


def params_of_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters from the options that a model carries."""
    params = {name: options[name] for name in TRAINING if name in options}
    k_list = params.get("k_list")
    if k_list and isinstance(k_list[0], list):
        params["k_list"] = {label: count for label, count in k_list}
    if params.get("batch_size") == _EVERY_ROW:
        params["batch_size"] = None
    return params


def text_options(params: Mapping[str, Any], document_count: int | None = None) -> str:
    """The vectoriser's options as JSON, checked as above.

    Parameters
    ----------
    params : mapping
    document_count : int or None
        What shares of the documents refer to; None: nothing is selected by them.
    """
    options = {name: checked(name, params[name], option) for name, option in TEXT.items() if name not in ("min_df", "max_df")}
    least = _document_count("min_df", params["min_df"], document_count, lambda count: max(1, math.ceil(count)))
    most = None
    if params["max_df"] is not None:
        most = _document_count("max_df", params["max_df"], document_count, math.floor)
    if least is not None and most is not None and most < least and params["max_df"] != 0 and options["hashing"] is None:
        raise ValueError(f"max_df corresponds to fewer documents than min_df: {most} and {least}; raise max_df, or lower min_df")
    return json.dumps({**options, "min_df": 1 if least is None else least, "max_df": most})


def _document_count(name: str, value: Any, of: int | None, rounded: Callable[[float], int]) -> int | None:
    if not isinstance(value, numbers.Real) or isinstance(value, (bool, numbers.Integral)):
        return _whole(name, value, "a whole number of documents, or a share of them from 0.0 to 1.0")
    share = float(value)
    if not 0 <= share <= 1:
        raise InvalidParameterError(name, value, "a whole number of documents, or a share of them from 0.0 to 1.0")
    return None if of is None else rounded(share * of)


def _ngrams(name: str, value: Any) -> list[int] | str:
    allowed = "two whole numbers such as (1, 2)"
    if isinstance(value, str):
        return value
    try:
        first, last = value
    except (TypeError, ValueError):
        raise InvalidParameterError(name, value, allowed) from None
    return [_whole(name, first, allowed), _whole(name, last, allowed)]


def _stop_words(name: str, value: Any) -> Any:
    if value is None or value == "english":
        return value
    if isinstance(value, str) or not hasattr(value, "__iter__") or not all(isinstance(word, str) for word in value):
        raise InvalidParameterError(name, value, "'english', a list of words, or None")
    return sorted(set(value))
