/// Draws a plot with two axes in the page's colours.
struct SVGPlot {
  let width: Double
  let height: Double
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>
  private var body = ""

  private static let left = 52.0
  private static let right = 14.0
  private static let top = 12.0
  private static let bottom = 40.0

  /// - Parameters:
  ///   - xRange: the span of the horizontal axis.
  ///   - yRange: the span of the vertical axis.
  init(width: Double = 460, height: Double = 300, xRange: ClosedRange<Double>, yRange: ClosedRange<Double>) {
    (self.width, self.height) = (width, height)
    (self.xRange, self.yRange) = (Self.widened(xRange), Self.widened(yRange))
  }

  /// A range of some length, so that one can divide by it.
  private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    range.upperBound > range.lowerBound ? range : range.lowerBound - 0.5...range.upperBound + 0.5
  }

  private func x(_ value: Double) -> String {
    let share = (value - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
    return Readable.fixed(Self.left + share * (width - Self.left - Self.right), 1)
  }

  private func y(_ value: Double) -> String {
    let share = (value - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound)
    return Readable.fixed(height - Self.bottom - share * (height - Self.top - Self.bottom), 1)
  }

  /// Adds lines and numbers at the ticks, and the names of the axes.
  mutating func addAxes(
    xTicks: [(value: Double, text: String)], xName: String, yTicks: [(value: Double, text: String)],
    yName: String
  ) {
    let (floor, ceiling) = (y(yRange.lowerBound), y(yRange.upperBound))
    let (start, end) = (x(xRange.lowerBound), x(xRange.upperBound))
    for tick in xTicks {
      body +=
        "<line class=\"grid\" x1=\"\(x(tick.value))\" x2=\"\(x(tick.value))\" y1=\"\(floor)\" y2=\"\(ceiling)\"/>"
      body += text(
        tick.text, x: x(tick.value), y: Readable.fixed(height - Self.bottom + 16, 1), anchor: "middle")
    }
    for tick in yTicks {
      body +=
        "<line class=\"grid\" x1=\"\(start)\" x2=\"\(end)\" y1=\"\(y(tick.value))\" y2=\"\(y(tick.value))\"/>"
      body += text(
        tick.text, x: Readable.fixed(Self.left - 6, 1), y: y(tick.value), anchor: "end", dy: "0.32em")
    }
    body += text(
      xName, x: Readable.fixed((Self.left + width) / 2, 1), y: Readable.fixed(height - 6, 1), anchor: "middle"
    )
    body +=
      "<text transform=\"translate(12 \(Readable.fixed((height - Self.bottom) / 2, 1))) rotate(-90)\" "
      + "text-anchor=\"middle\">\(HTML.escape(yName))</text>\n"
  }

  private func text(_ text: String, x: String, y: String, anchor: String, dy: String = "0") -> String {
    "<text x=\"\(x)\" y=\"\(y)\" dy=\"\(dy)\" text-anchor=\"\(anchor)\">\(HTML.escape(text))</text>\n"
  }

  mutating func addLine(_ points: [(x: Double, y: Double)], style: String = "line") {
    let places = points.map { "\(x($0.x)),\(y($0.y))" }.joined(separator: " ")
    body += "<polyline class=\"\(style)\" points=\"\(places)\"/>\n"
  }

  /// - Parameter title: the text that appears under the mouse pointer.
  mutating func addPoint(_ point: (x: Double, y: Double), radius: Double, title: String, fill: String? = nil)
  {
    body +=
      "<circle class=\"dot\" cx=\"\(x(point.x))\" cy=\"\(y(point.y))\" r=\"\(Readable.fixed(radius, 1))\""
      + (fill.map { " style=\"fill:\($0)\"" } ?? "") + "><title>\(HTML.escape(title))</title></circle>\n"
  }

  mutating func addBar(from start: Double, to end: Double, height value: Double, title: String) {
    let (left, right) = (x(start), x(end))
    let (low, high) = (y(yRange.lowerBound), y(value))
    body +=
      "<path class=\"bar\" d=\"M\(left) \(low)V\(high)H\(right)V\(low)Z\"><title>\(HTML.escape(title))</title></path>\n"
  }

  mutating func addLabel(_ label: String, at point: (x: Double, y: Double), offset: Double) {
    body += text(
      label, x: x(point.x), y: y(point.y), anchor: "middle", dy: Readable.fixed(-offset, 1))
  }

  /// - Parameter name: describes the picture to screen readers.
  func svg(_ name: String) -> String {
    "<svg viewBox=\"0 0 \(Readable.fixed(width, 0)) \(Readable.fixed(height, 0))\" role=\"img\" "
      + "aria-label=\"\(HTML.escape(name))\">\n<title>\(HTML.escape(name))</title>\n\(body)</svg>\n"
  }
}
