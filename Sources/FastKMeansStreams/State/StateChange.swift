import FastKMeansCore
import FastKMeansFormats

/// What somebody changes in a stream's state beside learning from rows; it goes into the log as rows do.
package enum StateChange: Equatable, Sendable {
  case rename(Label, to: Label)
  case merge([Label], into: Label)
  case remove(Label)
  /// Undoes that these rows were learned, each with its label.
  case forget(LabelledData)
  /// Makes a class of some prototypes of a class, which their numbers name.
  case split(Label, prototypes: [UInt64], into: Label)

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .rename(let label, let new):
      writer.number(0 as UInt8)
      writer.label(label)
      writer.label(new)
    case .merge(let labels, let target):
      writer.number(1 as UInt8)
      writer.count(labels.count)
      for label in labels { writer.label(label) }
      writer.label(target)
    case .remove(let label):
      writer.number(2 as UInt8)
      writer.label(label)
    case .forget(let rows):
      writer.number(3 as UInt8)
      writer.list(RowCoding.encode(rows))
    case .split(let label, let prototypes, let new):
      writer.number(4 as UInt8)
      writer.label(label)
      writer.count(prototypes.count)
      for id in prototypes { writer.number(id) }
      writer.label(new)
    }
    return writer.bytes
  }

  /// - Throws: ``ByteReader/Fault``, and what the rows' own checks throw.
  init(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    let kind: UInt8 = try reader.number()
    switch kind {
    case 0: self = .rename(try reader.label(), to: try reader.label())
    case 1:
      // A label takes nine bytes at least.
      let labels = try (0..<reader.count(of: 9)).map { _ in try reader.label() }
      self = .merge(labels, into: try reader.label())
    case 2: self = .remove(try reader.label())
    case 3: self = .forget(try RowCoding.decode(reader.list()))
    case 4:
      let label = try reader.label()
      let prototypes: [UInt64] = try (0..<reader.count(of: 8)).map { _ in try reader.number() }
      self = .split(label, prototypes: prototypes, into: try reader.label())
    default: throw ByteReader.Fault.bad("a change of kind \(kind)")
    }
    try reader.finish()
  }
}

extension StreamState {
  /// Carries a change out.
  ///
  /// - Throws: `InputError`, `ClassifierError`; nothing has changed then.
  mutating func apply(_ change: StateChange) throws {
    var next = self
    switch change {
    case .rename(let label, let new):
      try next.classifier.renameClass(label, to: new)
      try next.renameWatched { $0 == label ? new : $0 }
    case .merge(let labels, let target):
      try next.classifier.mergeClasses(labels, into: target)
      try next.renameWatched { labels.contains($0) ? nil : $0 }
    case .remove(let label):
      try next.classifier.removeClass(label)
      try next.renameWatched { $0 == label ? nil : $0 }
    case .forget(let rows): try next.forget(rows)
    case .split(let label, let prototypes, let new):
      try next.classifier.splitPrototypes(prototypes, of: label, into: new)
    }
    self = next
  }

  private mutating func forget(_ rows: LabelledData) throws {
    guard let labels = rows.labels else {
      throw InputError.badLabels(found: "missing", expected: "a label for each row")
    }
    let features: Features
    switch rows {
    case .features(let given, _): features = given
    case .text(let documents, _):
      guard let vectorizer else { throw ClassifierError.notFitted }
      features = .sparse(try vectorizer.transform(documents, workers: classifier.options.threadCount).rows)
    }
    for (index, label) in labels.labels.enumerated() {
      let members = labels.indices.indices.filter { labels.indices[$0] == Int32(index) }
      try classifier.forget(features.selectingRows(members), label: label)
    }
  }

  /// Tells the drift detector about other names; nil: a class is watched no more.
  private mutating func renameWatched(_ name: (Label) -> Label?) throws {
    guard let watched = drift else { return }
    let classes = watched.classes.compactMap { label, record in name(label).map { ($0, record) } }
    drift = try DriftMonitor(
      overall: watched.overall, classes: Dictionary(classes) { first, _ in first },
      documents: watched.documents, errors: watched.errors, classLimit: watched.classLimit)
  }
}
