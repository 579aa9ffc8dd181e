import FastKMeansCore
import Synchronization

/// Counts and times of answering, as Prometheus reads them.
final class ServingMetrics: Sendable {
  /// How often values lay at or below each bound.
  private struct Histogram {
    let bounds: [Double]
    var counts: [UInt64]
    var sum = 0.0

    init(_ bounds: [Double]) {
      self.bounds = bounds
      counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    mutating func add(_ value: Double) {
      counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
      sum += value
    }

    func lines(_ name: String, _ labels: String) -> String {
      var total: UInt64 = 0
      var text = ""
      let separator = labels.isEmpty ? "" : ","
      for (index, count) in counts.enumerated() {
        total += count
        let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
        text += "\(name)_bucket{\(labels)\(separator)le=\"\(bound)\"} \(total)\n"
      }
      let braces = labels.isEmpty ? "" : "{\(labels)}"
      return text + "\(name)_sum\(braces) \(sum)\n\(name)_count\(braces) \(total)\n"
    }
  }

  private struct Outcome: Hashable, Comparable {
    let route: String
    let status: Int

    static func < (one: Outcome, other: Outcome) -> Bool {
      (one.route, one.status) < (other.route, other.status)
    }
  }

  private struct Values {
    var seconds: [String: Histogram] = [:]
    var outcomes: [Outcome: UInt64] = [:]
    var batchRows: [String: Histogram] = [:]
    var rejected: [String: UInt64] = [:]
  }

  private static let secondBounds = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  ]
  private static let rowBounds = [1.0, 4, 16, 64, 256, 1024, 4096]
  private let values = Mutex(Values())

  func request(_ route: String, status: Int, seconds: Double) {
    values.withLock {
      $0.seconds[route, default: Histogram(Self.secondBounds)].add(seconds)
      $0.outcomes[Outcome(route: route, status: status), default: 0] += 1
    }
  }

  func batch(_ model: String, _ answers: [Answer<Label>]) {
    let rejected = UInt64(answers.count { $0.isRejected })
    values.withLock {
      $0.batchRows[model, default: Histogram(Self.rowBounds)].add(Double(answers.count))
      $0.rejected[model, default: 0] += rejected
    }
  }

  /// - Parameter inFlight: requests that are being answered.
  func text(inFlight: Int) -> String {
    values.withLock { values in
      var text = Self.head(
        "fastkmeans_server_request_seconds", "histogram", "Seconds from a request's last byte to its reply.")
      for (route, histogram) in values.seconds.sorted(by: { $0.key < $1.key }) {
        text += histogram.lines("fastkmeans_server_request_seconds", "route=\"\(route)\"")
      }
      text += Self.head("fastkmeans_server_requests_total", "counter", "Requests by route and status.")
      for (outcome, count) in values.outcomes.sorted(by: { $0.key < $1.key }) {
        let labels = "route=\"\(outcome.route)\",status=\"\(outcome.status)\""
        text += "fastkmeans_server_requests_total{\(labels)} \(count)\n"
      }
      text += Self.head("fastkmeans_server_in_flight", "gauge", "Requests that are being answered.")
      text += "fastkmeans_server_in_flight \(inFlight)\n"
      text += Self.head("fastkmeans_server_batch_documents", "histogram", "Documents of a request.")
      for (model, histogram) in values.batchRows.sorted(by: { $0.key < $1.key }) {
        text += histogram.lines("fastkmeans_server_batch_documents", "model=\"\(model)\"")
      }
      text += Self.head(
        "fastkmeans_server_rejected_total", "counter", "Documents that were answered as of no known class.")
      for (model, count) in values.rejected.sorted(by: { $0.key < $1.key }) {
        text += "fastkmeans_server_rejected_total{model=\"\(model)\"} \(count)\n"
      }
      return text
    }
  }

  /// A model with more classes than this shows the largest.
  private static let shownClasses = 200

  /// The mass of each model's classes.
  static func classMasses(of models: [ServedModel]) -> String {
    var text = head(
      "fastkmeans_class_mass", "gauge", "Documents that a class stands for, the largest classes of a model.")
    for model in models {
      for entry in model.classes.sorted(by: { $0.mass > $1.mass }).prefix(shownClasses) {
        text +=
          "fastkmeans_class_mass{model=\"\(model.name)\",class=\"\(escaped(entry.label.description))\"} \(entry.mass)\n"
      }
    }
    return text
  }

  private static func head(_ name: String, _ type: String, _ help: String) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private static func escaped(_ label: String) -> String {
    var text = ""
    for scalar in label.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
