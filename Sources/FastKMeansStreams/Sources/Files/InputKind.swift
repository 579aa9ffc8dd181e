import FastKMeansFormats

/// What an input is, to choose its source by.
package enum InputKind {
  /// Whether an input is a file that can be read again, as standard input may be too; else it is a pipe, a terminal
  /// or a device.
  ///
  /// - Parameter path: `-` is the standard input.
  /// - Throws: `FileError` if there is no such input.
  package static func isRegularFile(_ path: String) throws -> Bool {
    guard path == "-" || InputDescriptor.status(at: path) != nil else { throw FileError.notFound(path: path) }
    let status = path == "-" ? try InputDescriptor(path: path).status() : InputDescriptor.status(at: path)
    if status?.isFolder == true { throw FileError.isFolder(path: path) }
    return status?.isRegular ?? false
  }
}
