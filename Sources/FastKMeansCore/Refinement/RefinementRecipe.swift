/// How refinement moves prototypes: the loss, the rate, and for how long.
///
/// A document pulls the best prototype of its class and pushes rivals that come within the margin: learning vector
/// quantisation (Kohonen 1990, doi:10.1109/5.58325) with a large-margin loss, either the multi-class hinge (Crammer
/// and Singer 2001) on the best rival, or its smooth form over the four best. Rivals are classes, each by its best
/// prototype, as when the model answers. What sets this apart from both is
/// cooperation: the other prototypes of a class make a share of each move, without which several prototypes a class
/// do not pay (measured: wordnet-lex .742 without, .752 with).
package struct RefinementRecipe: Sendable, Equatable {
  /// A name for reports.
  package var name: String
  /// The rate of the first step; it falls in a line.
  package var rate: Double
  /// The share of it that is left at the last step: 0, but where other machines go on.
  package var lastRateShare = 0.0
  package var epochs: Int
  /// Of the smooth loss log(1 + sum exp(sharpness (margin + s_r - s_o))) / sharpness; 0 is the hinge.
  package var sharpness: Float
  package var margin: Float = 1
  package var cooperation: Float = 0.7
  /// Prototypes start as unit vectors times this; with the margin it sets how far apart classes are pushed.
  package var scale: Double = 5
  /// Whether each feature moves at a rate of its own (``FeatureRates``) where classes have documents enough to tell a
  /// pure feature from a rare one.
  package var ratesFeatures = false

  package init(name: String, rate: Double, epochs: Int, sharpness: Float) {
    self.name = name
    self.rate = rate
    self.epochs = epochs
    self.sharpness = sharpness
  }

  /// For many documents a class.
  package static let smooth = {
    var recipe = RefinementRecipe(name: "smooth", rate: 0.5, epochs: 5, sharpness: 4)
    recipe.ratesFeatures = true
    return recipe
  }()
  /// The same for many documents: an epoch less costs them no accuracy.
  package static let smoothForManyRows = {
    var recipe = smooth.lasting(4)
    recipe.rate = 0.6
    return recipe
  }()
  /// For few documents a class.
  package static let hinge = RefinementRecipe(name: "hinge", rate: 0.3, epochs: 5, sharpness: 0)
  /// For small sets that a line can nearly separate.
  package static let thorough = RefinementRecipe(name: "thorough", rate: 0.5, epochs: 10, sharpness: 0)

  /// The same with another number of epochs.
  package func lasting(_ epochs: Int) -> RefinementRecipe {
    var copy = self
    copy.epochs = epochs
    return copy
  }
}
