"""Prototypes of one class that lie close together become one: the rule of the local training, on sums.

The merged prototype is that of all documents of those it is made of, so sums and masses are added.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

#: Statistics over all prototypes are taken from at most this many of them.
SAMPLE_LIMIT = 2048


def groups_to_merge(centers: Any, classes: np.ndarray, among: np.ndarray, options: dict[str, Any]) -> list[list[int]]:
    """Which prototypes are to become one.

    Class by class and in index order, on the positions before merging: a prototype and all later unmerged ones of its class
    closer than the limits.

    Parameters
    ----------
    centers : csr_matrix or ndarray, prototypes x features
    classes : ndarray, prototypes
        The class index of each.
    among : ndarray of int
        The classes to look at.
    options : dict
        The library's options.
    """
    if options["merge_threshold"] is None:
        return []
    limit = _limit(centers, options)
    groups = []
    for index in among.tolist():
        members = np.flatnonzero(classes == index)
        if len(members) < 2:
            continue
        distances = distances_between(centers[members], options["distance"])
        free = np.ones(len(members), dtype=bool)
        for first in range(len(members)):
            if not free[first]:
                continue
            close = free & (distances[first] < limit)
            close[first] = True
            free[close] = False
            if close.sum() > 1:
                groups.append(members[close].tolist())
    return groups


def merged(vectors: Any, masses: np.ndarray, groups: list[list[int]]) -> tuple[Any, np.ndarray]:
    """Sums and masses in which the first of each group has all, and the others nothing."""
    target = np.arange(len(masses))
    for group in groups:
        target[group] = group[0]
    adding = sparse.csr_array((np.ones(len(target)), (target, np.arange(len(target)))), shape=(len(target),) * 2)
    total = np.zeros_like(masses)
    np.add.at(total, target, masses)
    return adding @ vectors, total


def _limit(centers: Any, options: dict[str, Any]) -> float:
    limit = float(options["merge_threshold"])
    quantile = options["percentile_threshold"]
    if not options["relative_merge"] and quantile is None:
        return limit
    sample = np.arange(centers.shape[0])
    if len(sample) > SAMPLE_LIMIT:
        random = np.random.Generator(np.random.Philox(key=int(options["random_state"])))
        sample = np.sort(random.choice(len(sample), SAMPLE_LIMIT, replace=False))
    pairs = distances_between(centers[sample], options["distance"])[np.triu_indices(len(sample), 1)]
    if len(pairs) == 0:
        return limit
    if options["relative_merge"]:
        limit *= float(pairs.mean())
    return min(limit, float(np.quantile(pairs, quantile))) if quantile is not None else limit


def distances_between(centers: Any, distance: str) -> np.ndarray:
    """All distances: cosine 1 - s, Euclidean squared."""
    wide = centers.astype(np.float64)
    products = wide @ wide.T
    products = np.asarray(products.toarray() if sparse.issparse(products) else products)
    if distance == "cosine":
        return 1 - products
    squares = np.diag(products)
    return np.maximum(0, squares[:, None] + squares[None, :] - 2 * products)
