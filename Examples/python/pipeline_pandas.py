"""A scikit-learn pipeline over a pandas table: text and a column of categories in one classifier.

    python Examples/python/pipeline_pandas.py [tickets.csv]
"""

import pathlib
import sys

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from fast_kmeans_classifier import FastKMeansClassifier, TfidfVectorizer

HERE = pathlib.Path(__file__).resolve().parent
tickets = pd.read_csv(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "tickets" / "tickets.csv")

# A second column, as a form would send it: where the ticket came from.
tickets["channel"] = ["phone" if len(text) < 32 else "mail" for text in tickets["text"]]

# One name gives the vectoriser a column of texts; a list of names gives the encoder a table.
columns = make_column_transformer((TfidfVectorizer(), "text"), (OneHotEncoder(handle_unknown="ignore"), ["channel"]))
# Every text has length 1, and so has a channel. Text says more about the class, so the channel counts less.
columns.set_params(transformer_weights={"onehotencoder": 0.3})
pipeline = make_pipeline(columns, FastKMeansClassifier())

scores = cross_val_score(pipeline, tickets, tickets["label"], cv=5)
print(f"accuracy {scores.mean():.2f} in five folds")

pipeline.fit(tickets, tickets["label"])
new = pd.DataFrame({"text": ["my screen is black"], "channel": ["phone"]})
print(pipeline.predict(new)[0])
