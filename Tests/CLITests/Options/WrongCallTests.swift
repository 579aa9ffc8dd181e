import Testing

/// Calls that are wrong in themselves: exit code 2, one line, nothing written, no file opened.
@Suite("Wrong calls")
struct WrongCallTests {
  private static let train = ["train", "--input", "rows.tsv", "--model", "m"]

  @Test(
    "name the option, the value and what is allowed",
    arguments: [
      (["bogus"], ["bogus", "fastkmeans --help"]),
      (["train", "--model", "m"], ["--input", "fastkmeans train --help"]),
      (["train", "--input", "rows.tsv"], ["--model"]),
      (train + ["--frobnicate"], ["--frobnicate"]),
      (train + ["extra"], ["extra"]),
      (train + ["--distance", "manhattan"], ["--distance", "manhattan", "cosine", "euclidean"]),
      (train + ["--init-method", "magic"], ["--init-method", "magic", "kmeans++", "random"]),
      (train + ["--dtype", "float8"], ["--dtype", "float8", "float16", "bfloat16", "float32", "float64"]),
      (train + ["--soft", "maybe"], ["--soft", "maybe", "true", "false"]),
      (train + ["--soft-type", "cubic"], ["--soft-type", "cubic", "linear", "softmax"]),
      (train + ["--mode", "fast"], ["--mode", "fast", "default", "reference"]),
      (train + ["--device", "gpu"], ["--device", "gpu", "cpu", "cuda", "auto"]),
      (train + ["--format", "xml"], ["--format", "xml", "tsv", "npy"]),
      (train + ["--k-init", "0"], ["--k-init", "0", "from 1"]),
      (train + ["--k-init", "-2"], ["--k-init", "-2", "from 1"]),
      (train + ["--k-init", "many"], ["--k-init", "many", "auto"]),
      (train + ["--temperature", "0"], ["--temperature", "0", "above 0"]),
      (train + ["--temperature", "nan"], ["--temperature", "nan", "a number"]),
      (train + ["--lambda-penalty", "-1"], ["--lambda-penalty", "-1", "from 0"]),
      (train + ["--merge-threshold", "-0.5"], ["--merge-threshold", "-0.5", "from 0"]),
      (train + ["--percentile-threshold", "2"], ["--percentile-threshold", "2", "0 to 1"]),
      (train + ["--truncation-threshold", "-1"], ["--truncation-threshold", "-1", "from 0"]),
      (train + ["--min-weight", "-1"], ["--min-weight", "-1", "from 0"]),
      (train + ["--batch-size", "0"], ["--batch-size", "0", "from 1"]),
      (train + ["--n-threads", "0"], ["--n-threads", "0", "-1"]),
      (train + ["--max-iters", "0"], ["--max-iters", "0", "from 1"]),
      (train + ["--tol", "-1"], ["--tol", "-1", "from 0"]),
      (train + ["--decay", "0"], ["--decay", "0", "above 0"]),
      (train + ["--random-state", "-1"], ["--random-state", "-1", "from 0"]),
      (train + ["--refine", "often"], ["--refine", "often", "auto"]),
      (train + ["--refine", "-1"], ["--refine", "-1", "auto"]),
      (train + ["--ngrams", "2-1"], ["--ngrams", "2-1", "1-2"]),
      (train + ["--ngrams", "0-1"], ["--ngrams", "0-1", "1-2"]),
      (train + ["--char-ngrams", "0-3"], ["--char-ngrams", "0-3", "1 to 8"]),
      (train + ["--char-ngrams", "5-2"], ["--char-ngrams", "5-2", "1 to 8"]),
      (train + ["--char-ngrams", "2-9"], ["--char-ngrams", "2-9", "1 to 8"]),
      (train + ["--char-weight", "0"], ["--char-weight", "0", "above 0"]),
      (train + ["--analyzer", "letters"], ["--analyzer", "letters", "char_wb"]),
      (train + ["--norm", "max"], ["--norm", "max", "l1, l2"]),
      (train + ["--max-df", "0"], ["--max-df", "0", "from 1"]),
      (train + ["--min-df", "0"], ["--min-df", "0", "from 1"]),
      (train + ["--max-features", "0"], ["--max-features", "0", "from 1"]),
      (train + ["--hashing", "99"], ["--hashing", "99", "1 to 30"]),
      (train + ["--stop-words", "english.txt"], ["--stop-words", "english.txt", "none, english"]),
      (train + ["--labels", "y.npy"], ["--labels", "tsv"]),
      (["train", "--input", "-", "--model", "m"], ["--format"]),
      (["train", "--input", "rows.foo", "--model", "m"], ["rows.foo", "--format"]),
      (["train", "--input", "rows.npy", "--model", "m", "--min-df", "3"], ["npy", "text"]),
      (["train", "--input", "rows.tsv", "--model", "-", "--json"], ["--json", "--model"]),
      (["evaluate", "--model", "m", "--input", "rows.tsv", "--n-threads", "-7"], ["--n-threads", "-7"]),
      (["predict", "--model", "m", "--input", "rows.tsv", "--top", "0"], ["--top", "0", "from 1"]),
      (["predict", "--model", "m", "--input", "rows.tsv", "--proba", "-"], ["--proba"]),
      (["inspect", "--model", "m", "--top-words", "-1"], ["--top-words", "-1", "from 0"]),
    ])
  func refuses(arguments: [String], mentions: [String]) throws {
    let folder = try Workspace()
    let outcome = try Tool.run(arguments, in: folder)
    #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("fastkmeans: error: "))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    for word in mentions { #expect(outcome.errors.contains(word), "'\(word)' in: \(outcome.errors)") }
    #expect(try folder.files.isEmpty)
  }
}
