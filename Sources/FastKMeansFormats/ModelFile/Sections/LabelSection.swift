import FastKMeansCore

/// `class.*`: the label of each class index, integers or texts.
enum LabelSection {
  private enum Name {
    static let integers = "class.label_integers"
    static let bytes = "class.label_bytes"
    static let offsets = "class.label_offsets"
    static let kind = "label_kind"
  }

  static func encode(_ labels: [Label], into record: inout ContainerRecord) {
    switch labels.first?.kind {
    case .integer:
      let integers = labels.map { label in
        if case .integer(let value) = label { Int(value) } else { 0 }
      }
      record.add(Tensor(Name.integers, integers))
      record.add(Name.kind, Label.Kind.integer.rawValue)
    case .text, nil:
      var bytes: [UInt8] = []
      var offsets = [0]
      for label in labels {
        bytes.append(contentsOf: label.description.utf8)
        offsets.append(bytes.count)
      }
      record.add(Tensor(Name.offsets, offsets))
      record.add(Tensor(Name.bytes, bytes))
      record.add(Name.kind, Label.Kind.text.rawValue)
    }
  }

  static func decode(_ file: TensorFile) throws -> ClassDictionary {
    guard let text = file.metadata[Name.kind] else {
      throw ModelFileError.Problem.missingMetadata(key: Name.kind)
    }
    guard let kind = Label.Kind(rawValue: text) else {
      throw ModelFileError.Problem.badMetadata(
        key: Name.kind, expected: "integer or text", found: "'\(text)'")
    }
    let labels =
      switch kind {
      case .integer: try file.values(Name.integers, as: Int.self).map { Label.integer(Int64($0)) }
      case .text: try texts(file)
      }
    // Class indices have 32 bits.
    guard labels.count <= Int(Int32.max) else {
      throw ModelFileError.Problem.badContent(reason: "\(labels.count) classes are too many")
    }
    do {
      return try ClassDictionary(labels: labels)
    } catch let error as InputError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }

  private static func texts(_ file: TensorFile) throws -> [Label] {
    let bytes = try file.values(Name.bytes, as: UInt8.self)
    let offsets = try file.values(Name.offsets, as: Int.self)
    guard offsets.first == 0, offsets.last == bytes.count else {
      throw ModelFileError.Problem.badTensor(
        name: Name.offsets, reason: "it must run from 0 to the number of bytes, \(bytes.count)")
    }
    return try (0..<offsets.count - 1).map { position in
      let (start, end) = (offsets[position], offsets[position + 1])
      guard start <= end, end <= bytes.count else {
        throw ModelFileError.Problem.badTensor(name: Name.offsets, reason: "entry \(position + 1) is \(end)")
      }
      guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
        throw ModelFileError.Problem.badTensor(name: Name.bytes, reason: "label \(position) is not UTF-8")
      }
      return .text(text)
    }
  }
}
