/// A file that is no model, or a damaged one, or one of a newer version: which, and what is wrong with it.
public struct ModelFileError: Error, Equatable, Sendable {
  /// What is wrong. Bytes count from the start of the file, from 0.
  package enum Problem: Error, Equatable, Sendable {
    /// The file ends too early.
    case truncated(expected: Int, found: Int)
    /// More bytes than the header accounts for.
    case trailingBytes(count: Int)
    case headerTooLong(declared: UInt64, limit: Int)
    case badHeader(byte: Int, reason: String)
    /// A safetensors file of someone else.
    case notAModel
    /// Written by a version whose files this one cannot read.
    case newerVersion(found: String, supported: String)
    /// The content is not what was written: a digest disagrees.
    case damaged(part: String)
    case missingMetadata(key: String)
    case badMetadata(key: String, expected: String, found: String)
    case missingTensor(name: String)
    /// A tensor that contradicts itself or the others.
    case badTensor(name: String, reason: String)
    case wrongType(tensor: String, expected: TensorType, found: TensorType)
    case wrongShape(tensor: String, expected: String, found: [Int])
    /// Parts that are sound by themselves make no model together.
    case badContent(reason: String)
    /// Nothing was written.
    case cannotBeWritten(reason: String)
    /// The file holds a classifier of vectors and says nothing about text.
    case holdsNoVectorizer
  }

  package let path: String
  package let problem: Problem

  package init(path: String, problem: Problem) {
    self.path = path
    self.problem = problem
  }
}

extension ModelFileError: CustomStringConvertible {
  /// One line, not longer than a terminal takes: which file, what is wrong, how to fix it. Names in a
  /// hostile header may have megabytes.
  public var description: String { "\(path): \(problem.description.prefix(500))".onOneLine }
}

extension ModelFileError.Problem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated(let expected, let found):
      "the file was cut off: \(expected) bytes expected, \(found) found; copy it again"
    case .trailingBytes(let count):
      "\(count) bytes too many after the data; copy the file again"
    case .headerTooLong(let declared, let limit):
      "no model file: its header would take \(declared) bytes, allowed are \(limit)"
    case .badHeader(let byte, let reason):
      "no model file, or a damaged one: the header is wrong at byte \(byte): \(reason)"
    case .notAModel:
      "a safetensors file, but no model of fastkmeans: the text 'format' is not '\(ContainerFormat.model.name)'"
    case .newerVersion(let found, let supported):
      "written in format version \(found), this program reads up to \(supported); use a newer fastkmeans"
    case .damaged(let part):
      "its \(part) is damaged: its SHA-256 is not the one that was written; copy the file again"
    default: contentDescription
    }
  }

  private var contentDescription: String {
    switch self {
    case .missingMetadata(let key): "the text '\(key)' is missing in the header"
    case .badMetadata(let key, let expected, let found):
      "the text '\(key)' of the header must be \(expected), found \(found)"
    case .missingTensor(let name): "the tensor '\(name)' is missing"
    case .badTensor(let name, let reason): "tensor '\(name)': \(reason)"
    case .wrongType(let tensor, let expected, let found):
      "tensor '\(tensor)': dtype \(found.rawValue) found, \(expected.rawValue) expected"
    case .wrongShape(let tensor, let expected, let found):
      "tensor '\(tensor)': shape \(found) found, \(expected) expected"
    case .badContent(let reason): "the content makes no model: \(reason)"
    case .cannotBeWritten(let reason): "the model was not written: \(reason)"
    case .holdsNoVectorizer:
      "it was trained on vectors, not on text; open it with Classifier(contentsOf:) and pass vectors"
    default: ""
    }
  }
}
