"""Makes the files in this folder with NumPy and SciPy: python3 make_fixtures.py

Cell (row, column) of every matrix is a small formula, which the tests compute as well.
"""

import pathlib

import numpy as np
import scipy.sparse as sp

folder = pathlib.Path(__file__).parent
rows, columns = 13, 7
row, column = np.mgrid[0:rows, 0:columns]
cells = (row * 7 + column * 3) % 11 - 5
kept = np.where((row * 5 + column * 3) % 4 == 0, cells, 0)
kept[4] = 0

for name in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
    np.save(folder / f"dense-{'big' if name[0] == '>' else 'little'}-{name[1:]}.npy", (cells / 4).astype(name))
for name in ["<i1", "<i2", ">i4", "<i8"]:
    np.save(folder / f"dense-{'big' if name[0] == '>' else 'little'}-{name[1:]}.npy", cells.astype(name))
for name in ["<u1", ">u2", "<u4", "<u8"]:
    np.save(folder / f"dense-{'big' if name[0] == '>' else 'little'}-{name[1:]}.npy", (cells + 5).astype(name))
np.save(folder / "dense-bool.npy", cells > 0)
np.save(folder / "dense-fortran-f4.npy", np.asfortranarray((cells / 4).astype("<f4")))
for version in [(2, 0), (3, 0)]:
    with open(folder / f"dense-version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, (cells / 4).astype("<f4"), version=version)
np.save(folder / "bad-structured.npy", np.zeros(3, dtype=[("a", "<i4"), ("b", "<f4")]))
np.save(folder / "bad-object.npy", np.array([None, "a"], dtype=object), allow_pickle=True)
np.save(folder / "bad-one-dimension.npy", np.arange(6, dtype="<f4"))
np.save(folder / "bad-nan.npy", np.array([[1, 2], [3, np.nan]], dtype="<f4"))

bits = np.unique(np.r_[0:40, 1020:1030, 31740:31744, 0:65536:97]).astype("<u2")
bits = np.unique(np.r_[bits, bits | 0x8000]).astype("<u2")
halves = bits.view("<f2")[np.isfinite(bits.view("<f2"))].reshape(-1, 1)
np.save(folder / "halves.npy", halves)
np.save(folder / "halves-as-singles.npy", halves.astype("<f4"))

csr = sp.csr_matrix(kept / 4)
sp.save_npz(folder / "sparse-compressed.npz", csr.astype("<f4"))
sp.save_npz(folder / "sparse-stored.npz", csr.astype("<f4"), compressed=False)
sp.save_npz(folder / "sparse-float64.npz", csr.astype("<f8"))
long = sp.csr_matrix(kept / 4)
long.indices, long.indptr = long.indices.astype("<i8"), long.indptr.astype("<i8")
sp.save_npz(folder / "sparse-int64-indices.npz", long)
sp.save_npz(folder / "sparse-array.npz", sp.csr_array(kept / 4))
np.savez(folder / "sparse-big-endian.npz", format=np.array("csr"), shape=np.array([rows, columns], ">i4"),
         indices=csr.indices.astype(">u4"), indptr=csr.indptr.astype(">i8"), data=csr.data.astype(">f2"))
sp.save_npz(folder / "bad-csc.npz", sp.csc_matrix(kept / 4))
np.savez(folder / "bad-arrays.npz", a=np.arange(3))


def broken(name, **changes):
    parts = dict(format=b"csr", shape=np.array(csr.shape), indices=csr.indices, indptr=csr.indptr,
                 data=csr.data.astype("<f4"))
    parts.update(changes)
    np.savez_compressed(folder / f"bad-{name}.npz", **parts)


def changed(array, index, value):
    array = array.copy()
    array[index] = value
    return array


first = csr.indptr[1]
broken("unsorted", indices=np.concatenate([csr.indices[:first][::-1], csr.indices[first:]]))
broken("duplicate", indices=changed(csr.indices, 1, csr.indices[0]))
broken("negative", indices=changed(csr.indices, 0, -1))
broken("out-of-range", indices=changed(csr.indices, first - 1, columns))
broken("not-monotone", indptr=changed(csr.indptr, 1, csr.indptr[3]))
broken("short-data", data=csr.data[:-1].astype("<f4"))
broken("short-indptr", indptr=csr.indptr[:-1])
broken("infinite", data=changed(csr.data, 2, np.inf).astype("<f4"))
broken("huge-shape", shape=np.array([rows, 1 << 40]))

numbers = (np.arange(rows) * 5) % 4 - 1
np.save(folder / "labels-i4.npy", numbers.astype("<i4"))
np.save(folder / "labels-big-i8.npy", numbers.astype(">i8"))
np.save(folder / "labels-column.npy", numbers.reshape(-1, 1))
np.save(folder / "labels-whole-f8.npy", numbers.astype("<f8"))
np.save(folder / "labels-unicode.npy", np.array([["müde", "wach", "zzz"][i % 3] for i in range(rows)]))
np.save(folder / "labels-bytes.npy", np.array([[b"a", b"bcd"][i % 2] for i in range(rows)]))
np.save(folder / "bad-labels-one-hot.npy", np.eye(4)[numbers + 1])
np.save(folder / "bad-labels-probabilities.npy", np.full((rows, 4), 0.25, "<f4"))
np.save(folder / "bad-labels-fractional.npy", numbers + 0.5)
np.save(folder / "bad-labels-nan.npy", changed(numbers.astype("<f8"), 3, np.nan))
