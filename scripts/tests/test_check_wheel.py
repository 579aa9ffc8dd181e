"""Tests of scripts/check_wheel.py: what it says of listings and of wheels that are not as they should be."""

import pathlib
import sys
import tempfile
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import check_wheel  # noqa: E402

NM = """\
0000000000000000 A FASTKMEANS_1
00000000000a1b20 T fkm_version@@FASTKMEANS_1
00000000000a1b40 T fkm_model_free@@FASTKMEANS_1
"""
READELF = """\
 0x0000000000000001 (NEEDED)             Shared library: [libz.so.1]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
 0x0000000000000001 (NEEDED)             Shared library: [ld-linux-x86-64.so.2]
"""


class Listings(unittest.TestCase):
    def test_what_the_header_has_is_fine(self):
        declared = {"fkm_version", "fkm_model_free"}
        self.assertEqual(list(check_wheel.faults_of_symbols(NM, declared)), [])

    def test_foreign_and_missing_functions_are_named(self):
        faults = list(check_wheel.faults_of_symbols(NM + "0 T swift_retain\n0 d local\n", {"fkm_version", "fkm_model_free", "fkm_x"}))
        self.assertEqual(len(faults), 2)
        self.assertIn("swift_retain", faults[0])
        self.assertIn("fkm_x", faults[1])

    def test_only_common_libraries_are_needed(self):
        self.assertEqual(list(check_wheel.faults_of_needs(READELF)), [])
        more = READELF + " 0x0000000000000001 (NEEDED)   Shared library: [libswiftCore.so]\n"
        self.assertIn("libswiftCore.so", list(check_wheel.faults_of_needs(more))[0])

    def test_the_header_is_read(self):
        declared = check_wheel.declared_functions(check_wheel.HEADER.read_text(encoding="utf-8"))
        self.assertIn("fkm_classifier_fit", declared)
        self.assertIn("fkm_version", declared)
        self.assertIn("fkm_buffer_data", declared)
        self.assertNotIn("fkm_progress_function", declared)


class Wheels(unittest.TestCase):
    def faults(self, name, files):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            with zipfile.ZipFile(path, "w") as archive:
                for file, content in files.items():
                    archive.writestr(file, content)
            return list(check_wheel.faults_of_wheel(path, pathlib.Path(folder) / "unpacked"))

    def test_names_and_missing_libraries_are_told(self):
        faults = self.faults("fast_kmeans_classifier-1.0-cp311-cp311-linux_x86_64.whl", {"a.py": ""})
        self.assertEqual(len(faults), 2)
        self.assertIn("not a wheel for any Python 3", faults[0])
        self.assertIn("0 libraries", faults[1])

    def test_a_slow_import_is_told(self):
        self.assertEqual(list(check_wheel.faults_of_import(12.5, 20)), [])
        self.assertEqual(list(check_wheel.faults_of_import(81.2, 400)), [])
        self.assertIn("takes 81 ms", list(check_wheel.faults_of_import(81.2, 100))[0])

    def test_size_is_limited(self):
        content = b"x" * (check_wheel.MAX_BYTES + 1)
        faults = self.faults("fast_kmeans_classifier-1.0-py3-none-manylinux_2_36_x86_64.whl", {"a": content})
        self.assertIn("at most 8000000", faults[0])


if __name__ == "__main__":
    unittest.main()
