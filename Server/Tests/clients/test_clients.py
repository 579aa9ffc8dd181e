"""Unmodified clients of others against a server."""

import numpy
import pytest
from huggingface_hub import InferenceClient
from prometheus_client.parser import text_string_to_metric_families
from tritonclient import http
from tritonclient.utils import InferenceServerException


@pytest.fixture
def triton(server):
    client = http.InferenceServerClient(server.host)
    yield client
    client.close()


def texts(*values, binary=True):
    tensor = http.InferInput("text", [len(values)], "BYTES")
    tensor.set_data_from_numpy(numpy.array(values, dtype=object), binary_data=binary)
    return tensor


def test_triton_health_and_metadata(triton):
    assert triton.is_server_live() and triton.is_server_ready() and triton.is_model_ready("tickets")
    assert triton.is_model_ready("tickets", "1") and not triton.is_model_ready("tickets", "2")
    assert triton.get_server_metadata()["name"] == "fastkmeans-server"
    metadata = triton.get_model_metadata("points")
    assert metadata["inputs"] == [{"name": "features", "datatype": "FP32", "shape": [-1, 3]}]


@pytest.mark.parametrize("binary", [True, False])
def test_triton_infers_texts(triton, binary):
    outputs = [http.InferRequestedOutput(name, binary_data=binary) for name in
               ("label", "confidence", "rejected", "top_label", "top_confidence")]
    result = triton.infer(
        "tickets", [texts("black screen", "wifi router", binary=binary)], outputs=outputs, request_id="7",
        parameters={"top_k": 2})
    assert [label.decode() if binary else label for label in result.as_numpy("label")] == ["hardware", "network"]
    assert result.as_numpy("confidence").shape == (2,)
    assert result.as_numpy("rejected").tolist() == [False, False]
    assert result.as_numpy("top_label").shape == result.as_numpy("top_confidence").shape == (2, 2)
    assert result.get_response()["id"] == "7"


def test_triton_infers_with_its_defaults(triton):
    result = triton.infer("tickets", [texts("refund the invoice ✓")])
    assert result.as_numpy("label").tolist() == [b"billing"]
    vectors = http.InferInput("features", [2, 3], "FP32")
    vectors.set_data_from_numpy(numpy.array([[1, 0, 0], [0, 1, 0]], dtype=numpy.float32))
    assert triton.infer("points", [vectors]).as_numpy("label").tolist() == [b"1", b"2"]


def test_triton_sees_errors(triton):
    with pytest.raises(InferenceServerException, match="no model 'none'"):
        triton.infer("none", [texts("x")])
    with pytest.raises(InferenceServerException, match="the model takes vectors"):
        triton.infer("points", [texts("x")])


def test_triton_repository(start, models):
    server = start("--models", models)
    client = http.InferenceServerClient(server.host)
    index = client.get_model_repository_index()
    assert [(entry["name"], entry["state"]) for entry in index] == [("points", "READY"), ("tickets", "READY")]
    client.unload_model("tickets")
    assert not client.is_model_ready("tickets") and client.is_server_ready()
    client.load_model("tickets")
    assert client.is_model_ready("tickets")
    client.close()


def test_hugging_face(server):
    client = InferenceClient(model=server.url + "/predict")
    answers = client.text_classification("the screen is black", top_k=2)
    assert answers[0].label == "hardware" and len(answers) == 2
    assert answers[0].score >= answers[1].score
    body = server.post("/predict/tickets", {"inputs": ["wifi", "invoice"]}).json()
    assert [[entry["label"] for entry in entries] for entries in body] == [["network"], ["billing"]]


def test_prometheus(server):
    server.post("/v1/models/tickets/classify", {"texts": ["a", "b"]})
    families = {family.name: family for family in text_string_to_metric_families(server.get("/metrics").text)}
    batches = families["fastkmeans_server_batch_documents"].samples
    assert any(sample.name.endswith("_count") and sample.labels["model"] == "tickets" for sample in batches)
    assert {"fastkmeans_server_request_seconds", "fastkmeans_server_requests", "fastkmeans_class_mass"} <= set(families)
    masses = {sample.labels["class"]: sample.value for sample in families["fastkmeans_class_mass"].samples}
    assert masses["hardware"] == 4
