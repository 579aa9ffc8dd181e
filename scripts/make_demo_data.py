#!/usr/bin/env python3
"""Rebuild the demo's data set from WordNet 3.0, byte for byte.

    apt-get download wordnet-base && dpkg -x wordnet-base_*.deb wordnet
    scripts/make_demo_data.py wordnet/usr/share/wordnet

Each synset of `data.{noun,verb,adj,adv}` becomes one row, `label<TAB>lemma, lemma : gloss`; the label is the
name of its lexicographer file (wndb(5WN), lexnames(5WN)). Standard library only.

Order and split come from the SHA-256 of the text, so that they depend on no random generator, no locale and no
order of input files, and so that one text can never stand on both sides of the split.
"""

import argparse
import gzip
import hashlib
import io
import pathlib
import sys

# lexnames(5WN): the position is the number that stands in the data files.
LEXICOGRAPHER_FILES = """
adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition
noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object noun.person
noun.phenomenon noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape noun.state
noun.substance noun.time verb.body verb.change verb.cognition verb.communication verb.competition verb.consumption
verb.contact verb.creation verb.emotion verb.motion verb.perception verb.possession verb.social verb.stative
verb.weather adj.ppl
""".split()

PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")
SYNTACTIC_MARKERS = ("(a)", "(p)", "(ip)")
TEST_PER_MILLE = 200
DEFAULT_OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "Sources/FastKMeansCLI/Resources/wordnet"


def parse_synset(line):
    """One line of a data file as `(label, text)`.

    Fields: offset, lexicographer file, kind, lemma count (hexadecimal), then a lemma and its lexical id each;
    everything after the first `|` is the gloss.
    """
    fields, bar, gloss = line.partition(" | ")
    if not bar:
        raise ValueError("no gloss")
    words = fields.split(" ")
    lemma_count = int(words[3], 16)
    lemmas = []
    for lemma in words[4 : 4 + 2 * lemma_count : 2]:
        for marker in SYNTACTIC_MARKERS:
            lemma = lemma.removesuffix(marker)
        lemmas.append(lemma.replace("_", " "))
    text = ", ".join(lemmas) + " : " + " ".join(gloss.split())
    if "\t" in text or not text.isprintable():
        raise ValueError("a character that a row cannot hold")
    return LEXICOGRAPHER_FILES[int(words[1])], text


def read_rows(folder):
    """Every distinct `(label, text)` of the four data files."""
    rows = set()
    for part in PARTS_OF_SPEECH:
        path = folder / f"data.{part}"
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.startswith("  "):  # the licence stands at the head of each file
                    continue
                try:
                    rows.add(parse_synset(line.rstrip("\n")))
                except (ValueError, IndexError) as error:
                    raise SystemExit(f"{path}, line {number}: {error}; is this a WordNet 3.0 data file?")
    return rows


def split_and_order(rows):
    """`(train, test)`, each in the order of its texts' hashes."""
    train, test = [], []
    for label, text in rows:
        digest = hashlib.sha256(text.encode()).digest()
        # The order uses the first 16 bytes and the split others: else the split would cut the order in two.
        is_test = int.from_bytes(digest[16:24], "big") % 1000 < TEST_PER_MILLE
        (test if is_test else train).append((digest[:16], label, text))
    return sorted(train), sorted(test)


def write_gzip(path, rows):
    """Write the rows as gzip without a time or a name inside; return the SHA-256 of the plain bytes."""
    plain = "".join(f"{label}\t{text}\n" for _, label, text in rows).encode()
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(plain)
    path.write_bytes(packed.getvalue())
    return hashlib.sha256(plain).hexdigest(), packed.tell()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wordnet", type=pathlib.Path, help="folder with data.noun, data.verb, data.adj, data.adv")
    parser.add_argument("--output", type=pathlib.Path, default=DEFAULT_OUTPUT)
    arguments = parser.parse_args()
    train, test = split_and_order(read_rows(arguments.wordnet))
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name, rows in (("train", train), ("test", test)):
        digest, size = write_gzip(arguments.output / f"{name}.tsv.gz", rows)
        classes = len({label for _, label, _ in rows})
        print(f"{name}.tsv.gz: {len(rows)} rows, {classes} classes, {size} bytes, plain SHA-256 {digest}")


if __name__ == "__main__":
    sys.exit(main())
