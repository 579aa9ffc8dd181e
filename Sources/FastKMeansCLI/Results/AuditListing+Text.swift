import FastKMeansCore
import FastKMeansFormats

extension AuditListing {
  /// The findings as text.
  func lines(_ kinds: [AuditKind], outlierShare: Double) -> [String] {
    var lines = summary(kinds)
    for kind in kinds {
      var findings: [AuditFinding] = []
      forEach(kind, outlierShare: outlierShare) { findings.append($0) }
      // As text, rows whose label fits are no findings.
      if kind == .label { findings = findings.filter { $0.margin ?? 0 > 0 } }
      if kind == .class { findings = findings.filter { $0.probable ?? 0 > 0 } }
      guard !findings.isEmpty else { continue }
      lines += ["", Self.title(kind)] + Self.table(kind, findings).lines()
    }
    return lines
  }

  private func summary(_ kinds: [AuditKind]) -> [String] {
    let probable = audit.map { $0.isProbable.count { $0 } }
    let share = probable.map { Double($0) / Double(max(1, rows.labels.count)) }
    func count(_ kind: AuditKind, _ value: Int?) -> String? {
      kinds.contains(kind) ? value.map { Readable.count($0) } : nil
    }
    return Table.facts([
      ("rows", Readable.count(rows.labels.count)),
      ("probable label errors", probable.map { "\(Readable.count($0)), \(Readable.percent(share ?? 0))" }),
      (
        "not judged", audit.map { audit in audit.unjudgedCount }.flatMap { $0 > 0 ? Readable.count($0) : nil }
      ),
      ("duplicates", count(.duplicate, similar?.duplicates.count)),
      ("with another label", count(.conflict, similar?.conflicts.count)),
      ("leaks", count(.leak, leaks.count)),
      ("without known words", count(.empty, audit?.unknownRows.count)),
    ])
  }

  private static func title(_ kind: AuditKind) -> String {
    switch kind {
    case .label: "labels in doubt, most doubtful first; * marks probable errors"
    case .duplicate: "rows like an earlier one"
    case .conflict: "rows like an earlier one that has another label"
    case .leak: "rows that the other file has too"
    case .outlier: "rows far from every prototype"
    case .empty: "rows without a word that others have"
    case .class: "probable errors by class"
    case .pair: "by pair of classes"
    case .alike: "classes that look like one"
    case .mixed: "classes that look most like several"
    }
  }

  private static func table(_ kind: AuditKind, _ findings: [AuditFinding]) -> Table {
    switch kind {
    case .label:
      Table(
        ["", "row", "label", "rather", "confidence", "margin", "because of"],
        [.left, .right, .left, .left, .right, .right, .left],
        findings.map {
          [
            $0.isProbable == true ? "*" : "", rowNumber($0.row), TextLabel.line($0.label), other($0),
            fixed($0.confidence), fixed($0.margin), $0.words.joined(separator: " "),
          ]
        })
    case .duplicate, .conflict, .leak:
      Table(
        ["row", "label", "like row", "similarity", "its label", "text"],
        [.right, .left, .right, .right, .left, .left],
        findings.map {
          [
            rowNumber($0.row), TextLabel.line($0.label), rowNumber($0.other), fixed($0.similarity), other($0),
            short($0.text),
          ]
        })
    case .outlier, .empty:
      Table(
        ["row", "label", "similarity", "text"], [.right, .left, .right, .left],
        findings.map {
          [rowNumber($0.row), TextLabel.line($0.label), fixed($0.similarity), short($0.text)]
        })
    case .class:
      Table(
        ["class", "documents", "probable errors", "share"], [.left, .right, .right, .right],
        findings.map {
          [
            TextLabel.line($0.label), Readable.count($0.documents ?? 0), Readable.count($0.probable ?? 0),
            Readable.percent($0.degree ?? 0),
          ]
        })
    case .pair, .alike:
      Table(
        ["class", "rather", "documents", "probable errors", "overlap"],
        [.left, .left, .right, .right, .right],
        findings.map {
          [
            TextLabel.line($0.label), other($0), Readable.count($0.documents ?? 0),
            Readable.count($0.probable ?? 0), Readable.fixed($0.degree ?? 0, 2),
          ]
        })
    case .mixed:
      Table(
        ["class", "documents", "gain", "sub-topics"], [.left, .right, .right, .left],
        findings.map { finding in
          [
            TextLabel.line(finding.label), Readable.count(finding.documents ?? 0),
            Readable.fixed(finding.degree ?? 0, 3),
            finding.subTopics.map {
              "\(Readable.percent($0.share)) \($0.words.prefix(4).joined(separator: " "))"
            }
            .joined(separator: "; "),
          ]
        })
    }
  }

  private static func rowNumber(_ row: Int?) -> String { row.map { "\($0)" } ?? "" }

  private static func other(_ finding: AuditFinding) -> String {
    finding.suggested.map(TextLabel.line) ?? ""
  }

  private static func fixed(_ value: Float?) -> String {
    value.map { $0.isNaN ? "-" : Readable.fixed(Double($0), 3) } ?? "-"
  }

  private static func short(_ text: String) -> String {
    let line = EscapedText.write(text)
    return line.count > 60 ? line.prefix(60) + "..." : line
  }
}
