import FastKMeansCore
import Testing

@testable import FastKMeansFormats

/// A model file taken apart, to be changed and sealed again with digests that fit: so a test reaches the
/// check that it is about.
struct ForgedModel {
  var metadata: [String: JSON] = [:]
  var tensors: [String: JSON] = [:]
  var data: [UInt8]

  init(_ contents: ModelContents) throws {
    let bytes = try ModelFile.bytes(of: contents)
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    data = Array(bytes[(8 + length)...])
    guard case .object(let header) = try JSON.parse(Array(bytes[8..<8 + length])) else { return }
    for member in header {
      if case .object(let table) = member.value, member.name == "__metadata__" {
        for text in table { metadata[text.name] = text.value }
      } else {
        tensors[member.name] = member.value
      }
    }
  }

  /// The whole file.
  func bytes() -> [UInt8] {
    var texts = metadata
    texts["data_sha256"] = .string(data.withUnsafeBytes { SHA256.hexDigest(of: $0) })
    texts["header_sha256"] = .string(ContainerFormat.emptyDigest)
    var members = tensors
    members["__metadata__"] = .sorted(texts)
    return Self.file(header: JSON.sorted(members).compactText, data: data)
  }

  /// A file from a header's text, with the digest of that header put in where it has a place for it.
  static func file(header: String, data: [UInt8] = []) -> [UInt8] {
    var header = Array(header.utf8)
    if let range = ContainerFormat.headerDigestRange(in: header) {
      header.replaceSubrange(range, with: ContainerFormat.headerDigest(of: header, digestRange: range).utf8)
    }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
  }
}

extension ForgedModel {
  /// Replaces a member of a tensor's entry.
  mutating func set(_ tensor: String, _ member: String, _ value: JSON) {
    guard case .object(let old) = tensors[tensor] else { return }
    tensors[tensor] = .object(
      old.map { JSON.Field(name: $0.name, value: $0.name == member ? value : $0.value) })
  }

  /// Replaces a member of one of the JSON texts among the metadata; `nil` removes it.
  mutating func set(_ key: String, option: String, _ value: JSON?) {
    guard case .string(let text) = metadata[key],
      case .object(let old) = try? JSON.parse(Array(text.utf8))
    else { return }
    var members: [String: JSON] = [:]
    for item in old { members[item.name] = item.value }
    members[option] = value
    metadata[key] = .string(JSON.sorted(members).compactText)
  }

  /// Where a tensor's data lies.
  func range(_ tensor: String) -> Range<Int> {
    guard let entry = tensors[tensor], case .array(let ends) = entry["data_offsets"],
      let start = ends[0].integer(Int.self), let end = ends[1].integer(Int.self)
    else { return 0..<0 }
    return start..<end
  }

  /// Writes over one element of a tensor.
  mutating func set<Element: BitwiseCopyable>(_ tensor: String, at index: Int, _ element: Element) {
    let start = range(tensor).lowerBound + index * MemoryLayout<Element>.stride
    withUnsafeBytes(of: element) { data.replaceSubrange(start..<start + $0.count, with: $0) }
  }
}

/// What reading these bytes throws, or `nil` if it throws nothing.
func problem(_ bytes: [UInt8]) -> ModelFileError.Problem? {
  do {
    _ = try ModelFile.read(bytes: bytes)
    return nil
  } catch let error as ModelFileError {
    return error.problem
  } catch {
    Issue.record("\(error)")
    return nil
  }
}
