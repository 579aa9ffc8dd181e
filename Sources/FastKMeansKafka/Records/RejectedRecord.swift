import FastKMeansFormats

/// A record that could not be read, and why.
struct RejectedRecord: Equatable, Sendable {
  var record: KafkaRecord
  var reason: FormatError.Problem

  /// As the stream reports it; the message names partition and offset.
  func row(of address: String) -> RejectedRow {
    let name = "\(address), partition \(record.place.partition), offset \(record.offset)"
    return RejectedRow(
      bytes: record.value ?? [], reason: FormatError(path: name, place: .file, problem: reason))
  }
}
