"""Training and prediction on Spark: estimators and models of `pyspark.ml`, for vectors and for texts.

    from fast_kmeans_classifier.spark import FastKMeansClassifier
    model = FastKMeansClassifier(kInit=5, labelCol="topic").fit(frame)
    model.transform(frame).select("prediction", "probability")
    model.write().overwrite().save("hdfs:///models/topics")

Needs `pip install fast-kmeans-classifier[spark]` on the driver and on every executor.
"""

from __future__ import annotations

import importlib.util as _util

for _name in ("pyspark", "pyarrow", "pandas"):
    # pandas is what `mapInArrow` asks for; it is not imported here.
    if _util.find_spec(_name) is None:
        raise ImportError(
            f"{_name} is not installed; fast_kmeans_classifier.spark needs PySpark, PyArrow and pandas: "
            "pip install 'fast-kmeans-classifier[spark]'"
        )

from ._estimator import FastKMeansClassifier
from ._model import FastKMeansClassificationModel
from ._vectorizer import TfidfVectorizer, TfidfVectorizerModel

# Saved pipelines name classes by where they are imported from.
for _class in (FastKMeansClassifier, FastKMeansClassificationModel, TfidfVectorizer, TfidfVectorizerModel):
    _class.__module__ = __name__

__all__ = ["FastKMeansClassificationModel", "FastKMeansClassifier", "TfidfVectorizer", "TfidfVectorizerModel"]
