import FastKMeansCore
import FastKMeansFormats

/// How many prototypes a class got, beside how many documents it has.
struct ClassCount: Equatable {
  var label: Label
  var documents: Int
  var prototypes: Int

  /// Of every class, in the model's order.
  static func list(_ model: ClassifierModel<Label>, labels: LabelColumn) -> [ClassCount] {
    let numbering = ClassNumbering(model.classes)
    var documents = [Int](repeating: 0, count: model.classes.count)
    // Rows of weight 0 may bring labels that are no class.
    for number in numbering.numbers(of: labels) where number < documents.count { documents[number] += 1 }
    let starts = model.prototypes.classStarts(classCount: model.classes.count)
    return model.classes.enumerated().map { position, label in
      ClassCount(
        label: label, documents: documents[position], prototypes: starts[position + 1] - starts[position])
    }
  }

  var json: JSON {
    .fields([
      "label": .label(label), "documents": .integer(documents), "prototypes": .integer(prototypes),
    ])
  }
}

extension ClassCount {
  /// As many classes as show what was chosen; JSON has all.
  private static let shownCount = 5

  /// How many classes have how many prototypes, and what the largest classes got.
  static func table(_ counts: [ClassCount]) -> [String] {
    histogram(counts) + [""] + largest(counts)
  }

  private static func histogram(_ counts: [ClassCount]) -> [String] {
    var table = Table(["prototypes", "classes", "documents"], [.right, .right, .right])
    for (prototypes, members) in Dictionary(grouping: counts, by: \.prototypes).sorted(by: { $0.key < $1.key }
    ) {
      table.add([
        Readable.count(prototypes), Readable.count(members.count),
        Readable.count(members.reduce(0) { $0 + $1.documents }),
      ])
    }
    return table.lines(indent: 0)
  }

  private static func largest(_ counts: [ClassCount]) -> [String] {
    var table = Table(["largest classes", "documents", "prototypes"], [.left, .right, .right])
    let order = counts.indices.sorted { (-counts[$0].documents, $0) < (-counts[$1].documents, $1) }
    for index in order.prefix(shownCount) {
      let count = counts[index]
      table.add([
        TextLabel.line(count.label), Readable.count(count.documents), Readable.count(count.prototypes),
      ])
    }
    let rest = counts.count - shownCount
    let more = rest > 0 ? ["and \(Readable.count(rest, "smaller class")); --json lists all"] : []
    return table.lines(indent: 0) + more
  }
}
