import ArgumentParser
import FastKMeansCore
import FastKMeansFormats

/// What an audit looks for.
enum AuditKind: String, CaseIterable {
  case label, duplicate, conflict, leak, outlier, empty, `class`, pair, alike, mixed

  static let names = allCases.map(\.rawValue).joined(separator: ", ")

  /// Whether rows must be answered by models.
  var needsAnswers: Bool { ![.duplicate, .conflict, .leak].contains(self) }

  static func list(_ text: String) throws -> [AuditKind] {
    var kinds: [AuditKind] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let kind = AuditKind(rawValue: String(name)) else {
        let hint = Similar.hint(String(name), among: allCases.lazy.map(\.rawValue))
        throw ValidationError("'\(name)' is no kind\(hint); allowed: \(names)")
      }
      if !kinds.contains(kind) { kinds.append(kind) }
    }
    return kinds
  }
}

/// One finding of an audit, about a row or about classes.
struct AuditFinding {
  let kind: AuditKind
  var row: Int?
  var label: Label
  var suggested: Label?
  var confidence: Float?
  var labelConfidence: Float?
  var margin: Float?
  var isProbable: Bool?
  /// The prototype of the suggested class, counted within the class from 0.
  var prototype: Int?
  var words: [String] = []
  /// The row that this one is like, in the input or in the other file.
  var other: Int?
  var similarity: Float?
  var digest: String?
  var text = ""
  /// Of classes: documents that it is about, probable errors among them, and how much two classes look like one or a class
  /// like several.
  var documents: Int?
  var probable: Int?
  var degree: Double?
  /// The sub-topics of a class: their shares and words.
  var subTopics: [(share: Double, words: [String])] = []

  init(_ kind: AuditKind, label: Label) {
    self.kind = kind
    self.label = label
  }

  private var isAboutRow: Bool { row != nil }

  var json: JSON {
    var fields: [(String, JSON)] = [
      ("row", row.map(JSON.integer) ?? .null), ("kind", .string(kind.rawValue)), ("label", .label(label)),
      ("suggested", suggested.map(JSON.label) ?? .null),
    ]
    if isAboutRow {
      fields += [
        ("confidence", confidence.map(JSON.single) ?? .null), ("margin", margin.map(JSON.single) ?? .null),
        ("words", .array(words.map(JSON.string))),
        ("label_confidence", labelConfidence.map(JSON.single) ?? .null),
        ("probable", isProbable.map(JSON.bool) ?? .null), ("prototype", prototype.map(JSON.integer) ?? .null),
        ("other", other.map(JSON.integer) ?? .null), ("similarity", similarity.map(JSON.single) ?? .null),
        ("digest", digest.map(JSON.string) ?? .null),
      ]
    } else {
      fields += [
        ("documents", documents.map(JSON.integer) ?? .null),
        ("probable", probable.map(JSON.integer) ?? .null),
        ("degree", degree.map(JSON.number) ?? .null),
      ]
      if kind == .mixed {
        fields.append(
          (
            "sub_topics",
            .array(
              subTopics.map {
                .fields(["share": .number($0.share), "words": .array($0.words.map(JSON.string))])
              })
          ))
      }
    }
    return .object(fields.map { JSON.Field(name: $0.0, value: $0.1) })
  }

  static let header = [
    "row", "kind", "label", "suggested", "confidence", "label_confidence", "margin", "probable", "other",
    "similarity", "documents", "degree", "digest", "words", "text",
  ].joined(separator: "\t")

  var tableLine: String {
    var fields = [row.map { "\($0)" } ?? "", kind.rawValue, TextLabel.line(label)]
    fields += [suggested.map(TextLabel.line) ?? ""]
    fields += [confidence, labelConfidence, margin].map { $0.map { "\($0)" } ?? "" }
    fields += [isProbable.map { $0 ? "yes" : "no" } ?? probable.map { "\($0)" } ?? ""]
    fields += [other.map { "\($0)" } ?? "", similarity.map { "\($0)" } ?? ""]
    fields += [documents.map { "\($0)" } ?? "", degree.map { Readable.fixed($0, 4) } ?? "", digest ?? ""]
    let topics = subTopics.map { $0.words.joined(separator: " ") }
    fields += [EscapedText.write((words + topics).joined(separator: ", ")), EscapedText.write(text)]
    return fields.joined(separator: "\t")
  }
}

/// What an audit found, by kind.
struct AuditListing {
  let rows: AuditedRows
  /// Findings of each kind, at most.
  let limit: Int?
  var audit: LabelAudit?
  var similar: SimilarRows?
  var leaks: [SimilarRows.Match] = []

  init(_ rows: AuditedRows, limit: Int?) {
    self.rows = rows
    self.limit = limit
  }

  /// How much of a row's text a finding shows.
  private static let textLength = 200

  /// Calls `body` with each finding of a kind, the most doubtful first.
  func forEach(_ kind: AuditKind, outlierShare: Double, _ body: (AuditFinding) throws -> Void) rethrows {
    switch kind {
    case .label: try forEachRow(audit?.order ?? []) { try body(label($0)) }
    case .outlier:
      try forEachRow(audit?.outliers(share: outlierShare) ?? []) { try body(stray(.outlier, $0)) }
    case .empty: try forEachRow(audit?.unknownRows ?? []) { try body(stray(.empty, $0)) }
    case .duplicate: try forEachRow(similar?.duplicates ?? []) { try body(repeated(.duplicate, $0, nil)) }
    case .conflict:
      try forEachRow(similar?.conflicts ?? []) {
        try body(repeated(.conflict, $0, rows.labels[$0.other]))
      }
    case .leak: try forEachRow(leaks) { try body(repeated(.leak, $0, nil)) }
    case .class, .pair, .alike, .mixed: try forEachRow(classFindings(kind)) { try body($0) }
    }
  }

  private func forEachRow<Element>(_ all: [Element], _ body: (Element) throws -> Void) rethrows {
    for element in all.prefix(limit ?? .max) { try body(element) }
  }

  private func finding(_ kind: AuditKind, _ row: Int) -> AuditFinding {
    var finding = AuditFinding(kind, label: rows.labels[row])
    finding.row = row
    finding.digest = RowDigest.of(row, rows.data)
    finding.text = rows.excerpt(row, length: Self.textLength)
    return finding
  }

  private func label(_ row: Int) -> AuditFinding {
    var finding = finding(.label, row)
    guard let audit else { return finding }
    let isJudged = !audit.margin(row).isNaN
    finding.suggested = audit.classes.labels[audit.suggested(row)]
    finding.confidence = audit.confidences[row]
    finding.labelConfidence = audit.labelConfidences[row]
    finding.margin = isJudged ? audit.margin(row) : nil
    finding.isProbable = audit.isProbable[row]
    finding.prototype = isJudged ? audit.prototype(row) : nil
    finding.words = rows.words(audit.reasons(row).map(\.feature), row: row)
    return finding
  }

  private func stray(_ kind: AuditKind, _ row: Int) -> AuditFinding {
    var finding = finding(kind, row)
    finding.similarity = audit?.similarity(row)
    return finding
  }

  private func repeated(_ kind: AuditKind, _ match: SimilarRows.Match, _ suggested: Label?) -> AuditFinding {
    var finding = finding(kind, match.row)
    (finding.other, finding.similarity, finding.suggested) = (match.other, match.similarity, suggested)
    return finding
  }

  private func classFindings(_ kind: AuditKind) -> [AuditFinding] {
    guard let audit else { return [] }
    let (labels, counts) = (audit.classes.labels, audit.documentCounts)
    func finding(_ pair: LabelAudit.Pair) -> AuditFinding {
      var finding = AuditFinding(kind, label: labels[pair.given])
      finding.suggested = labels[pair.suggested]
      (finding.documents, finding.probable) = (pair.documentCount, pair.probableCount)
      finding.degree = pair.overlap
      return finding
    }
    switch kind {
    case .pair: return audit.pairs.map(finding)
    case .alike: return audit.alike().map(finding)
    case .mixed:
      return audit.mixedClasses.map { mixed in
        var finding = AuditFinding(kind, label: labels[mixed.classIndex])
        finding.documents = counts[mixed.classIndex]
        finding.degree = mixed.gain
        finding.subTopics = mixed.subTopics.map { ($0.share, rows.words($0.features, row: nil)) }
        return finding
      }
    default:
      return audit.errorShares.map { share in
        var finding = AuditFinding(.class, label: labels[share.classIndex])
        (finding.documents, finding.probable) = (share.documentCount, share.probableCount)
        finding.degree = share.share
        return finding
      }
    }
  }
}
