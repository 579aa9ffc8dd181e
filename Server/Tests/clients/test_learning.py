"""What a server has acknowledged is learned, once, whatever happens to it."""

import concurrent.futures
import resource
import signal
import threading
import time

import requests

from conftest import labelled

LEARN = "/v1/models/m/learn"
ARGUMENTS = ("--model", "m.safetensors", "--learn", "--vocabulary-documents", 12)


def classes(server):
    return {entry["label"]: entry["mass"] for entry in server.get("/v1/models/m/classes").json()["classes"]}


def total(server):
    metrics = server.get("/metrics").text
    return int(next(line.split()[1] for line in metrics.splitlines() if line.startswith("fastkmeans_documents_total ")))


def test_nothing_acknowledged_is_lost_and_nothing_learned_twice(start):
    server = start(*ARGUMENTS)
    assert server.get("/health").status_code == 503
    assert server.post(LEARN, labelled()).json()["total_documents"] == 12
    key = {"Idempotency-Key": "first"}
    body = {"text": "toner and paper for the printer", "label": "printing"}
    reply = server.post(LEARN, body, headers=key).json()
    assert (reply["new_classes"], reply["repeated"]) == (["printing"], False)
    time.sleep(1)
    answer = server.post("/v1/models/m/classify", {"text": "printer"}).json()
    assert "printing" in classes(server) and answer["answers"]
    assert server.stop(signal.SIGKILL) != 0
    again = start(*ARGUMENTS)
    assert total(again) == 13 and "printing" in classes(again)
    reply = again.post(LEARN, body, headers=key).json()
    assert (reply["repeated"], reply["learned"], reply["total_documents"]) == (True, 0, 13)
    assert again.stop() == 0
    last = start(*ARGUMENTS)
    assert last.post(LEARN, body, headers=key).json()["repeated"] and total(last) == 13


def test_kills_under_load(start):
    server = start(*ARGUMENTS)
    server.post(LEARN, labelled())
    learned = 12
    for round in range(3):
        acknowledged, sent = [], []
        running = threading.Event()
        running.set()

        def send(worker):
            count = 0
            while running.is_set():
                key = f"{round}-{worker}-{count}"
                count += 1
                sent.append(key)
                try:
                    reply = server.post(
                        LEARN, {"text": f"wifi number {key}", "label": "network"}, headers={"Idempotency-Key": key})
                    if reply.status_code == 200:
                        acknowledged.append(key)
                except requests.RequestException:
                    return

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for worker in range(4):
                pool.submit(send, worker)
            time.sleep(0.7 + 0.2 * round)
            server.stop(signal.SIGKILL)
            running.clear()
        assert acknowledged
        server = start(*ARGUMENTS)
        found = total(server) - learned
        assert len(acknowledged) <= found <= len(sent)
        # Every client sends again what it has no answer to, and some of what it has.
        for key in sent:
            reply = server.post(
                LEARN, {"text": f"wifi number {key}", "label": "network"}, headers={"Idempotency-Key": key}).json()
            assert reply["repeated"] or key not in acknowledged
        learned += len(sent)
        assert total(server) == learned


def test_changes_of_classes_outlive_a_crash(start):
    server = start(*ARGUMENTS)
    server.post(LEARN, labelled())
    path = "/v1/models/m/classes/"
    for call, body in [
        ("rename", {"class": "network", "to": "wifi"}), ("merge", {"classes": ["billing"], "into": "hardware"}),
    ]:
        assert server.post(path + call, body).json() == {"done": True, "repeated": False}
    assert server.post("/v1/models/m/forget", {"text": "router and wifi", "label": "wifi"}).status_code == 200
    for body, status in [({"class": "none"}, 404), ({"class": 1.5}, 422), ({}, 422), ({"class": ""}, 422)]:
        assert server.post(path + "remove", body).status_code == status
    assert server.post(path + "rename", {"class": "wifi", "to": "hardware"}).status_code == 409
    server.stop(signal.SIGKILL)
    again = start(*ARGUMENTS)
    assert classes(again) == {"wifi": 3, "hardware": 8}
    assert again.post(path + "remove", {"class": "wifi"}).status_code == 200
    assert again.stop() == 0
    assert list(classes(start("--model", "m.safetensors"))) == ["hardware"]


def test_bad_documents(start):
    server = start(*ARGUMENTS)
    server.post(LEARN, labelled())
    for body, status in [
        ({"text": "a"}, 422), ({"texts": ["a", "b"], "labels": ["c"]}, 422), ({"text": "a", "label": ""}, 422),
        ({"text": "a", "label": "x" * 2000}, 413), ({"text": "a", "label": 1.5}, 422), ({"vector": [1], "label": "c"}, 422),
        ({"text": "a", "label": ["c"]}, 422), ({"texts": ["a", "b"], "labels": ["c", 1]}, 422),
    ]:
        assert server.post(LEARN, body).status_code == status, body
    key = {"Idempotency-Key": "k" * 300}
    assert server.post(LEARN, {"text": "a", "label": "c"}, headers=key).json()["code"] == "invalid_key"
    assert total(server) == 12


def test_pages_of_other_sites(start):
    server = start(*ARGUMENTS)
    for origin, status in [("http://evil.example", 403), ("null", 403), (server.url, 200), ("http://" + server.host, 200)]:
        headers = {"Origin": origin, "Content-Type": "text/plain"}
        assert server.post(LEARN, {"text": "a", "label": "b"}, headers=headers).status_code == status, origin


def test_two_servers_on_one_state(start):
    server = start(*ARGUMENTS)
    server.post(LEARN, labelled())
    second = start(*ARGUMENTS)
    assert second.stop() != 0 and "is learning into this state" in "".join(second.log)
    assert server.post(LEARN, labelled()).status_code == 200


def test_a_full_disk(start):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    server = start(*ARGUMENTS, "--checkpoint-seconds", 3600, before=limit)
    assert server.post(LEARN, labelled()).status_code == 200
    learned = 12
    for _ in range(100):
        reply = server.post(LEARN, {"text": "wifi " * 500, "label": "network"})
        if reply.status_code != 200:
            break
        learned += 1
    assert (reply.status_code, reply.json()["code"]) == (503, "cannot_write") and reply.headers["Retry-After"] == "1"
    assert server.post("/v1/models/m/classify", {"text": "wifi"}).status_code == 200
    server.stop(signal.SIGKILL)
    assert total(start(*ARGUMENTS)) == learned
