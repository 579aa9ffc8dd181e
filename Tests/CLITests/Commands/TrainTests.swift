import Foundation
import Testing

@Suite("train")
struct TrainTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(150)), to: "rows.tsv")
  }

  @Test func saysWhatWasTriedOnHeldOutRows() throws {
    let json = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--json", "--distance", "auto", in: folder
    ).json
    let choices = try #require(json["choices"] as? [[String: Any]])
    for subject in ["distance", "recipe"] {
      let own = choices.filter { $0["subject"] as? String == subject }
      #expect(own.count >= 2)
      #expect(own.count { $0["taken"] as? Bool == true } == 1)
      for choice in own {
        #expect(try (0...1).contains(#require(choice["accuracy"] as? Double)))
        #expect(try #require(choice["rows"] as? Int) > 0)
      }
    }
  }

  /// A class that weighs more is answered more often.
  @Test func classesCanWeighMore() throws {
    let rows = (0..<60).map { "\($0 % 10 == 0 ? "rare" : "usual")\tword w\($0 % 7)" }
    try folder.write(rows.joined(separator: "\n"), to: "uneven.tsv")
    try folder.write("word w1\nword w2\nword w3\nword\n", to: "new.tsv")
    try folder.write("{\"rare\": 100}", to: "weights.json")
    var answered: [String: Int] = [:]
    for weight in ["none", "balanced", "weights.json"] {
      let outcome = try Tool.run(
        "train", "--input", "uneven.tsv", "--model", "m", "--class-weight", weight, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let labels = try Tool.run("predict", "--model", "m", "--input", "new.tsv", "--labels-only", in: folder)
      answered[weight] = labels.lines.count { $0 == "rare" }
    }
    #expect(answered["weights.json"] == 4 && answered["none"] != 4, "\(answered)")
  }

  @Test(arguments: [
    ("{\"hamm\": 2}", "did you mean 'ham'"), ("{\"ham\": -1}", "a number from 0"), ("[1]", "a JSON object"),
    ("{\"ham\": 1, \"ham\": 2}", "a JSON object"),
  ])
  func badClassWeightsAreRefused(_ weights: String, _ reason: String) throws {
    try folder.write(weights, to: "weights.json")
    let outcome = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--class-weight", "weights.json", in: folder)
    #expect(outcome.status == 1 && outcome.errors.contains(reason), "\(outcome.errors)")
    let missing = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--class-weight", "nowhere.json", in: folder)
    #expect(missing.status == 1 && missing.errors.contains("nowhere.json"))
  }

  @Test func printsWhatScriptsRead() throws {
    let outcome = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m.safetensors", "--json", in: folder)
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json
    #expect(json["documents"] as? Int == 150)
    #expect(json["classes"] as? Int == 3)
    #expect(json["features"] as? Int == 36)
    #expect(try #require(json["prototypes"] as? Int) <= 9)
    #expect(try #require(json["epochs"] as? Int) >= 1)
    #expect(try #require(json["train_accuracy"] as? Double) > 0.9)
    #expect(json["model_bytes"] as? Int == (try folder.data("m.safetensors").count))
    for name in ["fit_seconds", "fit_cpu_seconds", "read_seconds", "vectorize_seconds"] {
      #expect(try #require(json[name] as? Double) >= 0, "\(name)")
    }
    #expect(try #require(json["peak_rss_bytes"] as? Int) > 1_000_000)
  }

  @Test func passesEveryOptionOn() throws {
    try folder.write(#"{"spam": 5}"#, to: "k.json")
    try folder.write(Array(repeating: "1.5", count: 150).joined(separator: "\n"), to: "weights.txt")
    let outcome = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--json", "--k-init", "2", "--k-list", "k.json",
      "--init-method", "random", "--distance", "euclidean", "--dtype", "float16", "--soft", "false",
      "--soft-type", "softmax", "--temperature", "0.5", "--lambda-penalty", "0.2", "--merge-threshold",
      "0.01",
      "--relative-merge", "--percentile-threshold", "0.5", "--batch-size", "64", "--n-threads", "2",
      "--min-weight", "0.01", "--truncation-threshold", "0.001", "--max-iters", "7", "--tol", "0.01",
      "--random-state", "7", "--decay", "0.9", "--mode", "default", "--refine", "0", "--device", "cpu",
      "--weights", "weights.txt", "--ngrams", "1-2", "--min-df", "3", "--max-features", "50",
      "--sublinear-tf", "false", "--stop-words", "english", "--analyzer", "word+char_wb", "--char-ngrams",
      "3-4",
      "--char-weight", "0.5", "--max-df", "140", "--binary", "--use-idf", "false", "--smooth-idf", "false",
      "--norm", "l1", "--quiet", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let options = try #require(try outcome.json["options"] as? [String: Any])
    let numbers: [String: Double] = [
      "k_init": 2, "temperature": 0.5, "lambda_penalty": 0.2, "merge_threshold": 0.01,
      "percentile_threshold": 0.5, "batch_size": 64, "n_threads": 2, "min_weight": 0.01,
      "truncation_threshold": 0.001, "max_iters": 7, "tol": 0.01, "random_state": 7, "decay": 0.9,
      "min_df": 3,
      "max_features": 50, "char_weight": 0.5, "max_df": 140,
    ]
    for (name, value) in numbers { #expect((options[name] as? NSNumber)?.doubleValue == value, "\(name)") }
    let texts = [
      "init_method": "random", "distance": "euclidean", "dtype": "float16", "soft_type": "softmax",
      "mode": "default", "device": "cpu", "ngrams": "1-2", "stop_words": "english",
      "analyzer": "word+char_wb", "char_ngrams": "3-4", "norm": "l1",
    ]
    for (name, value) in texts { #expect(options[name] as? String == value, "\(name)") }
    #expect(options["soft"] as? Bool == false)
    #expect(options["sublinear_tf"] as? Bool == false)
    #expect(options["binary"] as? Bool == true)
    #expect(options["use_idf"] as? Bool == false)
    #expect(options["smooth_idf"] as? Bool == false)
    #expect(options["relative_merge"] as? Bool == true)
    #expect(options["k_list"] as? [String: Int] == ["spam": 5])
  }

  @Test func threeShortDocumentsTrain() throws {
    try folder.write("food\tred apple\nfood\tgreen pear\ncar\tfast wheel\n", to: "short.tsv")
    let outcome = try Tool.run(
      "train", "--input", "short.tsv", "--model", "m", "--json", "--quiet", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try outcome.json["features"] as? Int == 6)
    #expect(
      try Tool.run("predict", "--model", "m", "--input", "short.tsv", in: folder).output.hasPrefix("food"))
  }

  @Test(arguments: ["char", "char_wb", "word+char", "word+char_wb"])
  func readsCharacters(analyzer: String) throws {
    try folder.write("c\t快速狐狸\nc\t狐狸跳过\nd\tภาษาไทย\nd\tวันนี้ไทย\n", to: "scripts.tsv")
    let call = ["--input", "scripts.tsv", "--model", "m", "--quiet"]
    #expect(try Tool.run(["train"] + call + ["--analyzer", analyzer], in: folder).status == 0)
    try folder.write("狐狸\nไทย\n", to: "new.tsv")
    let found = try Tool.run("predict", "--model", "m", "--input", "new.tsv", "--quiet", in: folder)
    #expect(found.output.split(separator: "\n").map { $0.prefix(1) } == ["c", "d"], "\(found.errors)")
    let hashed = try Tool.run(
      ["train"] + call + ["--analyzer", analyzer, "--hashing", "10", "--json"], in: folder)
    #expect(try hashed.json["features"] as? Int == 1024)
  }

  @Test func choosesTheAnalyzerAndSaysSo() throws {
    let words = [["invoice", "payment", "refund"], ["keyboard", "monitor", "battery"]]
    // A word with a letter left out, another one each time: no word comes twice, and parts of words do.
    let lines = (0..<120).map { row in
      let word = words[row % 2][row / 2 % 3]
      let place = word.index(word.startIndex, offsetBy: row / 6 % word.count)
      return "class\(row % 2)\t\(word[..<place])\(row)\(word[word.index(after: place)...])"
    }
    try folder.write(lines.joined(separator: "\n") + "\n", to: "errors.tsv")
    let call = ["train", "--input", "errors.tsv", "--model", "m"]
    let json = try Tool.run(call + ["--json", "--quiet"], in: folder).json
    let tried = try #require(json["choices"] as? [[String: Any]]).filter {
      $0["subject"] as? String == "analyzer"
    }
    #expect(tried.prefix(2).map { $0["candidate"] as? String } == ["word", "word+char_wb"])
    #expect(
      tried.filter { $0["taken"] as? Bool == true }.map { $0["candidate"] as? String } == ["word+char_wb"])
    #expect(tried.allSatisfy { ($0["rows"] as? Int ?? 0) > 20 })
    #expect(tried.allSatisfy { ($0["accuracy"] as? Double).map { (0...1).contains($0) } ?? false })
    let options = try #require(json["options"] as? [String: Any])
    #expect(options["analyzer"] as? String == "word+char_wb")
    let said = try Tool.run(call, in: folder).lines.first { $0.hasPrefix("terms") }
    #expect(try #require(said).contains("word+char_wb"))
    let explained = try Tool.run("explain", "--model", "m", "--text", "Invioce, 7", "--json", in: folder).json
    let shown = try #require(explained["words"] as? [[String: Any]])
    #expect(shown.first?["word"] as? String == "invioce")
    let named = try Tool.run(call + ["--json", "--quiet", "--analyzer", "word", "--ngrams", "1"], in: folder)
    let others = try #require(named.json["choices"] as? [[String: Any]])
    #expect(others.allSatisfy { $0["subject"] as? String != "analyzer" })
  }

  @Test func stopWordsAreFoldedAndSplit() throws {
    let call = ["train", "--input", "rows.tsv", "--model", "m", "--json", "--quiet"]
    let all = try Tool.run(call, in: folder).json["features"] as? Int
    try folder.write("d\tthe don't and\ne\tthe of don New York\n", to: "rows.tsv")
    try folder.write("The\nAND\ndon't\nNew York\n", to: "stop.txt")
    #expect(all != nil)
    #expect(try Tool.run(call + ["--stop-words", "stop.txt"], in: folder).json["features"] as? Int == 1)
  }

  @Test func printsHowManyPrototypesEachClassGot() throws {
    let call = ["train", "--input", "rows.tsv", "--model", "m"]
    let text = try Tool.run(call, in: folder)
    #expect(text.output.contains("prototypes  classes  documents"))
    #expect(text.output.contains("largest classes"))
    let json = try Tool.run(call + ["--json"], in: folder).json
    let classes = try #require(json["prototypes_per_class"] as? [[String: Any]])
    #expect(classes.map { $0["label"] as? String } == SampleData.classes)
    #expect(classes.compactMap { $0["documents"] as? Int }.reduce(0, +) == 150)
    #expect(classes.compactMap { $0["prototypes"] as? Int }.reduce(0, +) == json["prototypes"] as? Int)
  }

  @Test func anAutomaticNumberStaysWithinItsBytes() throws {
    let call = ["train", "--input", "rows.tsv", "--model", "m", "--k-init", "auto", "--json"]
    let free = try Tool.run(call, in: folder).json
    let small = try Tool.run(call + ["--k-bytes", "2000"], in: folder).json
    // 36 features of 8 bytes, twice: 576 bytes a prototype.
    #expect(small["prototypes"] as? Int == 3)
    #expect(try #require(free["prototypes"] as? Int) >= 3)
    #expect(try Tool.run(call + ["--k-bytes", "0"], in: folder).status == 2)
  }

  @Test func keepsToWhatWasAskedForWithoutRefinement() throws {
    let json = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--refine", "0", "--k-init", "4", "--json", in: folder
    ).json
    let classes = try #require(json["prototypes_per_class"] as? [[String: Any]])
    #expect(classes.allSatisfy { $0["prototypes"] as? Int == 4 })
  }

  @Test func takesMoreOrFewerPrototypesForSomeClasses() throws {
    for (list, expected) in [(#"{"spam": 1}"#, [2, 2, 1]), ("[1, 3]", [1, 3, 2])] {
      try folder.write(list, to: "k.json")
      let outcome = try Tool.run(
        "train", "--input", "rows.tsv", "--model", "m", "--k-init", "2", "--k-list", "k.json", "--refine",
        "0",
        in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let inspected = try Tool.run("inspect", "--model", "m", "--json", in: folder).json
      let classes = try #require(inspected["per_class"] as? [[String: Any]])
      #expect(classes.map { ($0["prototypes"] as? [Any])?.count } == expected)
    }
  }

  @Test func writesTheSameBytesForAnyNumberOfThreadsAndAgain() throws {
    let calls = [["--n-threads", "1"], ["--n-threads", "2"], ["--n-threads", "2"], []]
    for (index, extra) in calls.enumerated() {
      let outcome = try Tool.run(
        ["train", "--input", "rows.tsv", "--model", "m\(index)", "--soft", "false"] + extra, in: folder)
      #expect(outcome.status == 0)
    }
    let first = try folder.data("m0")
    for index in 1..<calls.count { #expect(try folder.data("m\(index)") == first, "run \(index)") }
  }

  @Test func readsStandardInputAndWritesStandardOutput() throws {
    let rows = try folder.text("rows.tsv")
    let named = try Tool.run("train", "--input", "rows.tsv", "--model", "named", in: folder)
    let piped = try Tool.run(
      "train", "--input", "-", "--format", "tsv", "--model", "piped", in: folder, input: rows)
    #expect(named.status == 0)
    #expect(piped.status == 0)
    #expect(try folder.data("named") == folder.data("piped"))
  }

  @Test func saysNothingButResultsWhenQuiet() throws {
    let outcome = try Tool.run("train", "--input", "rows.tsv", "--model", "m", "--quiet", in: folder)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.lines.first?.hasPrefix("documents") == true)
  }

  @Test func countsRepairedBytes() throws {
    var rows = Data(SampleData.tsv(SampleData.documents(30)).utf8)
    rows.append(contentsOf: Array("spam\tcash ".utf8) + [0xFF, 0xFE] + Array(" cash\n".utf8))
    try folder.write(rows, to: "bytes.tsv")
    let outcome = try Tool.run("train", "--input", "bytes.tsv", "--model", "m", "--json", in: folder)
    #expect(outcome.status == 0)
    #expect(try outcome.json["repaired_utf8"] as? Int == 2)
    #expect(outcome.errors.contains("2 invalid UTF-8 sequences"))
  }
}
