/// Finds what was meant by a name that nobody has.
package enum Similar {
  /// Names that are longer, and more of them, are not looked at: the time is bounded.
  private static let maxLength = 64
  private static let maxCount = 10_000

  /// The name that differs least: in case or blanks, or by one letter in three; `nil` if none is that near.
  package static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = letters(name)
    guard !wanted.isEmpty, wanted.count <= maxLength else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in names.prefix(maxCount) {
      let found = letters(candidate)
      guard found.count <= maxLength else { continue }
      let distance = distance(wanted, found)
      if distance <= max(1, wanted.count / 3), distance < best?.distance ?? .max {
        best = (candidate, distance)
      }
    }
    return best?.name
  }

  /// ` (did you mean 'x'?)`, or nothing where no name is near.
  package static func hint(_ name: String, among names: some Sequence<String>) -> String {
    nearest(to: name, among: names).map { " (did you mean '\($0)'?)" } ?? ""
  }

  private static func letters(_ name: String) -> [Character] {
    name.lowercased().filter { !$0.isWhitespace }.map { $0 }
  }

  /// The number of letters to change, insert or leave out (Levenshtein 1966).
  private static func distance(_ one: [Character], _ other: [Character]) -> Int {
    var row = Array(0...other.count)
    for (index, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (position, otherLetter) in other.enumerated() {
        let change = diagonal + (letter == otherLetter ? 0 : 1)
        diagonal = row[position + 1]
        row[position + 1] = min(change, min(row[position], diagonal) + 1)
      }
    }
    return row[other.count]
  }
}
