"""Our own routes, and how a server takes what is wrong."""

import json
import os
import pathlib
import select
import shutil
import socket
import struct
import subprocess
import time

import pytest
import requests

CLASSIFY = "/v1/models/tickets/classify"
LEARN = "/v1/models/tickets/learn"


def test_classify(server):
    reply = server.post(CLASSIFY, {"texts": ["black screen", "zzz"], "top": 3, "reasons": 2}).json()
    first, second = reply["answers"]
    assert first["label"] == "hardware" and not first["rejected"] and second["rejected"]
    assert len(first["top"]) == 3 and first["top"][0] == {k: first[k] for k in ("label", "confidence")}
    assert [reason["term"] for reason in first["reasons"]] == ["black", "screen"] or first["reasons"]
    one = server.post(CLASSIFY, {"text": "black screen"}).json()["answers"]
    assert one == [{k: first[k] for k in ("label", "confidence", "rejected")}]


def test_classify_vectors(server):
    path = "/v1/models/points/classify"
    dense = server.post(path, {"vectors": [[1, 0, 0], [0, 1, 0]]}).json()["answers"]
    assert [answer["label"] for answer in dense] == [1, 2]
    assert server.post(path, {"vector": [0, 2, 0]}).json()["answers"][0]["label"] == 2


def test_a_large_body_has_the_answers_of_small_ones(server):
    texts = [("black screen ", "wifi router ", "my invoice ")[number % 3] * (60 + number % 7) for number in range(99)]
    assert sum(map(len, texts)) > 1 << 16
    small = [server.post(CLASSIFY, {"text": text}).json()["answers"][0] for text in texts[:21]]
    large = server.post(CLASSIFY, {"texts": texts}).json()["answers"]
    assert large == [small[number % 21] for number in range(99)]
    scores = server.post("/predict/tickets", {"inputs": texts}).json()
    assert [row[0]["label"] for row in scores] == [answer["label"] for answer in large]
    bad = server.post(CLASSIFY, {"texts": [*texts, 1]})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_value")


def test_looking_inside(server):
    assert [model["name"] for model in server.get("/v1/models").json()["models"]] == ["points", "tickets"]
    assert server.get("/v1/models/tickets").json()["classes"] == 3
    classes = server.get("/v1/models/tickets/classes").json()["classes"]
    assert {entry["label"]: entry["mass"] for entry in classes} == {"billing": 4, "hardware": 4, "network": 4}
    prototypes = server.get("/v1/models/tickets/prototypes?class=network&words=2").json()
    assert prototypes["prototypes"][0]["class"] == "network" and len(prototypes["prototypes"][0]["words"]) == 2
    shown = server.get("/v1/models/tickets/map").json()
    assert len(shown["prototypes"]) == server.get("/v1/models/tickets").json()["prototypes"]
    explained = server.post("/v1/models/tickets/explain", {"text": "black screen"}).json()["explanations"][0]
    assert explained["label"] == "hardware" and {"black", "screen"} <= {word["word"] for word in explained["words"]}
    assert "<canvas" in server.get("/").text and server.get("/health").json()["ready"]


BAD = [
    ("/v1/models/tickets/classify", b"{", 400, "invalid_json"),
    ("/v1/models/tickets/classify", b'{"text": "\xff"}', 400, "invalid_json"),
    ("/v1/models/tickets/classify", b"[" * 100_001, 413, "too_large"),
    ("/v1/models/tickets/classify", b'{"vectors": ' + b"[" * 50 + b"]" * 50 + b"}", 400, "invalid_json"),
    ("/v1/models/tickets/classify", b"[]", 422, "invalid_value"),
    ("/v1/models/tickets/classify", b"{}", 422, "invalid_value"),
    ("/v1/models/tickets/classify", b'{"texts": []}', 422, "invalid_value"),
    ("/v1/models/tickets/classify", b'{"text": 1}', 422, "invalid_value"),
    ("/v1/models/tickets/classify", b'{"txet": "a"}', 422, "invalid_value"),
    ("/v1/models/tickets/classify", b'{"text": "a", "text": "b"}', 422, "invalid_value"),
    ("/v1/models/tickets/classify", b'{"text": "a", "top": 0}', 422, "invalid_value"),
    ("/v1/models/tickets/classify", b'{"text": "a", "top": 1e9}', 422, "invalid_value"),
    ("/v1/models/tickets/classify", b'{"vector": [1, 2]}', 422, "invalid_value"),
    ("/v1/models/tickets/classify", b'{"texts": [' + b'"a",' * 100 + b'"a"]}', 413, "too_large"),
    ("/v1/models/tickets/classify", b'{"text": "' + b"a" * 2000 + b'"}', 413, "too_large"),
    ("/v1/models/tickets/classify", b'{"text": "' + b"a" * 200_000 + b'"}', 413, "too_large"),
    ("/v1/models/tickets/classify", b'{"text": "a", "false_accept_rate": 2}', 422, "invalid_value"),
    ("/v1/models/points/classify", b'{"text": "a"}', 422, "invalid_value"),
    ("/v1/models/points/classify", b'{"vectors": [[1, 2, 3], [1]]}', 422, "invalid_value"),
    ("/v1/models/points/classify", b'{"vector": [1e999, 2, 3]}', 422, "invalid_value"),
    ("/v1/models/points/classify", b'{"vector": [1, 2]}', 422, "invalid_value"),
    ("/v1/models/points/classify", b'{"sparse": [[[0, 1], [0, 2]]]}', 422, "invalid_value"),
    ("/v1/models/points/classify", b'{"sparse": [[[7, 1]]]}', 422, "invalid_value"),
    ("/v1/models/none/classify", b'{"text": "a"}', 404, "unknown_model"),
    ("/v1/models/..%2F..%2Fetc%2Fpasswd/classify", b'{"text": "a"}', 404, "unknown_model"),
    ("/v1/models/tickets/learn", b'{"text": "a", "label": "b"}', 403, "read_only"),
    ("/v1/none", b"{}", 404, "unknown_route"),
    ("/v1/models", b"{}", 405, "wrong_method"),
    ("/predict", b'{"inputs": [1]}', 422, "invalid_value"),
    ("/predict", b'{"inputs": []}', 422, "invalid_value"),
    ("/predict", b'{"inputs": "a", "parameters": {"top_k": -1}}', 422, "invalid_value"),
    ("/v2/models/tickets/versions/9/infer", b"{}", 404, "unknown_version"),
    ("/v2/models/tickets/infer", b'{"inputs": []}', 422, "invalid_value"),
    ("/v2/repository/models/none/load", b"", 404, "unknown_model"),
]


@pytest.mark.parametrize("path, body, status, code", BAD, ids=range(len(BAD)))
def test_bad_requests(server, path, body, status, code):
    reply = server.post(path, data=body)
    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert "\n" not in reply.json()["error"]


def infer(server, header, binary=b"", length=None):
    return server.post(
        "/v2/models/tickets/infer", data=header + binary,
        headers={"Inference-Header-Content-Length": str(len(header) if length is None else length)})


def test_bad_tensors(server):
    def header(size, shape="[1]", kind="BYTES"):
        return (f'{{"inputs": [{{"name": "text", "datatype": "{kind}", "shape": {shape}, '
                f'"parameters": {{"binary_data_size": {size}}}}}]}}').encode()

    text = struct.pack("<I", 4) + b"wifi"
    assert infer(server, header(8), text).json()["outputs"][0]["data"] == ["network"]
    for reply, status in [
        (infer(server, header(9), text), 400),
        (infer(server, header(8), text, length=10**6), 400),
        (infer(server, header(8), text, length=-1), 400),
        (infer(server, header(8), text, length="x"), 400),
        (infer(server, header(8), struct.pack("<I", 2**32 - 1) + b"wifi"), 400),
        (infer(server, header(5), struct.pack("<I", 1) + b"\xff"), 400),
        (infer(server, header(3), b"abc"), 400),
        (infer(server, header(8, "[2]"), text), 422),
        (infer(server, header(8, "[-1]"), text), 422),
        (infer(server, header(8, "[1, 2]"), text), 422),
        (infer(server, header(8, "[100000000000]"), text), 413),
        (infer(server, header(8, kind="INT8"), text), 422),
        (infer(server, header(0, "[0]")), 422),
    ]:
        assert reply.status_code == status and reply.json()["error"], reply.text


def raw(server, data, slowly=b""):
    """What a server sends back for bytes that come at once, and others that come one by one."""
    host, port = server.host.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        try:
            connection.sendall(data)
            for byte in slowly:
                # What comes after the server has ended the connection would lose its reply.
                if select.select([connection], [], [], 0.2)[0]:
                    break
                connection.sendall(bytes([byte]))
        except (BrokenPipeError, ConnectionResetError):
            pass
        reply = b""
        try:
            while part := connection.recv(65536):
                reply += part
        except ConnectionResetError:
            pass
        return reply


def test_slow_and_lying_requests(server):
    head = f"POST {CLASSIFY} HTTP/1.1\r\nHost: x\r\nContent-Length: ".encode()
    # A body that never ends; one byte after the other; a length that lies; headers that never end.
    assert b" 408 " in raw(server, head + b"1000\r\n\r\n{")
    assert b" 408 " in raw(server, head + b"1000\r\n\r\n", slowly=b" " * 100)
    assert b" 200 " in raw(server, head + b'16\r\nConnection: close\r\n\r\n{"text": "wifi"}')
    assert b" 400 " in raw(server, head + b'15\r\nConnection: close\r\n\r\n{"text": "wifi"}')
    assert b" 400 " in raw(server, head + b"-5\r\n\r\n")
    assert raw(server, b"GET / HTTP/1.1\r\nHost: x\r\nA: ") == b""
    assert b" 431 " in raw(server, b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 200_000 + b"\r\n\r\n")
    assert b" 400 " in raw(server, b"nothing of HTTP\r\n\r\n")
    assert server.get("/health").status_code == 200


def test_many_connections(start, models):
    server = start("--model", models / "tickets.safetensors", "--connections", 20, "--request-seconds", 2)
    host, port = server.host.split(":")
    idle = [socket.create_connection((host, int(port))) for _ in range(200)]
    # They say nothing and are let go after two seconds, twenty at a time.
    for connection in idle[20:]:
        connection.close()
    assert server.get("/health").status_code == 200


def test_tokens(start, models, tmp_path):
    (tmp_path / "tokens").write_text("read 0123456789abcdef\nwrite fedcba9876543210\n")
    server = start("--model", models / "tickets.safetensors", "--tokens", "tokens")
    assert server.get("/health").status_code == 200 and server.get("/").status_code == 200
    body = {"text": "wifi"}
    assert server.post(CLASSIFY, body).status_code == 401
    assert server.post(CLASSIFY, body, headers={"Authorization": "Bearer 0123456789abcdeg"}).status_code == 401
    reader = {"Authorization": "Bearer 0123456789abcdef"}
    assert server.post(CLASSIFY, body, headers=reader).status_code == 200
    assert server.post("/v2/repository/models/tickets/load", headers=reader).json()["code"] == "read_only_token"
    writer = {"Authorization": "Bearer fedcba9876543210"}
    assert server.post("/v2/repository/models/tickets/load", headers=writer).status_code == 200


@pytest.mark.parametrize("arguments, words", [
    (("--host", "0.0.0.0"), "tokens"),
    (("--model", "none.safetensors"), "none.safetensors"),
    (("--tokens", "none"), "cannot be read"),
    (("--port", "-1"), "--port"),
    (("--certificate", "a.pem"), "go together"),
])
def test_refusals_at_the_start(start, models, arguments, words):
    server = start(*(() if "--model" in arguments else ("--model", models / "tickets.safetensors")), *arguments)
    assert server.stop() != 0
    assert words in "".join(server.log)


def test_settings(start, models, tmp_path):
    (tmp_path / "server.json").write_text('{"rows": 2, "text": {"bytes": 10}}')
    server = start("--model", models / "tickets.safetensors", "--config", "server.json", FASTKMEANS_SERVER_ROWS="3")
    assert server.post(CLASSIFY, {"texts": ["a"] * 3}).status_code == 200
    assert server.post(CLASSIFY, {"texts": ["a"] * 4}).status_code == 413
    assert server.post(CLASSIFY, {"text": "a" * 11}).status_code == 413


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")
def test_tls(start, models, tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "chain.pem",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        cwd=tmp_path, check=True, capture_output=True)
    server = start("--model", models / "tickets.safetensors", "--certificate", "chain.pem", "--key", "key.pem")
    assert server.url.startswith("https://")
    reply = requests.post(server.url + CLASSIFY, json={"text": "wifi"}, verify=str(tmp_path / "chain.pem"), timeout=30)
    assert reply.json()["answers"][0]["label"] == "network"


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_files_that_are_replaced(start, models, tmp_path):
    shutil.copy(models / "tickets.safetensors", tmp_path / "m.safetensors")
    server = start("--models", ".")
    label = lambda: server.post("/v1/models/m/classify", {"text": "wifi"}).json()["answers"][0]["label"]
    assert label() == "network"
    (tmp_path / "damaged").write_bytes((models / "tickets.safetensors").read_bytes()[:-9])
    os.replace(tmp_path / "damaged", tmp_path / "m.safetensors")
    wait_for(lambda: any("the model before it goes on" in line for line in server.log))
    assert label() == "network"
    shutil.copy(models / "points.safetensors", tmp_path / "next")
    os.replace(tmp_path / "next", tmp_path / "m.safetensors")
    wait_for(lambda: server.get("/v1/models/m").json()["takes"] == "vectors")
    (tmp_path / "n").mkdir()
    for version in ("9", "10"):
        shutil.copy(models / "tickets.safetensors", tmp_path / "n" / f"{version}.safetensors")
    wait_for(lambda: server.get("/v2/models/n").json().get("versions") == ["9", "10"])
    assert server.get("/v1/models/n").json()["version"] == "10"
    assert server.get("/v2/models/n/versions/9/ready").status_code == 200
    os.remove(tmp_path / "m.safetensors")
    wait_for(lambda: server.get("/v1/models/m").status_code == 404)


def test_a_model_of_several_columns_takes_objects(start, tmp_path):
    samples = pathlib.Path(__file__).resolve().parents[3] / "Tests" / "FastKMeansFormatsTests" / "ModelSamples" / "v1"
    shutil.copy(samples / "columns.safetensors", tmp_path / "rows.safetensors")
    server = start("--model", "rows.safetensors")
    path = "/v1/models/rows/classify"
    expected = json.loads((samples / "columns.json").read_text(encoding="utf-8"))
    fields = [text.split("\x1f") for text in expected["texts"]]
    rows = [{"title": title, "product": product or None, "price": float(price) if price else None} for title, product, price in fields]
    answers = server.post(path, {"texts": rows, "reasons": 3}).json()["answers"]
    assert [answer["label"] for answer in answers] == expected["labels"]
    assert all(reason["term"].split(":")[0].split("=")[0] in {"title", "product", "price"} for reason in answers[1]["reasons"])
    assert server.post(path, {"text": rows[0]}).json()["answers"][0]["label"] == expected["labels"][0]
    explained = server.post("/v1/models/rows/explain", {"text": rows[0]}).json()["explanations"][0]
    assert any(word["word"].startswith("title: ") for word in explained["words"])
    for wrong, said in [
        ("a plain text", "1 field"), ({"title": "a", "product": "b"}, "no column 'price'"),
        ({**rows[0], "price": "cheap"}, "expected a number"), ({**rows[0], "price": [1]}, "'price' is no text"), (7, "no text"),
    ]:
        reply = server.post(path, {"text": wrong})
        assert reply.status_code == 422 and said in reply.json()["error"], reply.text
