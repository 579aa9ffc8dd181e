"""Tables and choices of the micro benchmarks, on made-up results; pictures where matplotlib is there."""

import importlib.util
import json
import pathlib
import tempfile
import unittest

import kernels
import report

PEAKS = {"avx2": {"single": 100.0, "codes": 200.0, "L1": 150.0, "L2": 100.0, "L3": 30.0, "memory": 10.0}}
ABOUT = {"machine": {"cpu": "Example", "cores": 2, "system": "Linux"}, "versions": {"numpy": "2"}, "date": "2026-01-01",
         "threads": 1}


def kernel(name, gflops, gbytes, place, arithmetic="single"):
    return {"kernel": name, "shape": "8", "level": "avx2", "arithmetic": arithmetic, "place": place, "seconds": 1e-6,
            "gflops": gflops, "gbytes": gbytes}


def scoring(prototypes, is_refined):
    return {"model": "m", "documents": 10, "non_zeros": 42.0, "prototypes": prototypes, "is_refined": is_refined,
            "method": "eightBit", "index_bytes": 2_000_000, "best": 1_000_000, "best_with_scores": 900_000,
            "predict": 800_000, "threads": {"count": 2, "one_wall_seconds": 2.0, "all_wall_seconds": 1.0}}


class ShareTest(unittest.TestCase):
    def test_is_of_the_limit_that_binds(self):
        self.assertEqual(kernels.shares(kernel("a", 90, 10, "L1"), PEAKS), (0.9, "single arithmetic"))
        self.assertEqual(kernels.shares(kernel("b", 50, 80, "L2"), PEAKS), (0.8, "reading L2"))
        self.assertEqual(kernels.shares(kernel("c", 50, 3, "L3", "codes"), PEAKS), (0.25, "codes arithmetic"))
        self.assertEqual(kernels.shares(kernel("d", 0, 15, "L3"), PEAKS), (0.5, "reading L3"))


class TableTest(unittest.TestCase):
    def test_every_kind_of_result_has_its_table(self):
        found = kernel("tile", 90, 10, "L1") | {"share": 0.9, "limit": "single arithmetic"}
        text = report.any_markdown({**ABOUT, "name": "kernels", "peaks": PEAKS, "kernels": [found]})
        self.assertIn("| `tile` | 8 | G operations | 90 | 90 % of single arithmetic |", text)
        text = report.any_markdown({**ABOUT, "name": "scoring", "scoring": {"set": {"runs": [scoring(58, True)]}}})
        self.assertIn("| set | refined | 58 | 42 | 8-bit rows | 2 | 1,000,000 | 900,000 | 800,000 | 2.00 |", text)
        self.assertEqual(report.any_markdown({"sets": {}}), "")

    def test_dense_ratio_is_ours_over_theirs(self):
        systems = {
            name: {"documents_per_second": rate, "gflops": 1.0, "share_of_peak": 0.5}
            for name, rate in (("fastkmeans-float32", 3000), ("faiss", 2000))
        }
        shape = {"documents": 10, "features": 4, "prototypes": 2, "level": "avx2", "peak_gflops": 100.0,
                 "systems": systems}
        text = report.any_markdown({**ABOUT, "name": "dense", "dense": [shape]})
        self.assertIn("| faiss | 2,000 | 1 | 50 % | 1.50 x |", text)


class UpdateTest(unittest.TestCase):
    def test_a_table_goes_into_its_place_only(self):
        document = "a\n<!-- begin dense -->\nold\n<!-- end dense -->\nb\n"
        text = "### dense\n\nnew\n"
        self.assertEqual(
            report.updated(document, "dense", text), "a\n<!-- begin dense -->\nnew\n<!-- end dense -->\nb\n")
        self.assertEqual(report.updated(document, "kernels", text), document)
        half = "<!-- begin dense -->\nno end"
        self.assertEqual(report.updated(half, "dense", text), half)


@unittest.skipUnless(importlib.util.find_spec("matplotlib"), "pictures need matplotlib: Benchmarks/make_peers.sh")
class PlotTest(unittest.TestCase):
    def test_labels_move_apart_and_keep_their_order(self):
        import plot

        moved = plot.spread([0.5, 0.1, 0.5, 0.52], 0.1)
        self.assertEqual(sorted(range(4), key=moved.__getitem__), [1, 0, 2, 3])
        ordered = sorted(moved)
        self.assertTrue(all(upper - lower > 0.099 for lower, upper in zip(ordered, ordered[1:])))

    def test_same_results_give_the_same_bytes(self):
        import plot

        result = {**ABOUT, "name": "scoring", "scoring": {"set": {"runs": [scoring(58, False), scoring(174, True)]}}}
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "scoring.json").write_text(json.dumps(result), encoding="utf-8")
            drawn = []
            for name in ("a.svg", "b.svg"):
                figure = plot.draw_scoring(plot.load(pathlib.Path(folder)))
                figure.savefig(pathlib.Path(folder, name), metadata={"Date": None})
                drawn.append(pathlib.Path(folder, name).read_bytes())
        self.assertEqual(drawn[0], drawn[1])


if __name__ == "__main__":
    unittest.main()
