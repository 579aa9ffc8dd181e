/// How refinement moves prototypes: the loss, the rate, and for how long.
///
/// A document pulls the best prototype of its class and pushes rivals that come within the margin: learning vector
/// quantisation (Kohonen 1990, doi:10.1109/5.58325) with a smooth form of the multi-class large-margin loss (Crammer and
/// Singer 2001) over the four best rivals. Rivals are classes, each by its best prototype, as when the model answers. What
/// sets this apart from both is cooperation: the other prototypes of a class make a share of each move, without which
/// several prototypes a class do not pay.
///
/// One recipe has two members, and trials on held-out documents choose: no statistic of the data tells which is better.
package struct RefinementRecipe: Sendable, Equatable {
  /// A name for reports.
  package var name: String
  /// The rate of the first step; it falls in a line.
  package var rate: Double
  /// The share of it that is left at the last step: 0, but where other machines go on.
  package var lastRateShare = 0.0
  package var epochs = 5
  /// Of the smooth loss log(1 + sum exp(sharpness (margin + s_r - s_o))) / sharpness.
  package var sharpness: Float = 4
  package var margin: Float = 1
  package var cooperation: Float = 0.7
  /// A document that would pull its prototype by less moves nothing.
  package var leastPull: Float = 0.05
  /// Prototypes start as unit vectors times this; with the margin it sets how far apart classes are pushed.
  package var scale: Double = 5
  /// Whether some features of sparse documents move faster than others (``FeatureRates``).
  package var ratesFeatures: Bool

  package init(name: String, rate: Double, ratesFeatures: Bool) {
    self.name = name
    self.rate = rate
    self.ratesFeatures = ratesFeatures
  }

  /// Slow, and slower along features that many classes share.
  package static let featureRates = RefinementRecipe(name: "feature-rates", rate: 0.5, ratesFeatures: true)
  /// Fast, along all features alike.
  package static let oneRate = RefinementRecipe(name: "one-rate", rate: 1, ratesFeatures: false)

  /// The same with another number of epochs.
  package func lasting(_ epochs: Int) -> RefinementRecipe {
    var copy = self
    copy.epochs = epochs
    return copy
  }
}
