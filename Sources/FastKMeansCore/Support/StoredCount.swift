/// Counts in files: of batches, of documents, of bytes.
package enum StoredCount {
  /// The most that one may be: 2^53. Every JSON reader holds it exactly, and a program that counts on from it never reaches
  /// an overflow.
  package static let limit = 1 << 53
}
