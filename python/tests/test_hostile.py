"""What comes from outside ends in an error, never in the end of the process."""

import hashlib
import re
import subprocess
import sys

import numpy as np
import pytest

from fast_kmeans_classifier import FastKMeansClassifier, BadModelError


def sealed(header: str, data: bytes) -> bytes:
    """A model file with digests that fit."""
    header = re.sub(r'"data_sha256":"\w*"', f'"data_sha256":"{hashlib.sha256(data).hexdigest()}"', header)
    empty = re.sub(r'"header_sha256":"\w*"', f'"header_sha256":"{"0" * 64}"', header)
    header = empty.replace("0" * 64, hashlib.sha256(empty.encode()).hexdigest())
    return len(header).to_bytes(8, "little") + header.encode() + data


@pytest.mark.parametrize("count", [0, 2**31, 2**32, 2**63 - 1, 2**64 - 1])
def test_a_model_with_a_count_that_no_memory_holds_is_refused(tmp_path, count):
    rows = np.eye(4, dtype="f4").repeat(5, axis=0)
    path = tmp_path / "m.safetensors"
    FastKMeansClassifier(k_init=2, refine=0).fit(rows, np.arange(20) // 10).save(path)
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header, data = content[8 : 8 + length].decode(), content[8 + length :]
    path.write_bytes(sealed(header, data))
    assert FastKMeansClassifier.load(path).n_features_in_ == 4
    path.write_bytes(sealed(header.replace('\\"k_init\\":2', f'\\"k_init\\":{count}'), data))
    assert path.read_bytes() != content
    with pytest.raises(BadModelError, match="k_init"):
        FastKMeansClassifier.load(path)
    batches = header.replace('"batch_count":"1"', f'"batch_count":"{count}"')
    assert batches != header
    path.write_bytes(sealed(batches, data))
    if count > 2**53:
        with pytest.raises(BadModelError, match="batch_count"):
            FastKMeansClassifier.load(path)
    else:
        FastKMeansClassifier.load(path).partial_fit(rows, np.arange(20) // 10)


CHANGING = """
import sys, threading, time, numpy as np, scipy.sparse
from fast_kmeans_classifier import FastKMeansClassifier
what, call = sys.argv[1:]
rng = np.random.default_rng(0)
rows = scipy.sparse.random(3000, 100, 0.2, "csr", dtype="f4", random_state=0)
rows.sort_indices()
labels = rng.integers(0, 20, 3000)
model = FastKMeansClassifier(refine=0).fit(rows, labels)
array, stop = getattr(rows, what), False
kept = array.copy()

def change():
    rng = np.random.default_rng(3)
    while not stop:
        for _ in range(50):
            array[rng.integers(0, len(kept))] = np.nan if what == "data" else rng.integers(0, 2**31 - 1)
        array[:] = kept

thread = threading.Thread(target=change)
thread.start()
end = time.time() + 2
while time.time() < end:
    try:
        getattr(model, call)(rows) if call == "predict" else getattr(model, call)(rows, labels)
    except ValueError:
        pass
stop = True
thread.join()
print("alive")
"""


@pytest.mark.parametrize("what", ["indices", "indptr", "data"])
@pytest.mark.parametrize("call", ["predict", "fit", "partial_fit"])
def test_rows_that_another_thread_changes_do_not_end_the_process(what, call):
    done = subprocess.run(
        [sys.executable, "-c", CHANGING, what, call], capture_output=True, text=True, timeout=300
    )
    assert done.stdout == "alive\n", done.stderr[-2000:]
