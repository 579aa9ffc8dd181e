/// Why a document was answered as it was: the prototypes that won, and what each feature gave them.
///
/// A prototype's score is a sum with one term for each feature of the document, so it falls apart into its features
/// without any approximation: nothing is fitted or sampled to explain it.
package struct Explanation<Class: ClassLabel>: Sendable, Equatable {
  /// What speaks for the class that was answered.
  package let winner: Evidence
  /// What speaks for the best of the other classes; nil in a model of one class.
  package let rival: Evidence?
  /// None of the classes, as ``Answer/isRejected`` says.
  package let isRejected: Bool
  /// The share of the document's squared length that lies on features which a centre of the winning class has, 0...1;
  /// 0 for a document without features. Low: the class was chosen by a few words among many that it never saw.
  package let knownShare: Double

  /// What speaks for one class.
  package struct Evidence: Sendable, Equatable {
    package let label: Class
    /// The class's best prototype, by its position in ``ClassifierModel/prototypes``.
    package let prototype: Int
    /// The same, counted within its class from 0.
    package let positionInClass: Int
    /// The document weight that the prototype stands for.
    package let mass: Double
    /// A cosine in -1...1, or 1 / (1 + squared distance).
    package let similarity: Float
    /// The probability of the class, 0...1.
    package let confidence: Float
    /// What is added to the score whatever the document: Euclidean distance has it, cosine similarity 0.
    package let bias: Double
    /// The features that the document and the prototype share, by falling magnitude of their product, equal ones
    /// by ascending feature.
    package let contributions: [Contribution]

    /// What decides between classes: the bias and the sum of all products.
    package var score: Double { contributions.reduce(bias) { $0 + $1.product } }
  }

  /// What one feature gave to one prototype's score.
  package struct Contribution: Sendable, Equatable {
    /// The feature's column.
    package let feature: Int
    /// The document's value, as it is scored: for cosine, of the row scaled to unit length.
    package let value: Double
    /// The prototype's weight: refined where refinement won, else the centre's coordinate.
    package let weight: Double

    /// What it adds to the score; negative where it speaks against the class.
    package var product: Double { value * weight }
  }
}

extension Explanation {
  /// The features by what they gave the winner over the rival, largest first, equal ones by ascending feature: why it
  /// was this class and not that one. Without a rival, by what they gave the winner.
  ///
  /// - Complexity: O(features of the document x log).
  package func leads() -> [(feature: Int, lead: Double)] {
    var leads: [Int: Double] = [:]
    for contribution in winner.contributions {
      leads[contribution.feature, default: 0] += contribution.product
    }
    for contribution in rival?.contributions ?? [] {
      leads[contribution.feature, default: 0] -= contribution.product
    }
    return leads.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { (feature: $0.key, lead: $0.value) }
  }
}
