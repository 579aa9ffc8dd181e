"""The synthetic rows: repeatable, well formed, learnable."""

import unittest

import numpy

import synth
from harness import peers

SIZES = {"documents": 600, "features": 500, "classes": 10, "mean_length": 60.0}


class SynthTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.parts = synth.make(**SIZES)

    def test_rows_are_sorted_unit_and_finite(self):
        for rows, labels in self.parts:
            self.assertEqual(rows.shape, (len(labels), 500))
            self.assertTrue(rows.has_sorted_indices and rows.has_canonical_format)
            lengths = numpy.sqrt(rows.multiply(rows).sum(axis=1))
            numpy.testing.assert_allclose(lengths, 1, atol=1e-5)

    def test_same_arguments_give_same_rows(self):
        for (rows, labels), (again, labels_again) in zip(self.parts, synth.make(**SIZES)):
            self.assertEqual((rows != again).nnz, 0)
            numpy.testing.assert_array_equal(labels, labels_again)
        other = synth.make(**SIZES, seed=2)[0][0]
        self.assertNotEqual((self.parts[0][0] != other).nnz, 0)

    def test_classes_are_uneven_and_can_be_learnt(self):
        (train, labels), (test, truth) = self.parts
        sizes = numpy.bincount(labels, minlength=10)
        self.assertGreater(sizes.max(), 2 * sizes.min())
        accuracy = numpy.mean(peers.NearestMean().fit(train, labels).predict(test) == truth)
        self.assertGreater(accuracy, 0.5, "one in ten would be chance")


if __name__ == "__main__":
    unittest.main()
