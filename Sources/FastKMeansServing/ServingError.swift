import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams
import FastKMeansText

/// Why a request was not answered: a status of HTTP, a word for programs, and a sentence for people.
public struct ServingError: Error, Equatable, Sendable {
  /// The status of HTTP, from 400 on.
  public let status: Int
  /// A word that programs can rely on, such as `unknown_model`.
  package let code: String
  /// What is wrong and how to fix it, on one line.
  public let message: String
  /// Seconds after which the same request may succeed; nil where waiting does not help.
  package let retryAfter: Int?

  /// Makes an error of a status from 400 on.
  public init(_ status: Int, _ code: String, _ message: String, retryAfter: Int? = nil) {
    self.status = status
    self.code = code
    self.message = message
    self.retryAfter = retryAfter
  }

  /// The reply to the request: a JSON object with `error` (the sentence) and `code`, whatever the dialect.
  public var reply: ServingReply {
    var reply = ServingReply(.fields(["error": .string(message), "code": .string(code)]), status: status)
    if let retryAfter { reply.headers.append(("Retry-After", "\(retryAfter)")) }
    return reply
  }
}

extension ServingError {
  static func invalid(_ message: String) -> ServingError { ServingError(422, "invalid_value", message) }

  static func tooLarge(_ message: String) -> ServingError { ServingError(413, "too_large", message) }

  /// The error that a caller sees for one that the library threw.
  public init(_ error: any Error) {
    switch error {
    case let error as ServingError: self = error
    case let error as JSONError:
      self.init(
        400, "invalid_json", "the body is no JSON that is taken here: \(error.reason), at byte \(error.byte)")
    case InputError.unknownClass(let label):
      self.init(404, "unknown_class", "the model has no class '\(label.prefix(100))'; /classes lists them")
    case let error as InputError: self.init(422, "invalid_value", "\(error)")
    case let error as OptionsError: self.init(422, "invalid_value", "\(error)")
    case let error as TextError: self.init(422, "invalid_value", "\(error)")
    case let error as ClassifierError: self.init(409, "not_possible", "\(error)")
    case let error as StreamError: self.init(503, "cannot_learn", "\(error)", retryAfter: 1)
    case let error as FileError: self.init(503, "cannot_write", "\(error)", retryAfter: 1)
    case let error as ModelFileError: self.init(500, "damaged_model", "\(error)")
    case is CancellationError: self.init(503, "cancelled", "the request was cancelled")
    default: self.init(500, "internal", "the request failed; the server's log says why")
    }
  }
}
