"""What Label Studio sends to a backend, as its guide describes the requests; the program itself is too large for a test."""

import signal

import pytest

from conftest import labelled

CONFIG = """<View>
  <Header value="Which team &lt;gets&gt; it?"/>
  <Text name="ticket" value="$body"/>
  <Choices name="team" toName="ticket" choice="single-radio" showInLine="true">
    <Choice value="billing"/><Choice value="hardware"/><Choice value="network"/>
  </Choices>
</View>"""
ARGUMENTS = ("--model", "m.safetensors", "--learn", "--vocabulary-documents", 12)


def task(text, number=1):
    return {"id": number, "data": {"body": text, "other": 3}, "meta": {}, "project": 4, "is_labeled": False,
            "annotations": [], "predictions": []}


def event(action, text, choice, number=7, **annotation):
    result = [{"id": "Zx", "type": "choices", "from_name": "team", "to_name": "ticket", "origin": "manual",
               "value": {"choices": [choice]}}]
    return {"action": action, "project": {"id": 4, "title": "Tickets", "label_config": CONFIG}, "task": task(text),
            "annotation": {"id": number, "completed_by": {"id": 1}, "was_cancelled": False, "result": result, **annotation}}


def test_predictions(server):
    assert server.get("/label-studio/health").json()["status"] == "UP"
    setup = {"project": "4.1700000000", "schema": CONFIG, "hostname": "http://label.studio", "access_token": "t", "extra_params": ""}
    assert server.post("/label-studio/setup", setup).json() == {"model_version": "1"}
    body = {"tasks": [task("black screen"), task("zzz", 2)], "model_version": "1", "project": "4.1700000000",
            "label_config": CONFIG, "params": {"login": None, "password": None, "context": None}}
    first, second = server.post("/label-studio/predict", body).json()["results"]
    assert first["result"] == [{"from_name": "team", "to_name": "ticket", "type": "choices", "value": {"choices": ["hardware"]}}]
    assert 0 < first["score"] <= 1 and first["model_version"] == "1" and second["result"] == []
    assert server.post("/label-studio/predict", {**body, "tasks": []}).json() == {"results": []}


def test_annotations_are_learned_once(start):
    server = start(*ARGUMENTS)
    server.post("/v1/models/m/learn", labelled())
    send = lambda *given, **more: server.post("/label-studio/webhook", event(*given, **more)).json()
    assert send("ANNOTATION_CREATED", "toner for the printer", "printing") == {"learned": 1}
    assert send("ANNOTATION_CREATED", "toner for the printer", "printing") == {"learned": 0}
    assert send("ANNOTATION_UPDATED", "toner for the printer", "hardware") == {"learned": 1}
    assert send("ANNOTATION_CREATED", "skipped", "hardware", 8, was_cancelled=True) == {"learned": 0}
    assert send("ANNOTATION_CREATED", "nothing chosen", "hardware", 9, result=[]) == {"learned": 0}
    for action in ("ANNOTATIONS_DELETED", "PROJECT_UPDATED"):
        assert server.post("/label-studio/webhook", {"action": action}).json() == {"learned": 0}
    server.stop(signal.SIGKILL)
    again = start(*ARGUMENTS)
    assert again.post("/label-studio/webhook", event("ANNOTATION_CREATED", "toner for the printer", "printing")).json() == {"learned": 0}
    assert "fastkmeans_documents_total 14\n" in again.get("/metrics").text


@pytest.mark.parametrize("config", [
    "", "<View/>", '<View><Text name="t" value="$a"/></View>', '<Choices name="c" toName="t">',
    '<Text name="t" value="plain"/><Choices name="c" toName="t"/>', '<Text name="t" value="$a/><Choices name="c" toName="t',
])
def test_bad_configurations(server, config):
    body = {"tasks": [task("a")], "label_config": config}
    assert server.post("/label-studio/predict", body).json()["code"] == "invalid_value"


def test_bad_tasks(server):
    for body in ({}, {"tasks": 1, "label_config": CONFIG}, {"tasks": [{}], "label_config": CONFIG}, {"tasks": [1], "label_config": CONFIG},
                 {"tasks": [{"data": {"body": 1}}], "label_config": CONFIG}):
        assert server.post("/label-studio/predict", body).status_code == 422, body
    assert server.post("/label-studio/predict", {"tasks": [task("x" * 1001)], "label_config": CONFIG}).status_code == 413
    assert server.post("/label-studio/predict", {"tasks": [task("x")] * 101, "label_config": CONFIG}).status_code == 413
    assert server.post("/label-studio/webhook", event("ANNOTATION_CREATED", "a", "b")).json()["code"] == "read_only"
