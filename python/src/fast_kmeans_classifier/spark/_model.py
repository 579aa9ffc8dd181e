"""The fitted model: prediction, and the way to and from local classifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.ml.linalg import DenseVector, Vector, Vectors
from scipy import sparse

from .. import _library as library
from .. import _native as native
from .._classifier import FastKMeansClassifier as LocalClassifier
from .._errors import InvalidParameterError
from .._input import rows_of
from .._parameters import params_of_options
from .._text_classifier import TextClassifier
from ._columns import declared_feature_count, feature_field, mapped, new_columns
from ._fitted import FittedModel
from ._params import ColumnParams
from ._prediction import output_fields, predicting

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from ._vectorizer import TfidfVectorizerModel
    from typing_extensions import Self


class FastKMeansClassificationModel(FittedModel, ColumnParams):
    """What `FastKMeansClassifier.fit` gives: adds predictions to frames.

    Attributes
    ----------
    report : dict
        What training did: `epochs` of k-means, `num_merged`, `pruned`, `reassigned`, `active_centroids`, `refinement` ('off',
        'done', 'no better' or 'skipped'), and what `held_out` documents said: `held_out_accuracy`, `prototype_accuracy`.
    """

    # --- what it knows

    @property
    def classes(self) -> list[Any]:
        """The labels, in the order of the entries of probability vectors: whole numbers, or texts."""
        labels: list[Any] = self._native().labels().tolist()
        return labels

    @property
    def numClasses(self) -> int:
        """How many classes there are."""
        return int(self._native().info.class_count)

    @property
    def numFeatures(self) -> int:
        """How many features a vector must have."""
        return int(self._native().info.feature_count)

    @property
    def centroids(self) -> sparse.csr_matrix:
        """The prototypes: prototypes x features, those of a class side by side."""
        return sparse.csr_matrix(self._native().prototypes(library.CENTERS))

    @property
    def centroidLabels(self) -> np.ndarray:
        """The class of each prototype."""
        model = self._native()
        return model.labels()[model.prototype_classes()]

    @property
    def centroidWeights(self) -> np.ndarray:
        """The summed weight of the documents that each prototype stands for."""
        return self._native().prototype_masses()

    def toLocal(self, vectorizer: TfidfVectorizerModel | None = None) -> LocalClassifier:
        """The same classifier without Spark: it answers the same, explains, saves model files, and goes on learning.

        Parameters
        ----------
        vectorizer : TfidfVectorizerModel
            The stage that made the features, for a `TextClassifier` that takes texts; its model file has both.

        Raises
        ------
        BadDataError
            The vectoriser has another number of columns than the classifier has features.
        """
        model = self._native()
        if vectorizer is not None:
            return TextClassifier._of_model(model.with_vectorizer(vectorizer._native()), -1)
        local = LocalClassifier(**{**params_of_options(model.options()), "n_threads": -1})
        local._take_model(model)
        return local

    @classmethod
    def fromLocal(cls, classifier: LocalClassifier) -> Self:
        """A model from a classifier that was trained without Spark.

        Raises
        ------
        NotFittedError
            It has learned nothing yet.
        """
        classifier._check_is_fitted()
        return cls(classifier._state.model().to_bytes())

    # --- single vectors

    def predict(self, value: Any) -> float | str:
        """The class of one vector: a float as Spark has it, or a text."""
        index = self._native().predict(self._row(value), 1, 1)[0]
        label = self.classes[index]
        return label if isinstance(label, str) else float(label)

    def predictRaw(self, value: Any) -> DenseVector:
        """The score of every class for one vector."""
        return Vectors.dense(self._native().scores(self._row(value), 1, 1)[0].astype(float))

    def predictProbability(self, value: Any) -> DenseVector:
        """The probability of every class for one vector."""
        return Vectors.dense(self._native().probabilities(self._row(value), 1, 1)[0].astype(float))

    def _row(self, value: Any) -> Any:
        numbers = value.toArray() if isinstance(value, Vector) else np.asarray(value)
        rows = rows_of(numbers.reshape(1, -1))
        if rows.shape[1] != self.numFeatures:
            raise ValueError(f"the vector has {rows.shape[1]} features, the model expects {self.numFeatures}")
        return rows

    # --- frames

    def _transform(self, dataset: DataFrame) -> DataFrame:
        field = feature_field(dataset.schema, self.getFeaturesCol())
        outputs = self._output_columns()
        new_columns(dataset.schema, outputs)
        declared = declared_feature_count(field)
        if declared is not None and declared != self.numFeatures:
            raise InvalidParameterError(
                "featuresCol", field.name, f"vectors of {self.numFeatures} features as in training, not of {declared}"
            )
        if not outputs:
            return dataset
        schema = output_fields(dataset.schema, outputs, self._native().info.label_type == library.LABEL_TEXT)
        task = predicting(
            self._at_executors(dataset), self._key, dataset.schema.fieldNames().index(field.name), field.name, outputs, schema
        )
        return mapped(dataset, task, schema)

    @staticmethod
    def _opened(data: bytes) -> native.Model:
        return native.Model.from_bytes(data, -1)

    # --- columns

    def setFeaturesCol(self, value: str) -> Self:
        """Sets `featuresCol`."""
        return self._set(featuresCol=value)

    def setPredictionCol(self, value: str) -> Self:
        """Sets `predictionCol`."""
        return self._set(predictionCol=value)

    def setProbabilityCol(self, value: str) -> Self:
        """Sets `probabilityCol`."""
        return self._set(probabilityCol=value)

    def setRawPredictionCol(self, value: str) -> Self:
        """Sets `rawPredictionCol`."""
        return self._set(rawPredictionCol=value)

    def __repr__(self) -> str:
        if self._data is None:
            return f"FastKMeansClassificationModel: uid={self.uid}, not fitted"
        return (
            f"FastKMeansClassificationModel: uid={self.uid}, numClasses={self.numClasses}, numFeatures={self.numFeatures}, "
            f"prototypes={self._native().info.prototype_count}"
        )
