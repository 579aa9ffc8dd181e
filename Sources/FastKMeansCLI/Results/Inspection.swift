import FastKMeansCore
import FastKMeansFormats

/// What `inspect` prints about a model.
struct Inspection {
  /// One prototype of a class.
  struct PrototypeEntry {
    let mass: Double
    let storedCount: Int
    let words: [PrototypeWords.Word]
  }

  /// One class.
  struct ClassEntry {
    let label: Label
    let prototypes: [PrototypeEntry]

    var mass: Double { prototypes.reduce(0) { $0 + $1.mass } }
  }

  let contents: ModelContents
  let path: String
  let info: ModelFileInfo
  let classes: [ClassEntry]
  /// Whether one class was asked for.
  let isSelection: Bool

  /// - Parameters:
  ///   - contents: the model.
  ///   - path: its file.
  ///   - label: the one class to list; `nil` for all.
  ///   - wordCount: top words of each prototype.
  /// - Throws: ``DataError`` for a class that the model does not have; what is wrong with the file.
  init(_ contents: ModelContents, path: String, label: String?, wordCount: Int) throws {
    self.contents = contents
    self.path = path
    info = try ModelFile.info(of: path)
    isSelection = label != nil
    let all = contents.model.classes
    let starts = contents.model.prototypes.classStarts(classCount: all.count)
    let chosen = all.indices.filter { label.map(all[$0].isWritten) ?? true }
    if let label, chosen.isEmpty {
      let hint = Similar.hint(label, among: all.lazy.map(\.description))
      throw DataError("the model has no class '\(label)'\(hint)")
    }
    let words = PrototypeWords(contents)
    let prototypes = contents.model.prototypes
    classes = chosen.map { index in
      ClassEntry(
        label: all[index],
        prototypes: (starts[index]..<starts[index + 1]).map { prototype in
          PrototypeEntry(
            mass: prototypes.masses[prototype], storedCount: prototypes.storedCount(of: prototype),
            words: words.top(wordCount, of: prototype))
        })
    }
  }
}

extension PrototypeSet {
  /// The number of values that are stored for one prototype.
  fileprivate func storedCount(of prototype: Int) -> Int {
    switch rows {
    case .sparse(let offsets, _, _): offsets[prototype + 1] - offsets[prototype]
    case .dense: featureCount
    }
  }
}

extension Label {
  /// Whether a text is this label, byte by byte: two spellings of one look are two labels.
  func isWritten(_ text: String) -> Bool { description.utf8.elementsEqual(text.utf8) }
}
