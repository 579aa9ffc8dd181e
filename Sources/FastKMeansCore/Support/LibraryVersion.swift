/// The version of the library; that of the Python package is the same.
package enum LibraryVersion {
  package static let text: StaticString = "0.1.0"
}
