"""What `make dist` writes around an executable, with a stand-in for it and, where there is one, with the real program."""

import hashlib
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import make_dist  # noqa: E402

TOOL = pathlib.Path(os.environ.get("FASTKMEANS_TOOL", ROOT / ".build" / "debug" / "fastkmeans"))


def argument(name, **others):
    names = [{"kind": "long", "name": name}]
    return {
        "kind": "option", "names": names, "preferredName": names[0], "valueName": "value", "shouldDisplay": True,
        "isOptional": True, "abstract": "Says what.", **others,
    }


HELP = {
    "command": {
        "commandName": "fastkmeans", "abstract": "Classify text.", "arguments": [],
        "subcommands": [
            {
                "commandName": "train", "abstract": "Fit a model.", "discussion": "Example:\n  fastkmeans train\n\n.Hidden dots.",
                "arguments": [
                    argument("input", isOptional=False, sectionTitle="Input"), argument("seed", defaultValue="42"),
                    argument("deep", shouldDisplay=False), argument("quiet", kind="flag"),
                ],
            },
            {"commandName": "help", "abstract": "Help.", "arguments": []},
        ],
    }
}
STAND_IN = f"""#!{sys.executable}
import sys
print({{"--version": "1.2.3", "--experimental-dump-help": {json.dumps(json.dumps(HELP))}}}.get(sys.argv[1], sys.argv[-1]))
"""


def unpacked(archive):
    with tarfile.open(archive) as file:
        return {
            member.name.partition("/")[2]: (file.extractfile(member).read(), member.mode, member.mtime)
            for member in file.getmembers()
        }


class Distribution(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.tool = self.folder / "fastkmeans"
        self.tool.write_text(STAND_IN, encoding="utf-8")
        self.tool.chmod(0o755)
        (self.folder / make_dist.RESOURCES).mkdir()
        (self.folder / make_dist.RESOURCES / "data.txt").write_text("data", encoding="utf-8")

    def test_the_archive_has_everything_and_the_same_bytes_again(self):
        archive, listing, sums = make_dist.make(self.tool, self.folder / "dist")
        found = unpacked(archive)
        self.assertEqual(found["bin/fastkmeans"][0], self.tool.read_bytes())
        self.assertTrue(found["bin/fastkmeans"][1] & stat.S_IXUSR)
        self.assertEqual(found[f"bin/{make_dist.RESOURCES}/data.txt"][0], b"data")
        self.assertEqual(found["sbom.spdx.json"][0], listing.read_bytes())
        self.assertEqual({page for page in found if "/man1/" in page},
                         {"share/man/man1/fastkmeans.1", "share/man/man1/fastkmeans-train.1"})
        for shell, path in make_dist.COMPLETIONS.items():
            self.assertEqual(found[path][0].decode().strip(), shell)
        again, _, _ = make_dist.make(self.tool, self.folder / "again")
        self.assertEqual(archive.read_bytes(), again.read_bytes())
        for line in sums.read_text(encoding="utf-8").splitlines():
            digest, name = line.split("  ")
            self.assertEqual(hashlib.sha256((sums.parent / name).read_bytes()).hexdigest(), digest)

    def test_a_program_without_its_resources_is_refused(self):
        shutil.rmtree(self.folder / make_dist.RESOURCES)
        with self.assertRaisesRegex(SystemExit, "demo"):
            make_dist.make(self.tool, self.folder / "dist")

    def test_the_list_names_each_package_once_and_refers_to_what_it_has(self):
        bill = make_dist.bill_of_materials("f-1", "1", 0, b"program", "6.3.1", is_static=True)
        known = [each["SPDXID"] for each in [bill, *bill["packages"], *bill["files"]]]
        self.assertEqual(len(known), len(set(known)))
        for relation in bill["relationships"]:
            self.assertIn(relation["spdxElementId"], known)
            self.assertIn(relation["relatedSpdxElement"], known)
        licences = {each["licenseDeclared"] for each in bill["packages"] if each["licenseDeclared"].startswith("LicenseRef")}
        self.assertEqual(licences, {each["licenseId"] for each in bill["hasExtractedLicensingInfos"]})
        pins = json.loads(make_dist.PINS.read_text(encoding="utf-8"))["pins"]
        versions = {each["name"]: each["versionInfo"] for each in bill["packages"]}
        self.assertTrue(pins)
        for pin in pins:
            self.assertEqual(versions[pin["identity"]], pin["state"]["version"])
        digest = {each["algorithm"]: each["checksumValue"] for each in bill["files"][0]["checksums"]}
        self.assertEqual(digest["SHA256"], hashlib.sha256(b"program").hexdigest())
        kinds = [make_dist.bill_of_materials("f", "1", 0, b"", "6", is_static=way)["relationships"] for way in (True, False)]
        self.assertEqual([sum(each["relationshipType"] == "STATIC_LINK" for each in kind) for kind in kinds], [len(pins) + 1, len(pins)])

    def test_every_package_of_the_manifest_has_an_exact_version(self):
        manifest = (ROOT / "Package.swift").read_text(encoding="utf-8")
        for pin in json.loads(make_dist.PINS.read_text(encoding="utf-8"))["pins"]:
            self.assertIn(pin["location"], manifest)
        self.assertEqual(manifest.count(".package(url:"), 1, "a new dependency: renew scripts/release/Package.resolved")


class ManualPages(unittest.TestCase):
    def test_a_page_has_usage_text_and_options(self):
        pages = dict(make_dist.manual_pages(HELP, "1.2.3", "2026-01-02"))
        page = pages["fastkmeans-train.1"]
        for line in [
            '.TH "FASTKMEANS-TRAIN" 1 "2026-01-02" "FastKMeans 1.2.3"', ".B fastkmeans train", "\\-\\-input <value> [options]",
            "\\fB\\-\\-quiet\\fR", "Says what. (default: 42)", ".SH \"INPUT\"", "\\&.Hidden dots.", "\\fBfastkmeans\\fR(1)",
        ]:
            self.assertIn(line, page.splitlines())
        self.assertNotIn("deep", page)
        self.assertIn(".B train", pages["fastkmeans.1"])

    def test_the_program_s_pages_are_roff_that_groff_takes(self):
        if not TOOL.exists():
            self.assertNotIn("CI", os.environ, f"no {TOOL}")
            self.skipTest(f"no {TOOL}: build it, or name one in FASTKMEANS_TOOL")
        tree = json.loads(make_dist.output(TOOL, "--experimental-dump-help"))
        pages = dict(make_dist.manual_pages(tree, "1", "2026-01-02"))
        self.assertIn("fastkmeans-stream.1", pages)
        self.assertIn("\\-\\-k\\-init", pages["fastkmeans-train.1"])
        if groff := shutil.which("groff"):
            for name, page in pages.items():
                done = subprocess.run([groff, "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""), name)


class Locks(unittest.TestCase):
    def test_every_list_of_requirements_has_a_lock_with_hashes(self):
        for requirements in [*ROOT.glob("python/requirements*.txt"), *ROOT.glob("scripts/requirements*.txt"),
                             ROOT / "Server" / "Tests" / "clients" / "requirements.txt"]:
            lock = requirements.with_suffix(".lock").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
            exact = {line.partition("==")[0].partition("[")[0] for line in lock}
            for line in lock:
                self.assertRegex(line, r"^[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", requirements)
            for line in requirements.read_text(encoding="utf-8").splitlines():
                name = line.partition("#")[0].partition(";")[0].replace("[", "=").replace(">", "=").partition("=")[0].strip()
                if name:
                    self.assertIn(name.lower().replace("_", "-"), exact, requirements)


if __name__ == "__main__":
    unittest.main()
