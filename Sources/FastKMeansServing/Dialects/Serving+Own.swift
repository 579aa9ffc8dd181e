import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams

extension Serving {
  func classify(_ request: ServingRequest) throws -> ServingReply {
    let model = try model(request)
    let call = try RowsRequest(request.body, for: model.contents, limits: limits)
    let answers = try classify(
      model, call.requiredRows(), top: call.top, reasons: call.reasons, falseAcceptRate: call.falseAcceptRate)
    return ServingReply(
      .fields([
        "model": .string(model.name), "version": .string(model.version),
        "answers": .array(answers.map { Self.json(of: $0, call) }),
      ]))
  }

  private static func json(of answer: Answer<Label>, _ call: RowsRequest) -> JSON {
    var fields: [JSON.Field] = [
      .init(name: "label", value: .label(answer.label)),
      .init(name: "confidence", value: .single(answer.confidence)),
      .init(name: "rejected", value: .bool(answer.isRejected)),
    ]
    if call.top > 1 {
      let classes = answer.classes.map {
        JSON.fields(["label": .label($0.label), "confidence": .single($0.confidence)])
      }
      fields.append(.init(name: "top", value: .array(classes)))
    }
    if call.reasons > 0 {
      let reasons = answer.reasons.map {
        JSON.fields(["term": .string($0.term), "weight": .number($0.weight)])
      }
      fields.append(.init(name: "reasons", value: .array(reasons)))
    }
    return .object(fields)
  }

  func explain(_ request: ServingRequest) throws -> ServingReply {
    let model = try model(request)
    let call = try RowsRequest(request.body, for: model.contents, limits: limits)
    let rows = try call.requiredRows()
    guard rows.rowCount <= 64 else {
      throw ServingError.tooLarge("\(rows.rowCount) documents are to be explained; allowed: 64 in a request")
    }
    return ServingReply(
      .fields([
        "model": .string(model.name), "version": .string(model.version),
        "explanations": .array(try model.explain(rows, words: call.reasons > 0 ? call.reasons : 30)),
      ]))
  }

  func classes(_ request: ServingRequest) throws -> ServingReply {
    let model = try model(request)
    return ServingReply(.fields(["model": .string(model.name), "classes": model.classList]))
  }

  func pair(_ request: ServingRequest) throws -> ServingReply {
    let model = try model(request)
    func label(_ name: String) throws -> Label {
      guard let text = request.parameters[name] else {
        throw ServingError.invalid("the query needs '\(name)', a class")
      }
      return try model.label(written: text)
    }
    return ServingReply(try model.separation(label("first"), label("second"), words: 15))
  }

  func prototypes(_ request: ServingRequest) throws -> ServingReply {
    let model = try model(request)
    func number(_ name: String, _ usual: Int, _ allowed: ClosedRange<Int>) throws -> Int {
      guard let text = request.parameters[name] else { return usual }
      guard let value = Int(text), allowed.contains(value) else {
        throw ServingError.invalid(
          "'\(name)' is '\(text.prefix(40))'; allowed: \(allowed.lowerBound) to \(allowed.upperBound)")
      }
      return value
    }
    return ServingReply(
      model.prototypes(
        of: try request.parameters["class"].map(model.label(written:)),
        words: try number("words", 8, 0...100),
        from: try number("from", 0, 0...Int(Int32.max)), limit: try number("limit", 1000, 1...10_000)))
  }
}

extension Serving {
  func learn(_ request: ServingRequest) async throws -> ServingReply {
    let rows = try await compute(request) { try self.labelledRows(request) }
    let outcome = try await carryOut(.rows(rows), request)
    return ServingReply(
      .fields([
        "learned": .integer(outcome.isRepeated ? 0 : rows.rowCount), "repeated": .bool(outcome.isRepeated),
        "new_classes": .array(outcome.newClasses.map(JSON.label)),
        "total_documents": .integer(outcome.totalDocuments),
        "waiting_documents": .integer(outcome.waitingDocuments),
      ]))
  }

  func forget(_ request: ServingRequest) async throws -> ServingReply {
    let rows = try await compute(request) { try self.labelledRows(request) }
    return reply(to: try await carryOut(.change(.forget(rows)), request))
  }

  func rename(_ request: ServingRequest) async throws -> ServingReply {
    let call = try ClassCall(request.body, ["class", "to"], limits)
    return reply(
      to: try await carryOut(.change(.rename(call.label("class"), to: call.label("to"))), request))
  }

  func merge(_ request: ServingRequest) async throws -> ServingReply {
    let call = try ClassCall(request.body, ["classes", "into"], limits)
    return reply(
      to: try await carryOut(.change(.merge(call.labels("classes"), into: call.label("into"))), request))
  }

  func remove(_ request: ServingRequest) async throws -> ServingReply {
    let call = try ClassCall(request.body, ["class"], limits)
    return reply(to: try await carryOut(.change(.remove(call.label("class"))), request))
  }

  func split(_ request: ServingRequest) async throws -> ServingReply {
    let call = try ClassCall(request.body, ["class", "prototypes", "to"], limits)
    let change = StateChange.split(
      try call.label("class"), prototypes: try call.numbers("prototypes"), into: try call.label("to"))
    return reply(to: try await carryOut(.change(change), request))
  }

  private func labelledRows(_ request: ServingRequest) throws -> LabelledData {
    _ = try shelf.learner(request.parameters["model"])
    return try RowsRequest(request.body, for: (try? model(request))?.contents, limits: limits).labelledRows()
  }

  private func reply(to outcome: LiveStream.Outcome) -> ServingReply {
    ServingReply(.fields(["done": true, "repeated": .bool(outcome.isRepeated)]))
  }

  private func carryOut(
    _ content: LiveStream.Call.Content, _ request: ServingRequest
  ) async throws -> LiveStream.Outcome {
    if let key = request.idempotencyKey {
      guard !key.isEmpty, key.utf8.count <= 255 else {
        throw ServingError(
          400, "invalid_key", "Idempotency-Key has \(key.utf8.count) bytes; allowed: 1 to 255")
      }
    }
    return try await shelf.learner(request.parameters["model"])
      .carryOut(LiveStream.Call(content, key: request.idempotencyKey))
  }
}

/// The body of a call about classes: an object with exactly the members that the route names.
private struct ClassCall {
  private let json: JSON
  private let limits: ServingLimits

  init(_ body: [UInt8], _ names: Set<String>, _ limits: ServingLimits) throws {
    json = try JSON.parse(body, maxDepth: limits.depth)
    self.limits = limits
    guard case .object(let fields) = json, Set(fields.map(\.name)) == names else {
      throw ServingError.invalid(
        "the body must be an object with \(names.sorted().joined(separator: " and "))")
    }
  }

  func label(_ name: String) throws -> Label { try label(json[name] ?? .null, name) }

  func labels(_ name: String) throws -> [Label] {
    guard case .array(let values)? = json[name], !values.isEmpty else {
      throw ServingError.invalid("'\(name)' must be a list of labels")
    }
    return try values.map { try label($0, name) }
  }

  func numbers(_ name: String) throws -> [UInt64] {
    guard case .array(let values)? = json[name], !values.isEmpty, values.count <= limits.rows else {
      throw ServingError.invalid("'\(name)' must be a list of 1 to \(limits.rows) numbers of prototypes")
    }
    return try values.map {
      guard let number = $0.integer(UInt64.self) else {
        throw ServingError.invalid("'\(name)' has \($0.summary) where a number of a prototype is expected")
      }
      return number
    }
  }

  private func label(_ value: JSON, _ name: String) throws -> Label {
    if case .string(let text) = value { return try Label(checked: text, limits) }
    guard let number = value.integer(Int64.self) else {
      throw ServingError.invalid("'\(name)' is \(value.summary) where a label is expected")
    }
    return .integer(number)
  }
}
