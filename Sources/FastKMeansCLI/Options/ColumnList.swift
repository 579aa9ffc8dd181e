import FastKMeansText

/// Reads a list of columns such as `title:2,body`: names, each with a weight or none. A backslash before a comma, a colon or a
/// backslash makes it a part of the name.
enum ColumnList {
  static func columns(_ list: String, _ kind: DocumentColumn.Kind) -> [DocumentColumn] {
    guard !list.isEmpty else { return [] }
    return parts(of: list, at: ",").map { entry in
      let parts = parts(of: entry, at: ":")
      // What follows a colon is a weight if it is a number; else it belongs to the name.
      guard parts.count > 1, let last = parts.last, let weight = Double(last) else {
        return DocumentColumn(unescaped(entry), kind)
      }
      return DocumentColumn(
        unescaped(parts.dropLast().joined(separator: ":")), kind, weight: weight)
    }
  }

  /// The pieces between separators that no backslash precedes; they keep their backslashes.
  private static func parts(of text: String, at separator: Character) -> [String] {
    var parts = [""]
    var isEscaped = false
    for letter in text {
      if letter == separator, !isEscaped {
        parts.append("")
      } else {
        parts[parts.count - 1].append(letter)
      }
      isEscaped = letter == "\\" && !isEscaped
    }
    return parts
  }

  private static func unescaped(_ name: String) -> String {
    var result = ""
    var isEscaped = false
    for letter in name {
      if isEscaped {
        if !",:\\".contains(letter) { result.append("\\") }
        result.append(letter)
        isEscaped = false
      } else if letter == "\\" {
        isEscaped = true
      } else {
        result.append(letter)
      }
    }
    return isEscaped ? result + "\\" : result
  }
}
