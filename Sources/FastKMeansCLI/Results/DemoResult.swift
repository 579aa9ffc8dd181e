import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// What `demo` prints, as JSON and as text.
struct DemoResult {
  /// One way to train, with its results on the test rows.
  struct Contestant {
    let model: ClassifierModel<Label>
    let fitSeconds: Double
    let evaluation: Evaluation

    fileprivate var json: JSON {
      .fields([
        "prototypes": .integer(model.prototypes.count),
        "accuracy": .number(evaluation.report.accuracy),
        "macro_f1": .number(evaluation.report.macroF1),
        "fit_seconds": .number(fitSeconds),
        "documents_per_second": .number(evaluation.documentsPerSecond),
      ])
    }
  }

  let trainCount: Int
  let testCount: Int
  let readSeconds: Double
  let vectorizeSeconds: Double
  /// One centroid per class, not refined.
  let centroid: Contestant
  /// One prototype per class, refined.
  let single: Contestant
  /// Several prototypes per class, refined.
  let several: Contestant
  /// The model that is written: that of ``several`` with its vectoriser.
  let contents: ModelContents
  let modelPath: String
  let reportPath: String

  var json: JSON {
    .fields([
      "documents": .integer(trainCount),
      "test_documents": .integer(testCount),
      "model": .string(modelPath),
      "report": .string(reportPath),
      "peak_rss_bytes": .integer(ProcessUsage.peakResidentBytes),
      "one_centroid_per_class": centroid.json,
      "one_per_class": single.json,
      "several_per_class": several.json,
    ])
  }

  /// Sums up the comparison in sentences; differences within chance are called none.
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

  /// Compares two results on the same rows by McNemar's test (1947, doi:10.1007/BF02295996): only rows that exactly
  /// one of them got right count, and by chance each of these falls to either side like a coin.
  private func difference(from one: Contestant, to other: Contestant) -> Difference {
    let contested = zip(one.evaluation.isCorrect, other.evaluation.isCorrect).count { $0 != $1 }
    let noise = 2 * Double(contested).squareRoot() / Double(max(1, testCount))
    let difference = other.evaluation.report.accuracy - one.evaluation.report.accuracy
    let points = "\(Readable.fixed(difference.magnitude * 100, 1)) points of accuracy"
    if difference.magnitude <= noise { return .level }
    return difference > 0 ? .gain(points) : .loss(points)
  }

  /// A class with the words of each of its prototypes.
  struct Portrait {
    let label: Label
    let mass: Double
    let prototypes: [(mass: Double, words: [String])]
  }

  /// Portraits of the largest classes that have more than one prototype.
  func portraits(classes count: Int, words wordCount: Int) -> [Portrait] {
    let model = contents.model
    let starts = model.prototypes.classStarts(classCount: model.classCount)
    let words = PrototypeWords(contents, hidden: Set(StopWords.english.words))
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
