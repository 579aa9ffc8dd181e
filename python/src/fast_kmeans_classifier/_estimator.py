"""What scikit-learn asks of every estimator, written so that scikit-learn need not be there.

Inheriting from `sklearn.base.BaseEstimator` would make it a requirement and cost most of a second at import. All of it is
protocol: methods with agreed names, which scikit-learn's tools call when they are in use.
"""

from __future__ import annotations

from typing import Any

from ._errors import InvalidParameterError, nearest_name, not_fitted
from ._lazy import Self, inspect


def _parameters_of(cls: type) -> tuple[tuple[str, Any], ...]:
    """Names and defaults, in the order of the constructor; `**parameters` stand for those of the class that it extends."""
    given = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
    own = tuple((one.name, one.default) for one in given if one.kind is not one.VAR_KEYWORD)
    return own if len(own) == len(given) else own + _parameters_of(cls.__base__ or object)


class Estimator:
    """Parameters by name, a readable representation, and the hooks of scikit-learn's tools.

    Subclasses take every parameter in `__init__` by name, with a default, and store it as it is.
    """

    #: The methods that take `sample_weight`, for scikit-learn's metadata routing.
    _weighted_methods: tuple[str, ...] = ()

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name.

        Parameters
        ----------
        deep : bool
            Accepted for scikit-learn's sake; there are no nested estimators.

        Returns
        -------
        dict of str to object
        """
        return {name: getattr(self, name) for name, _ in _parameters_of(type(self))}

    def set_params(self, **params: Any) -> Self:
        """Changes parameters; values are checked when they are next used.

        Raises
        ------
        InvalidParameterError
            For a name that is no parameter.
        """
        known = [name for name, _ in _parameters_of(type(self))]
        for name in params:
            if name not in known:
                raise InvalidParameterError(
                    f"Invalid parameter {name!r} for estimator {type(self).__name__}. Valid parameters are: {known}"
                    f"{nearest_name(name, known)}."
                )
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def _changed_parameters(self) -> dict[str, Any]:
        """The parameters that differ from their defaults."""
        return {
            name: getattr(self, name)
            for name, default in _parameters_of(type(self))
            if not _is_same(getattr(self, name, default), default)
        }

    def __repr__(self) -> str:
        changed = ", ".join(f"{name}={_short(value)}" for name, value in self._changed_parameters().items())
        return f"{type(self).__name__}({changed})"

    def __sklearn_is_fitted__(self) -> bool:
        return self._is_fitted()

    def _is_fitted(self) -> bool:
        """Whether something has been learned; subclasses say."""
        return False

    def _check_is_fitted(self) -> None:
        if not self._is_fitted():
            raise not_fitted(self)

    # Metadata routing: only scikit-learn calls these, so it is there to be imported.

    def _get_metadata_request(self) -> Any:
        from sklearn.utils.metadata_routing import MetadataRequest

        if "_metadata_request" in self.__dict__:
            return self._metadata_request
        request = MetadataRequest(owner=type(self).__name__)
        for method in self._weighted_methods:
            getattr(request, method).add_request(param="sample_weight", alias=None)
        return request

    def get_metadata_routing(self) -> Any:
        """The metadata that each method asks for, as scikit-learn's `MetadataRequest`."""
        return self._get_metadata_request()

    def _set_request(self, method: str, sample_weight: Any) -> Self:
        request = self._get_metadata_request()
        getattr(request, method).add_request(param="sample_weight", alias=sample_weight)
        self._metadata_request = request
        return self

    def set_fit_request(self, *, sample_weight: bool | str | None = None) -> Self:
        """Whether scikit-learn's routing passes `sample_weight` to `fit`."""
        return self._set_request("fit", sample_weight)

    def set_partial_fit_request(self, *, sample_weight: bool | str | None = None) -> Self:
        """Whether scikit-learn's routing passes `sample_weight` to `partial_fit`."""
        return self._set_request("partial_fit", sample_weight)

    def set_score_request(self, *, sample_weight: bool | str | None = None) -> Self:
        """Whether scikit-learn's routing passes `sample_weight` to `score`."""
        return self._set_request("score", sample_weight)


def _is_same(value: Any, default: Any) -> bool:
    if value is default:
        return True
    try:
        return type(value) is type(default) and bool(value == default)
    except Exception:  # an array compares by element
        return False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:40]}...{text[-17:]}"
