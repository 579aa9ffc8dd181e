import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// The Open Inference Protocol, version 2, with binary tensors: what Triton's and KServe's clients speak.
enum OpenInference {
  static let server: JSON = .fields([
    "name": "fastkmeans-server", "version": .string(LibraryVersion.text.description),
    "extensions": ["binary_tensor_data", "model_repository", "model_repository(unload_dependents)"],
  ])

  /// What a model takes and gives.
  static func metadata(of model: ServedModel, versions: [String]) -> JSON {
    func tensor(_ name: String, _ type: String, _ shape: [Int]) -> JSON {
      .fields(["name": .string(name), "datatype": .string(type), "shape": .array(shape.map { .integer($0) })])
    }
    let input =
      model.takesText
      ? tensor("text", "BYTES", [-1]) : tensor("features", "FP32", [-1, model.contents.model.featureCount])
    return .fields([
      "name": .string(model.name), "versions": .array(versions.map { .string($0) }), "platform": "fastkmeans",
      "inputs": [input],
      "outputs": [
        tensor("label", "BYTES", [-1]), tensor("confidence", "FP32", [-1]), tensor("rejected", "BOOL", [-1]),
        tensor("top_label", "BYTES", [-1, -1]), tensor("top_confidence", "FP32", [-1, -1]),
      ],
    ])
  }

  static func infer(_ request: ServingRequest, _ model: ServedModel, _ limits: ServingLimits) throws -> (
    reply: ServingReply, answers: [Answer<Label>]
  ) {
    let call = try InferRequest(request, model, limits)
    let answers = try model.classify(call.rows, top: call.top, falseAcceptRate: call.falseAcceptRate)
    return (try call.reply(answers, model), answers)
  }
}

/// A request to `infer`: its rows, and which tensors it wants back.
private struct InferRequest {
  private(set) var rows: LabelledData
  private(set) var top = 1
  private(set) var falseAcceptRate: Double?
  private let id: JSON?
  private let outputs: [(name: String, isBinary: Bool)]

  private static let outputNames = ["label", "confidence", "rejected", "top_label", "top_confidence"]

  init(_ request: ServingRequest, _ model: ServedModel, _ limits: ServingLimits) throws {
    let count = request.jsonByteCount ?? request.body.count
    guard (0...request.body.count).contains(count) else {
      throw ServingError(
        400, "invalid_length",
        "Inference-Header-Content-Length is \(count), but the body has \(request.body.count) bytes")
    }
    let json = try JSON.parse(Array(request.body[..<count]), maxDepth: limits.depth)
    guard case .array(let inputs)? = json["inputs"], inputs.count == 1 else {
      throw ServingError.invalid("'inputs' must be a list of one tensor")
    }
    rows = try InputTensor(inputs[0], binary: request.body[count...], limits).rows(for: model, limits)
    guard rows.rowCount > 0 else {
      throw ServingError.invalid("the batch is empty; pass at least one document")
    }
    id = json["id"]
    let parameters = json["parameters"]
    if let value = parameters?["top_k"] {
      guard let count = value.integer(Int.self), (1...limits.answers).contains(count) else {
        throw ServingError.invalid("'top_k' is \(value.summary); allowed: 1 to \(limits.answers)")
      }
      top = count
    }
    if let value = parameters?["false_accept_rate"] {
      guard let rate = value.double else {
        throw ServingError.invalid("'false_accept_rate' must be a number above 0, below 1")
      }
      falseAcceptRate = rate
    }
    let isBinary = parameters?["binary_data_output"] == .bool(true)
    guard let wanted = json["outputs"] else {
      let names = parameters?["top_k"] == nil ? Self.outputNames.prefix(3) : Self.outputNames[...]
      outputs = names.map { ($0, isBinary) }
      return
    }
    guard case .array(let wanted) = wanted else { throw ServingError.invalid("'outputs' must be a list") }
    outputs = try wanted.map { output in
      guard case .string(let name)? = output["name"], Self.outputNames.contains(name) else {
        throw ServingError.invalid(
          "there is no such output; there are \(Self.outputNames.joined(separator: ", "))")
      }
      return (name, output["parameters"]?["binary_data"].map { $0 == .bool(true) } ?? isBinary)
    }
    guard Set(outputs.map(\.name)).count == outputs.count else {
      throw ServingError.invalid("an output is named twice")
    }
  }

  func reply(_ answers: [Answer<Label>], _ model: ServedModel) throws -> ServingReply {
    var binary: [UInt8] = []
    let tensors = outputs.map { output in
      let tensor = OutputTensor(output.name, answers)
      var fields: [JSON.Field] = [
        .init(name: "name", value: .string(output.name)),
        .init(name: "datatype", value: .string(tensor.type)),
        .init(name: "shape", value: .array(tensor.shape.map { .integer($0) })),
      ]
      if output.isBinary {
        let bytes = tensor.bytes
        binary += bytes
        fields.append(
          .init(name: "parameters", value: .fields(["binary_data_size": .integer(bytes.count)])))
      } else {
        fields.append(.init(name: "data", value: .array(tensor.data)))
      }
      return JSON.object(fields)
    }
    var fields: [JSON.Field] = [
      .init(name: "model_name", value: .string(model.name)),
      .init(name: "model_version", value: .string(model.version)),
    ]
    if let id { fields.append(.init(name: "id", value: id)) }
    fields.append(.init(name: "outputs", value: .array(tensors)))
    var reply = ServingReply(.object(fields))
    guard outputs.contains(where: \.isBinary) else { return reply }
    reply.headers.append(("Inference-Header-Content-Length", "\(reply.body.count)"))
    reply.contentType = "application/octet-stream"
    reply.body += binary
    return reply
  }
}

/// A tensor of a request, by its declared type and shape, its elements in JSON or in bytes.
private struct InputTensor {
  private let name: String
  private let type: String
  private let shape: [Int]
  private let data: JSON?
  private let binary: ArraySlice<UInt8>

  init(_ json: JSON, binary: ArraySlice<UInt8>, _ limits: ServingLimits) throws {
    guard case .string(let name)? = json["name"], case .string(let type)? = json["datatype"],
      case .array(let sizes)? = json["shape"]
    else { throw ServingError.invalid("an input needs 'name', 'datatype' and 'shape'") }
    shape = try sizes.map {
      guard let size = $0.integer(Int.self), size >= 0 else {
        throw ServingError.invalid("the shape of '\(name.prefix(100))' has \($0.summary); sizes are from 0")
      }
      return size
    }
    guard (shape.first ?? 0) <= limits.rows else {
      throw ServingError.tooLarge("there are \(shape[0]) documents; allowed: \(limits.rows) in a request")
    }
    data = json["data"]
    guard let size = json["parameters"]?["binary_data_size"] else {
      guard data != nil else { throw ServingError.invalid("the input '\(name.prefix(100))' has no data") }
      guard binary.isEmpty else {
        throw ServingError(400, "invalid_length", "\(binary.count) bytes follow that no input declares")
      }
      (self.name, self.type, self.binary) = (name, type, [])
      return
    }
    guard data == nil, size.integer(Int.self) == binary.count else {
      throw ServingError(
        400, "invalid_length",
        "'binary_data_size' of '\(name.prefix(100))' is \(size.summary), but \(binary.count) bytes follow the JSON"
      )
    }
    (self.name, self.type, self.binary) = (name, type, binary)
  }

  func rows(for model: ServedModel, _ limits: ServingLimits) throws -> LabelledData {
    switch (name, type) {
    case ("text", "BYTES"): return .text(try documents(limits), labels: nil)
    case ("features", "FP32"): return .features(.dense(try matrix()), labels: nil)
    default:
      throw ServingError.invalid(
        "the input '\(name.prefix(100))' of type \(type.prefix(20)) is unknown; the model takes "
          + (model.takesText ? "'text' of type BYTES" : "'features' of type FP32"))
    }
  }

  private func documents(_ limits: ServingLimits) throws -> UTF8Documents {
    guard shape.count == 1 || shape.count == 2 && shape[1] == 1 else {
      throw ServingError.invalid("the shape of 'text' must be [n] or [n, 1]")
    }
    var documents = UTF8Documents()
    func add(_ bytes: ArraySlice<UInt8>) throws {
      guard bytes.count <= limits.textBytes else {
        throw ServingError.tooLarge("a text has \(bytes.count) bytes; allowed: \(limits.textBytes)")
      }
      documents.append(utf8: bytes)
    }
    if let data {
      for value in data.elements {
        guard case .string(let text) = value else {
          throw ServingError.invalid("'text' holds \(value.summary) where a text is expected")
        }
        try add(Array(text.utf8)[...])
      }
    } else {
      var rest = binary
      while !rest.isEmpty {
        guard rest.count >= 4 else { throw Self.cutOff }
        let count = rest.prefix(4).reversed().reduce(0) { (count: Int, byte: UInt8) in count << 8 | Int(byte)
        }
        rest = rest.dropFirst(4)
        guard count <= rest.count else { throw Self.cutOff }
        guard String(validating: rest.prefix(count), as: UTF8.self) != nil else {
          throw ServingError(400, "invalid_text", "document \(documents.count) of 'text' is not UTF-8")
        }
        try add(rest.prefix(count))
        rest = rest.dropFirst(count)
      }
    }
    try check(documents.count, shape.first ?? 0)
    return documents
  }

  private func matrix() throws -> DenseMatrix {
    guard shape.count == 2,
      case (let size, let overflow) = shape[0].multipliedReportingOverflow(by: shape[1]),
      !overflow
    else { throw ServingError.invalid("the shape of 'features' must be [n, features]") }
    let values: [Float]
    if let data {
      values = try data.elements.map {
        guard let value = $0.double else {
          throw ServingError.invalid("'features' holds \($0.summary) where a number is expected")
        }
        return Float(value)
      }
    } else {
      guard binary.count.isMultiple(of: 4) else { throw Self.cutOff }
      values = Array(binary).withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map { index in
          let bits = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
          return Float(bitPattern: UInt32(littleEndian: bits))
        }
      }
    }
    try check(values.count, size)
    return try DenseMatrix(rowCount: shape[0], columnCount: shape[1], values: values)
  }

  private func check(_ found: Int, _ declared: Int) throws {
    guard found == declared else {
      throw ServingError.invalid("the shape of '\(name)' says \(declared) elements, but there are \(found)")
    }
  }

  private static let cutOff = ServingError(
    400, "invalid_length", "the bytes of a tensor end within an element")
}

extension JSON {
  /// The values in lists within lists, row after row.
  fileprivate var elements: [JSON] {
    guard case .array(let values) = self else { return [self] }
    return values.flatMap { value in if case .array = value { value.elements } else { [value] } }
  }
}

/// A tensor of a reply.
private struct OutputTensor {
  let type: String
  let shape: [Int]
  private let values: [Value]

  private enum Value {
    case text(String)
    case number(Float)
    case bool(Bool)
  }

  init(_ name: String, _ answers: [Answer<Label>]) {
    let count = answers.count
    let width = answers.first?.classes.count ?? 0
    switch name {
    case "label": (type, shape, values) = ("BYTES", [count], answers.map { .text($0.label.description) })
    case "confidence": (type, shape, values) = ("FP32", [count], answers.map { .number($0.confidence) })
    case "rejected": (type, shape, values) = ("BOOL", [count], answers.map { .bool($0.isRejected) })
    case "top_label":
      (type, shape) = ("BYTES", [count, width])
      values = answers.flatMap { $0.classes.map { .text($0.label.description) } }
    default:
      (type, shape) = ("FP32", [count, width])
      values = answers.flatMap { $0.classes.map { .number($0.confidence) } }
    }
  }

  var data: [JSON] {
    values.map {
      switch $0 {
      case .text(let text): .string(text)
      case .number(let number): .single(number)
      case .bool(let value): .bool(value)
      }
    }
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    func add(_ number: UInt32) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
    for value in values {
      switch value {
      case .text(let text):
        add(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
      case .number(let number): add(number.bitPattern)
      case .bool(let value): bytes.append(value ? 1 : 0)
      }
    }
    return bytes
  }
}
