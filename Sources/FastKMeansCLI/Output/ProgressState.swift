/// The progress of a piece of work, and its text.
struct ProgressState {
  /// What is being done, such as `reading train.tsv`.
  var title: String
  /// What is counted, such as `documents`.
  var unit = ""
  var completed = 0
  /// 0 if not known.
  var total = 0
  /// Seconds since the work began.
  var elapsed = 0.0

  private var share: Double? {
    total > 0 ? min(1, Double(completed) / Double(total)) : nil
  }

  /// The bar's line on a terminal: share, rate and time left.
  func bar(width: Int = 24) -> String {
    guard let share else { return line }
    let filled = Int(share * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
    return "\(title) [\(bar)] " + facts(share)
  }

  /// The same without a bar, for output that is no terminal.
  var line: String {
    guard let share else {
      let counted = completed > 0 ? "\(Readable.count(completed)) \(unit), " : ""
      return "\(title): \(counted)\(Readable.seconds(elapsed))"
    }
    return "\(title): " + facts(share)
  }

  private func facts(_ share: Double) -> String {
    var parts = ["\(Int(share * 100)) %"]
    guard elapsed > 0.2, completed > 0 else { return parts[0] }
    if !unit.isEmpty { parts.append("\(Readable.rate(Double(completed) / elapsed)) \(unit)/s") }
    if share > 0, share < 1 { parts.append("\(Readable.seconds(elapsed / share * (1 - share))) left") }
    return parts.joined(separator: ", ")
  }
}
