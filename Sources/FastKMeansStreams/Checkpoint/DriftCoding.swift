import FastKMeansCore

/// A drift monitor as bytes.
enum DriftCoding {
  static func encode(_ monitor: DriftMonitor) -> [UInt8] {
    var writer = ByteWriter()
    writer.double(monitor.overall.delta)
    writer.count(monitor.classLimit)
    writer.number(monitor.documents)
    writer.number(monitor.errors)
    write(monitor.overall, to: &writer)
    writer.count(monitor.classes.count)
    for (label, record) in monitor.classes.sorted(by: { $0.key < $1.key }) {
      writer.label(label)
      writer.number(record.documents)
      writer.number(record.errors)
      write(record.detector, to: &writer)
    }
    return writer.bytes
  }

  /// - Throws: ``ByteReader/Fault``; `OptionsError` for numbers that no monitor has.
  static func decode(_ bytes: [UInt8]) throws -> DriftMonitor {
    var reader = ByteReader(bytes)
    let delta = try reader.double()
    let limit = try reader.whole()
    let documents: UInt64 = try reader.number()
    let errors: UInt64 = try reader.number()
    let overall = try detector(&reader, delta: delta)
    var classes: [Label: DriftMonitor.ClassRecord] = [:]
    for _ in 0..<(try reader.count(of: 9)) {
      let label = try reader.label()
      let documents: UInt64 = try reader.number()
      var record = DriftMonitor.ClassRecord(detector: try DriftDetector(delta: delta))
      record.documents = documents
      record.errors = try reader.number()
      record.detector = try detector(&reader, delta: delta)
      classes[label] = record
    }
    try reader.finish()
    return try DriftMonitor(
      overall: overall, classes: classes, documents: documents, errors: errors, classLimit: limit)
  }

  private static func write(_ detector: DriftDetector, to writer: inout ByteWriter) {
    writer.count(detector.sinceLook)
    writer.numbers(detector.buckets.flatMap { [$0.count, $0.sum, $0.spread] })
  }

  private static func detector(_ reader: inout ByteReader, delta: Double) throws -> DriftDetector {
    let sinceLook = try reader.whole()
    let numbers = try reader.numbers(Double.self)
    guard numbers.count % 3 == 0 else { throw ByteReader.Fault.bad("half a bucket of a drift detector") }
    let buckets = stride(from: 0, to: numbers.count, by: 3).map {
      DriftDetector.Bucket(count: numbers[$0], sum: numbers[$0 + 1], spread: numbers[$0 + 2])
    }
    return try DriftDetector(delta: delta, buckets: buckets, sinceLook: sinceLook)
  }
}
