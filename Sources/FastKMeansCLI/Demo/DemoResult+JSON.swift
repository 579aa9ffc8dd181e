import FastKMeansFormats

extension DemoResult {
  var json: JSON {
    .fields([
      "documents": .integer(trainCount),
      "test_documents": .integer(testCount),
      "model": .string(several.loaded.path),
      "report": .string(reportPath),
      "peak_rss_bytes": .integer(ProcessUsage.peakResidentBytes),
      "one_centroid_per_class": centroid.json,
      "one_per_class": single.json,
      "several_per_class": several.json,
    ])
  }
}

extension DemoResult.Contestant {
  fileprivate var json: JSON {
    .fields([
      "prototypes": .integer(prototypeCount),
      "accuracy": .number(accuracy),
      "macro_f1": .number(evaluation.report.macroF1),
      "fit_seconds": .number(fitSeconds),
      "documents_per_second": .number(evaluation.documentsPerSecond),
    ])
  }
}
