"""/openapi.json against the server: schemathesis makes requests of it, right and wrong ones, and judges the replies."""

import pathlib
import subprocess
import sys

import pytest
from conftest import labelled

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def test_replies_are_as_described(start, tmp_path):
    server = start("--model", "m.safetensors", "--learn", "--vocabulary-documents", 12)
    server.post("/v1/models/m/learn", labelled())
    (tmp_path / "names.toml").write_text('[parameters]\n"path.model" = "m"\n"path.version" = "1"\n')
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    if not program.exists():
        pytest.skip("schemathesis needs Python 3.11 or newer")
    outcome = subprocess.run(
        [program, "--config-file", tmp_path / "names.toml", "run", server.url + "/openapi.json", "--checks", CHECKS,
         "--max-examples", "8", "--seed", "1", "--phases", "fuzzing"],
        capture_output=True, text=True, check=False, cwd=tmp_path)
    assert outcome.returncode == 0, outcome.stdout[-6000:] + outcome.stderr[-2000:]
    assert server.get("/health").status_code in (200, 503)
