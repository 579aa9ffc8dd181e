"""Makes the compressed fixtures; needs the program zstd. Run it in this folder, and check in what it writes."""

import bz2
import lzma
import pathlib
import struct
import subprocess
import zlib


def zstd(data, *options):
    return subprocess.run(["zstd", "-c", "--no-progress", *(options or ["-19"])], input=data, capture_output=True, check=True).stdout


def with_large_window(data):
    """The same xz file, which says that it takes a window of 2 GiB."""
    data = bytearray(data)
    size = (data[12] + 1) * 4
    header = slice(12, 12 + size - 4)
    data[12 + data[header].index(b"\x21\x01") + 2] = 38
    data[header.stop:header.stop + 4] = struct.pack("<I", zlib.crc32(bytes(data[header])))
    return data


START, END = b"a\tone\nb\ttw", b"o\n" + b"label\tthe same text again and again\n" * 2000
SHORT = b"a\tone\nb\ttwo\nc\tthree\n"
BOMB = b"label\t" + b"a" * (20 << 20)
for ending, compress in ("bz2", bz2.compress), ("xz", lambda data: lzma.compress(data, preset=0)), ("zst", zstd):
    for name, members in ("rows", [START, b"", END]), ("short", [SHORT]), ("bomb", [BOMB]):
        pathlib.Path(f"{name}.tsv.{ending}").write_bytes(b"".join(map(compress, members)))
pathlib.Path("window.tsv.zst").write_bytes(zstd(b"a\tone\n", "--ultra", "-1", "--long=28"))
pathlib.Path("window.tsv.xz").write_bytes(with_large_window(lzma.compress(b"a\tone\n", preset=0)))
