import FastKMeansCore
import FastKMeansText

/// What the demo found.
struct DemoResult {
  /// One way to train, judged on the test rows.
  struct Contestant {
    let loaded: LoadedModel
    let fitSeconds: Double
    let evaluation: EvaluationResult

    var prototypeCount: Int { loaded.model.prototypes.count }
    var accuracy: Double { evaluation.report.accuracy }
  }

  let folder: String
  let trainCount: Int
  let testCount: Int
  let readSeconds: Double
  let vectorizeSeconds: Double
  /// One centroid per class.
  let centroid: Contestant
  /// One prototype per class, refined.
  let single: Contestant
  /// Several, refined.
  let several: Contestant

  var reportPath: String { folder + "/report.md" }

  /// What the comparison says, in words that the numbers bear out.
  var verdict: [String] {
    let refinement =
      switch difference(from: centroid, to: single) {
      case .gain(let points): "Refining centroids for separation gains \(points)."
      case .loss(let points): "Refining centroids costs \(points) here."
      case .level: "Refining centroids changes nothing that could be told from chance here."
      }
    let several =
      switch difference(from: single, to: several) {
      case .gain(let points):
        "Several prototypes per class gain \(points) more, and show what a class is made of."
      case .loss(let points):
        "Several prototypes per class cost \(points) here; they show what a class is made of."
      case .level: "Several prototypes per class are as good as one here, and show what a class is made of."
      }
    return [refinement, several]
  }

  private enum Difference {
    case gain(String)
    case loss(String)
    case level
  }

  /// Both were judged by the same rows: only those that one of them got right and the other did not tell them apart,
  /// and chance alone would share these out like coins (McNemar 1947, doi:10.1007/BF02295996).
  private func difference(from one: Contestant, to other: Contestant) -> Difference {
    let contested = zip(one.evaluation.isCorrect, other.evaluation.isCorrect).count { $0 != $1 }
    let noise = 2 * Double(contested).squareRoot() / Double(max(1, testCount))
    let difference = other.accuracy - one.accuracy
    let points = "\(Readable.fixed(difference.magnitude * 100, 1)) points of accuracy"
    if difference.magnitude <= noise { return .level }
    return difference > 0 ? .gain(points) : .loss(points)
  }
}

extension DemoResult {
  /// A class with what each of its prototypes stands for.
  struct Portrait {
    let label: Label
    let mass: Double
    let prototypes: [(mass: Double, words: [String])]
  }

  /// The largest classes, whose documents differ most among themselves.
  func portraits(classes count: Int, words wordCount: Int) -> [Portrait] {
    let loaded = several.loaded
    let model = loaded.model
    let starts = model.prototypes.classStarts(classCount: model.classes.count)
    let words = PrototypeWords(model: loaded, hidden: Set(StopWords.english.words))
    let masses = model.classes.indices.map { index in
      model.prototypes.masses[starts[index]..<starts[index + 1]].reduce(0, +)
    }
    let largest = model.classes.indices.sorted { (masses[$1], $0) < (masses[$0], $1) }
    return largest.filter { starts[$0 + 1] - starts[$0] > 1 }.prefix(count).map { index in
      let siblings = starts[index]..<starts[index + 1]
      return Portrait(
        label: model.classes[index], mass: masses[index],
        prototypes: siblings.map { prototype in
          (
            model.prototypes.masses[prototype],
            words.distinctive(wordCount, of: prototype, among: siblings).map(\.name)
          )
        })
    }
  }
}
