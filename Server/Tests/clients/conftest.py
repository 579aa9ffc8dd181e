"""Starts servers for the tests: FASTKMEANS_SERVER is the program."""

import os
import signal
import subprocess
import threading

import pytest
import requests

TEXTS = {
    "billing": ["the invoice is wrong", "refund my payment", "charged twice on the invoice", "payment and invoice"],
    "hardware": ["the screen stays black", "my laptop does not start", "black screen on the laptop", "battery and screen"],
    "network": ["the router drops wifi", "no wifi connection", "slow connection at the router", "router and wifi"],
}


class Server:
    """A running server."""

    def __init__(self, *arguments, folder, **environment):
        program = os.environ["FASTKMEANS_SERVER"]
        limit = environment.pop("before", None)
        self.process = subprocess.Popen(
            [program, "--port", "0", *map(str, arguments)], cwd=folder, text=True, preexec_fn=limit,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **environment},
        )
        self.log = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.url = self.process.stdout.readline().strip()
        self.host = self.url.split("//")[-1]

    def _read(self):
        for line in self.process.stderr:
            self.log.append(line)

    def post(self, path, json=None, **more):
        return requests.post(self.url + path, json=json, timeout=30, **more)

    def get(self, path, **more):
        return requests.get(self.url + path, timeout=30, **more)

    def stop(self, how=signal.SIGTERM):
        """Ends the server and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        self.reader.join(timeout=10)
        return code


@pytest.fixture
def start(tmp_path):
    """Starts servers in the test's folder and ends them with it."""
    running = []

    def begin(*arguments, **environment):
        server = Server(*arguments, folder=tmp_path, **environment)
        running.append(server)
        return server

    yield begin
    for server in running:
        server.stop(signal.SIGKILL)


def labelled(repeat=1):
    """All texts with their labels, as a body of /learn."""
    rows = [(text, label) for label, texts in TEXTS.items() for text in texts] * repeat
    return {"texts": [text for text, _ in rows], "labels": [label for _, label in rows]}


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A folder with a model of texts and one of vectors, both learned through a server."""
    folder = tmp_path_factory.mktemp("models")
    server = Server("--model", "tickets.safetensors", "--learn", "--vocabulary-documents", 12, folder=folder)
    assert server.post("/v1/models/tickets/learn", labelled()).json()["learned"] == 12
    assert server.stop() == 0
    server = Server("--model", "points.safetensors", "--learn", "--vectors", folder=folder)
    body = {"vectors": [[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0.1], [0, 0.9, 0]], "labels": [1, 1, 2, 2]}
    assert server.post("/v1/models/points/learn", body).status_code == 200
    assert server.stop() == 0
    return folder


@pytest.fixture(scope="session")
def server(models):
    """A server of both models that does not learn."""
    server = Server(
        "--model", "tickets.safetensors", "--model", "points.safetensors", "--rows", 100, "--text-bytes", 1000,
        "--body-bytes", 100_000, "--request-seconds", 2, folder=models,
    )
    yield server
    assert server.stop() == 0
