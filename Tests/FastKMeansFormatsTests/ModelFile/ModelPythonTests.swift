import FastKMeansCore
import FastKMeansTestSupport
import FastKMeansText
import Foundation
import Testing

@testable import FastKMeansFormats

/// The public Python library opens our files and finds the numbers that we wrote.
@Suite(.enabled(if: PythonRunner.isAvailable, PythonRunner.skipReason))
struct ModelPythonTests {
  private struct Opened: Decodable {
    struct Tensor: Decodable, Equatable {
      var shape: [Int]
      var values: [Double]
    }

    var tensors: [String: Tensor]
    var metadata: [String: String]
    var names: [String]
    var dataDigest: String
    var headerDigest: String
    var labels: [String]
    var options: [String: Int]
  }

  @Test(arguments: Precision.allCases, [true, false])
  func findsTheNumbersOfVectors(precision: Precision, isSparse: Bool) throws {
    let contents = try SampleModels.ofVectors(SampleModels.options(precision), isSparse: isSparse)
    let opened = try open(contents)
    try expectPrototypes(contents, in: opened)
    #expect(opened.labels == ["-5", "0", "9223372036854775807"])
  }

  @Test func findsTextLabelsAndVocabulary() throws {
    let contents = try SampleModels.ofText()
    let opened = try open(contents)
    try expectPrototypes(contents, in: opened)
    #expect(opened.labels == ["money", "sport", "ünïcode"])
    let vectorizer = try #require(contents.vectorizer)
    #expect(opened.tensors["vocabulary.bytes"]?.values == vectorizer.vocabulary.bytes.map(Double.init))
    #expect(opened.tensors["vocabulary.offsets"]?.values == vectorizer.vocabulary.offsets.map(Double.init))
    #expect(
      opened.tensors["vocabulary.idf"]?.values == vectorizer.inverseDocumentFrequencies.map(Double.init))
    #expect(
      opened.tensors["vocabulary.document_frequency"]?.values
        == vectorizer.documentFrequencies.map(Double.init))
  }

  @Test(arguments: [true, false]) func findsRefinedWeights(isSparse: Bool) throws {
    let contents = try SampleModels.refined(distance: .euclidean, isSparse: isSparse)
    let opened = try open(contents)
    let refined = try #require(contents.model.storage.refined)
    let values = refined.weights.values.singles().map(Double.init)
    #expect(opened.tensors["refined.values"]?.values == values)
    #expect(opened.tensors["refined.bias"]?.values == refined.biases?.map(Double.init))
    #expect(
      opened.metadata["calibration"] == #"{"intercept":-0.25,"sharpness":12.5,"slope":0.3333333333333333}"#)
  }

  @Test func opensAModelWithEmptyTensors() throws {
    let vectorizer = try TFIDFVectorizer(hashingBits: 5)
    let rows = try vectorizer.transform(UTF8Documents(SampleModels.texts)).rows
    var classifier = try FastKMeansClassifier<String>(SampleModels.options())
    try classifier.fit(.sparse(rows), labels: SampleModels.textLabels)
    let opened = try open(ModelContents(model: classifier.model, vectorizer: vectorizer))
    #expect(opened.tensors["vocabulary.idf"] == Opened.Tensor(shape: [0], values: []))
  }

  private func expectPrototypes(_ contents: ModelContents, in opened: Opened) throws {
    let set = contents.model.prototypes
    func expect(_ name: String, _ values: [Double], _ shape: [Int]? = nil) {
      #expect(
        opened.tensors[name] == Opened.Tensor(shape: shape ?? [values.count], values: values), "\(name)")
    }
    let values = (0..<set.values.count).map { set.values[$0] }
    switch set.rows {
    case .sparse(let offsets, let columns, _):
      expect("prototype.indptr", offsets.map(Double.init))
      expect("prototype.indices", columns.map(Double.init))
      expect("prototype.values", values)
    case .dense: expect("prototype.values", values, [set.count, set.featureCount])
    }
    expect("prototype.class", set.classIndices.map(Double.init))
    expect("prototype.mass", set.masses)
    expect("prototype.sum_scale", set.sumScales)
    #expect(opened.metadata["feature_count"] == String(set.featureCount))
    #expect(opened.metadata["data_sha256"] == opened.dataDigest)
    #expect(opened.metadata["header_sha256"] == opened.headerDigest)
    #expect(opened.options["k_init"] == contents.model.options.prototypesPerClass)
  }

  private func open(_ contents: ModelContents) throws -> Opened {
    let folder = try ScratchFolder()
    let path = folder.file("model.safetensors")
    try ModelFile.write(contents, to: path)
    let output = try PythonRunner.run(Self.script, arguments: [path])
    let opened = try JSONDecoder().decode(Opened.self, from: output)
    #expect(opened.names.sorted() == opened.tensors.keys.sorted())
    #expect(try opened.names.sorted() == ModelFile.info(of: path).tensors.map(\.name).sorted())
    return opened
  }

  /// What `docs/format/model-v1.md` says, in Python. NumPy has no bfloat16: such tensors come as bytes.
  private static let script = """
    import hashlib, json, re, struct, sys
    import numpy as np
    import safetensors
    from safetensors.numpy import load_file

    raw = open(sys.argv[1], "rb").read()
    header_size = struct.unpack("<Q", raw[:8])[0]
    header, data = raw[8:8 + header_size], raw[8 + header_size:]
    blank = re.sub(rb'("header_sha256":")[0-9a-f]{64}', rb"\\g<1>" + b"0" * 64, header)

    with safetensors.safe_open(sys.argv[1], framework="np") as file:
        metadata, names = file.metadata(), list(file.keys())
    if b'"BF16"' in header:
        tensors = {}
        for name, part in safetensors.deserialize(raw):
            if part["dtype"] == "BF16":
                bits = np.frombuffer(part["data"], "<u2").astype("<u4") << 16
                tensors[name] = bits.view("<f4").reshape(part["shape"])
            else:
                types = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "U32": "<u4", "U8": "u1"}
                tensors[name] = np.frombuffer(part["data"], types[part["dtype"]]).reshape(part["shape"])
    else:
        tensors = load_file(sys.argv[1])

    if metadata["label_kind"] == "integer":
        labels = [str(label) for label in tensors["class.label_integers"].tolist()]
    else:
        text, ends = tensors["class.label_bytes"].tobytes(), tensors["class.label_offsets"]
        labels = [text[a:b].decode() for a, b in zip(ends, ends[1:])]
    print(json.dumps({
        "tensors": {k: {"shape": list(v.shape), "values": v.astype("f8").ravel().tolist()}
                    for k, v in tensors.items()},
        "metadata": metadata, "names": names, "labels": labels,
        "options": {"k_init": json.loads(metadata["options"])["k_init"]},
        "dataDigest": hashlib.sha256(data).hexdigest(), "headerDigest": hashlib.sha256(blank).hexdigest(),
    }))
    """
}
