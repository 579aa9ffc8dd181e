"""A model file as an MLflow model: logged or saved once, loaded by anything that speaks `mlflow.pyfunc`.

    python Examples/python/mlflow_model.py [FOLDER]        (the folder to write the MLflow model into)
"""

import pathlib
import sys
import tempfile

import mlflow.pyfunc
import pandas as pd
from mlflow.models import infer_signature

from fast_kmeans_classifier import TextClassifier

HERE = pathlib.Path(__file__).resolve().parent


class Tickets(mlflow.pyfunc.PythonModel):
    """Answers a table with a column `text` by a table of labels and confidences."""

    def load_context(self, context):
        self.classifier = TextClassifier.load(context.artifacts["model"])

    def predict(self, context, model_input, params=None):
        answers = self.classifier.predict_top_k(model_input["text"], k=1)
        return pd.DataFrame({"label": answers.labels[:, 0], "confidence": answers.confidences[:, 0]})


tickets = pd.read_csv(HERE.parent / "tickets" / "tickets.csv")
questions = pd.DataFrame({"text": ["my screen is black", "my card was charged two times"]})

with tempfile.TemporaryDirectory() as folder:
    # The classifier is a file, which MLflow copies; it pickles only the small class above.
    artifact = pathlib.Path(folder, "tickets.safetensors")
    TextClassifier().fit(tickets["text"], tickets["label"]).save(artifact)
    saved = sys.argv[1] if len(sys.argv) > 1 else str(pathlib.Path(folder, "model"))
    mlflow.pyfunc.save_model(
        saved, python_model=Tickets(), artifacts={"model": str(artifact)},
        signature=infer_signature(questions, pd.DataFrame({"label": ["hardware"], "confidence": [0.9]}).astype({"confidence": "float32"})),
        pip_requirements=["fast-kmeans-classifier", "pandas"],
    )
    for label, confidence in mlflow.pyfunc.load_model(saved).predict(questions).itertuples(index=False):
        print(f"{label} {confidence:.2f}")
