"""The import line of the PyTorch class goes on working: `from FastKMeansClassifier import FastKMeansClassifier`."""

from fast_kmeans_classifier import FastKMeansClassifier

__all__ = ["FastKMeansClassifier"]
