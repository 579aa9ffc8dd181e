/// A call that contradicts itself: options that do not go together, or a value that an option cannot have.
struct CallError: Error, Equatable, CustomStringConvertible {
  /// What is wrong and how to mend it.
  let description: String

  init(_ description: String) { self.description = description }
}

/// Input that was read without fault and yet cannot be used for what was asked.
struct DataError: Error, Equatable, CustomStringConvertible {
  /// What is wrong and how to mend it.
  let description: String

  init(_ description: String) { self.description = description }
}
