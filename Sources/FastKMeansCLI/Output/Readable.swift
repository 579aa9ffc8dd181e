/// Formats numbers for people, the same in every locale.
enum Readable {
  /// `94057` as `94,057`.
  static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var groups: [Substring] = []
    var rest = digits[...]
    while rest.count > 3 {
      groups.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    groups.insert(rest, at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// A count with its noun: `1 document`, `2 documents`.
  static func count(_ value: Int, _ noun: String) -> String {
    let plural = noun.hasSuffix("s") ? noun + "es" : noun + "s"
    return "\(count(value)) \(value == 1 ? noun : plural)"
  }

  /// A share as per cent: `0.5291` as `52.9 %`.
  static func percent(_ share: Double) -> String { fixed(share * 100, 1) + " %" }

  /// The document weight of a prototype, without a decimal place where it is whole.
  static func mass(_ value: Double) -> String { fixed(value, value == value.rounded() ? 0 : 1) }

  static func seconds(_ value: Double) -> String {
    if value < 10 { return fixed(value, 2) + " s" }
    if value < 120 { return fixed(value, 1) + " s" }
    return "\(Int(value) / 60) min \(Int(value) % 60) s"
  }

  static func bytes(_ value: Int) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var (size, unit) = (Double(value), 0)
    while size >= 1000, unit + 1 < units.count {
      size /= 1000
      unit += 1
    }
    return unit == 0 ? "\(value) bytes" : "\(fixed(size, size < 10 ? 1 : 0)) \(units[unit])"
  }

  /// A rate, rounded to about three digits.
  static func rate(_ value: Double) -> String {
    guard value.isFinite, value < 1e15 else { return "-" }
    let magnitude = value >= 10_000 ? 1000.0 : value >= 1000 ? 100 : 1
    return count(Int((value / magnitude).rounded() * magnitude))
  }

  /// A number with a fixed number of digits after the point.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = Int((value.magnitude * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(scaled) }
    let fraction = String(scaled % Int(scale))
    return sign + String(scaled / Int(scale)) + "." + String(repeating: "0", count: digits - fraction.count)
      + fraction
  }
}
