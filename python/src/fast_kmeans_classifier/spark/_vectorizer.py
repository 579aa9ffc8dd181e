"""Text to TF-IDF vectors, as a stage of a pipeline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark import StorageLevel, keyword_only
from pyspark.ml.base import Estimator
from pyspark.ml.linalg import VectorUDT
from pyspark.ml.param import Param, Params
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import functions as F
from pyspark.sql import types as T

from .._errors import InvalidParameterError
from .._estimator import _parameters_of
from .._options import TEXT
from .._parameters import _document_count, checked
from .._reading import inverse_frequencies
from .._vectorizer import TfidfVectorizer as LocalVectorizer
from .._vectorizer_handle import Vectorizer
from ._columns import mapped, new_columns, quoted, text_field
from ._fitted import FittedModel, is_classic, job_description
from ._params import add_parameters, in_our_words, set_by_name, spark_name
from ._rows import bad_data, task_threads
from ._texts import COUNTED_SCHEMA, Parts, collected, counting, selected, vectorizing

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Self

#: The library's name of each parameter.
TEXT_NAMES = {spark_name(name): name for name in TEXT}


class _TextColumns(HasInputCol, HasOutputCol):
    """The columns that both the estimator and the model name."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._setDefault(inputCol="text", outputCol="features")

    def _text_field(self, dataset: DataFrame) -> T.StructField:
        return text_field(dataset.schema, "inputCol", self.getInputCol())


class TfidfVectorizer(
    Estimator["TfidfVectorizerModel"], _TextColumns, DefaultParamsReadable["TfidfVectorizer"], DefaultParamsWritable,
):
    """Turns texts into TF-IDF vectors; the vocabulary is counted where the texts are.

    Vocabulary and vectors are those of `fast_kmeans_classifier.TfidfVectorizer` on the same texts, however the frame is
    partitioned.

    Parameters
    ----------
    inputCol : str, default "text"
        Texts.
    outputCol : str, default "features"
        The column that the model adds: sparse vectors of `pyspark.ml.linalg`.
    ngrams, minDF, maxFeatures, sublinearTf, stopWords, lowercase, hashing, analyzer, charNgrams, charWeight, maxDF, binary, \
    useIdf, smoothIdf, norm
        As `ngrams`, `min_df` and so on of the local vectoriser, with its defaults. Nothing that is a callable.

    Examples
    --------
    >>> from fast_kmeans_classifier.spark import TfidfVectorizer
    >>> model = TfidfVectorizer(inputCol="text", minDF=2).fit(frame)  # doctest: +SKIP
    >>> model.transform(frame).select("features")                     # doctest: +SKIP
    """

    @keyword_only
    def __init__(self, **params: Any) -> None:
        super().__init__()
        defaults = dict(_parameters_of(LocalVectorizer))
        self._setDefault(**{own: checked(own, defaults[name], TEXT[name]) for own, name in TEXT_NAMES.items()})
        set_by_name(self, params)

    @keyword_only
    def setParams(self, **params: Any) -> Self:
        """Sets parameters by name."""
        return set_by_name(self, params)

    def _fit(self, dataset: DataFrame) -> TfidfVectorizerModel:
        name = self._text_field(dataset).name
        options = self._library_options(None)
        session, is_here = dataset.sparkSession, is_classic(dataset)
        context = session.sparkContext if is_here else None
        texts = dataset.select(dataset[quoted(name)].cast("string").alias("text"))
        sums = [F.sum(column).alias(column) for column in ("documents", "occurrences")]
        task = counting(options, task_threads(session, -1) if is_here else 1)
        counted = texts.mapInArrow(task, COUNTED_SCHEMA).groupBy("term").agg(*sums)
        if context is not None:
            # Spark does not join small partitions of what is kept.
            counted = counted.coalesce(context.defaultParallelism)
        # It is read twice: how many documents there are decides which terms stay.
        counted.persist(StorageLevel.MEMORY_AND_DISK)
        try:
            with job_description(context, "TfidfVectorizer: counting terms"):
                document_count = _document_count_of(counted, name)
                options = self._library_options(document_count)
                terms, documents = collected(selected(counted, options))
        finally:
            counted.unpersist()
        model = TfidfVectorizerModel(_parts(options, terms, documents, document_count, name).to_bytes())
        return self._copyValues(model)

    def _library_options(self, document_count: int | None) -> dict[str, Any]:
        """The library's options, all checked; shares of the documents as numbers of them, where it is known how many there are.

        Raises
        ------
        InvalidParameterError
            With the parameter, its value and what is allowed.
        """
        params = {name: self.getOrDefault(own) for own, name in TEXT_NAMES.items()}
        try:
            options = LocalVectorizer(**params)._options_for(document_count)
            # Making one checks every value; more columns can be hashed to than are counted.
            made = Vectorizer.new(options)
            if self.getHashing() is not None:
                made.fit((b"", np.zeros(2, dtype=np.int64)), 1, False)
        except InvalidParameterError as error:
            raise InvalidParameterError(in_our_words(str(error), TEXT_NAMES)) from None
        found: dict[str, Any] = json.loads(options)
        return found


class TfidfVectorizerModel(FittedModel, _TextColumns):
    """What `TfidfVectorizer.fit` gives: adds vectors to frames."""

    # --- what it knows

    @property
    def vocabulary(self) -> list[str]:
        """The term of each column; empty when hashing."""
        return self._native().terms()

    @property
    def idf(self) -> np.ndarray:
        """The inverse document frequency of each column: float32."""
        inverse: np.ndarray = self._native().frequencies()[0]
        return inverse

    @property
    def numFeatures(self) -> int:
        """How many columns there are."""
        return int(self._native().info.column_count)

    @property
    def numDocs(self) -> int:
        """How many documents were counted."""
        return int(self._native().info.document_count)

    def toLocal(self) -> LocalVectorizer:
        """The same vectoriser without Spark."""
        return LocalVectorizer._of_handle(self._native())

    @classmethod
    def fromLocal(cls, vectorizer: LocalVectorizer) -> Self:
        """A model from a vectoriser that was fitted without Spark, such as `vectorizer_` of a `TextClassifier`.

        Raises
        ------
        NotFittedError
            It has seen no documents.
        ValueError
            It has a callable, a pattern or another part that only Python knows.
        """
        return cls(Parts.of(vectorizer._for_file()).to_bytes())

    # --- frames

    def _transform(self, dataset: DataFrame) -> DataFrame:
        field = self._text_field(dataset)
        name = self.getOutputCol()
        new_columns(dataset.schema, {"outputCol": name})
        # Later stages learn the number of features before any row is read.
        added = T.StructField(name, VectorUDT(), metadata={"ml_attr": {"num_attrs": self.numFeatures}})
        schema = T.StructType([*dataset.schema.fields, added])
        place = dataset.schema.fieldNames().index(field.name)
        return mapped(dataset, vectorizing(self._at_executors(dataset), self._key, place, field.name, schema), schema)

    @staticmethod
    def _opened(data: bytes) -> Vectorizer:
        return Parts.from_bytes(data).vectorizer()

    def __repr__(self) -> str:
        if self._data is None:
            return f"TfidfVectorizerModel: uid={self.uid}, not fitted"
        return f"TfidfVectorizerModel: uid={self.uid}, numFeatures={self.numFeatures}, numDocs={self.numDocs}"


def _text_param(own: str, name: str) -> Param[Any]:
    def converted(value: Any) -> Any:
        try:
            if name in ("min_df", "max_df"):
                # A whole number, or a share of the documents.
                if value is not None or name == "min_df":
                    _document_count(own, value, None, int)
                return value
            return checked(own, value, TEXT[name])
        except InvalidParameterError as error:
            raise TypeError(str(error)) from None

    return Param(Params._dummy(), own, TEXT[name].help, typeConverter=converted)


_PARAMS = {own: _text_param(own, name) for own, name in TEXT_NAMES.items()}
add_parameters(TfidfVectorizer, _PARAMS, ("inputCol", "outputCol"))
add_parameters(TfidfVectorizerModel, {}, ("inputCol", "outputCol"))


def _document_count_of(counted: Any, name: str) -> int:
    """How many documents were counted.

    Raises
    ------
    BadDataError
        The frame has no rows, or some are null.
    """
    found = counted.where(F.col("term").isNull()).collect()
    documents, nulls = (int(found[0][field]) for field in ("documents", "occurrences")) if found else (0, 0)
    if nulls:
        raise bad_data(
            f"column {name!r} is null in {nulls} of {documents} rows; drop such rows with `df.dropna(subset=[{name!r}])`", "null"
        )
    if not documents:
        raise bad_data("the frame has no rows; there is nothing to learn from", "no_rows")
    return documents


def _parts(options: dict[str, Any], terms: np.ndarray, documents: np.ndarray, document_count: int, name: str) -> Parts:
    """A fitted vectoriser from the counts of its terms.

    Raises
    ------
    BadDataError
        No term is left.
    """
    if options["hashing"] is not None:
        columns, names = np.zeros(1 << options["hashing"], dtype=np.int64), []
        columns[terms.astype(np.int64)] = documents
        documents = columns
    elif len(terms):
        names = terms.tolist()
    else:
        raise bad_data(
            f"empty vocabulary: no term of column {name!r} is in min_df = {options['min_df']} to max_df = "
            f"{options['max_df'] or document_count} of {document_count} documents; check the column, minDF, maxDF and stopWords",
            "empty_vocabulary",
        )
    return Parts(json.dumps(options), names, inverse_frequencies(options, documents, document_count), documents, document_count)
