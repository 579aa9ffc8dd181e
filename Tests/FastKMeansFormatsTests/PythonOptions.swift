import FastKMeansCore
import FastKMeansReference
import FastKMeansText

/// JSON as Python writes it; a list of numbers is a pair there.
private func python(_ json: JSON) -> String {
  switch json {
  case .null: "None"
  case .bool(let truth): truth ? "True" : "False"
  case .numeral(let digits): digits
  case .array(let values): "(" + values.map(python).joined(separator: ", ") + ")"
  default: json.text
  }
}

/// `_options.py`: the tables as Python checks them.
enum PythonModule {
  static var text: String {
    """
    \"""The library's tables of options, written from them by `make options`; edit those instead.\"""

    from __future__ import annotations

    from typing import Any, NamedTuple


    class Option(NamedTuple):
        shape: str
        default: Any
        #: What may stand in place of a value: 'none' (None) or 'auto'.
        word: str | None
        choices: tuple[str, ...]
        help: str


    TRAINING = {
    \(rows(TrainingOptions.table))}

    TEXT = {
    \(rows(TextOptions.table))}

    #: What `stop_words="english"` leaves out.
    ENGLISH_STOP_WORDS = (
    \(wrapped(StopWords.english.words.map { "\"\($0)\"," }.joined(separator: " "), 120).map { "    \($0)\n" }.joined()))

    """
  }

  private static func rows<Options: TabledOptions>(_ rows: [OptionRow<Options>]) -> String {
    rows.map { row in
      let word = row.kind.word.map { "\"\($0)\"" } ?? "None"
      let choices = row.kind.choices.map { "\"\($0)\"" }.joined(separator: ", ")
      let mode = row.mode.map { " Only in mode \($0)." } ?? ""
      return """
            "\(row.name)": Option("\(row.kind.shape.rawValue)", \(python(row.defaultJSON)), \(word), (\(choices)),
                "\(row.help)\(mode)"),

        """
    }.joined()
  }
}

/// What a Python class says of its parameters, and its constructor.
struct PythonClass {
  struct Parameter {
    let name: String
    /// For readers, and for type checkers.
    var types: (said: String, hint: String)
    let standard: String
    let text: String
  }

  let list: [Parameter]
  /// From this one on parameters are given by name only.
  let firstByName: String
  /// Whether further parameters go to the class that it extends.
  var extendsAnother = false

  /// What Python takes beyond the library, by option: its types, and a sentence.
  private static let special: [String: (said: String, hint: String, text: String)] = [
    "k_list": ("list or dict", "Sequence[int] | Mapping[Any, int] | None", ""),
    "init_method": ("'kmeans++', 'random' or (prototypes, labels)", "str | tuple[Any, Any]", ""),
    "distance": ("'cosine', 'euclidean' or 'auto'", "str", ""),
    "dtype": ("'float16', 'bfloat16', 'float32' or 'float64'", "Any", "NumPy's and PyTorch's types do, too."),
    "batch_size": ("int or None", "int | None", "None: all rows."),
    "random_state": ("int, RandomState, Generator or None", "Any", "None: other ones each time."),
    "device": (
      "'cpu', 'cuda', 'cuda:N', 'mps', 'torch:cpu' or 'auto'", "Any",
      "With the plug-in, tensors on a GPU are taken."
    ),
    "ngrams": ("(int, int) or 'auto'", "Any", ""),
    "char_ngrams": ("(int, int)", "Any", ""),
    "stop_words": ("None, 'english' or list of str", "Any", ""),
    "analyzer": (
      "'auto', 'word', 'char', 'char_wb', 'word+char', 'word+char_wb' or callable", "Any",
      "A callable gets a document and gives its terms."
    ),
    "min_df": ("int or float", "float", "A float from 0 to 1 is a share of the documents."),
    "max_df": ("int, float or None", "float | None", "A float from 0 to 1 is a share of the documents."),
  ]

  /// What only Python's vectoriser has.
  private static let ofVectorizer = [
    Parameter(
      name: "ngram_range", types: ("(int, int) or None", "Any"), standard: "None",
      text: """
        scikit-learn's name for the sizes of n-grams: of characters where the analyzer reads nothing else, of words \
        elsewhere; counts where it is given.
        """),
    Parameter(
      name: "token_pattern", types: ("str", "str | None"), standard: #"r"(?u)\b\w\w+\b""#,
      text:
        "What a word is, as a regular expression with at most one group. Any other than the default is slow."),
    Parameter(
      name: "tokenizer", types: ("callable or None", "Any"), standard: "None",
      text: "Gets a text and gives its words, in place of the pattern."),
    Parameter(
      name: "preprocessor", types: ("callable or None", "Any"), standard: "None",
      text: "Gets a document and gives its text; it comes in place of `lowercase` and `strip_accents`."),
    Parameter(
      name: "strip_accents", types: ("None, 'ascii', 'unicode' or callable", "Any"), standard: "None",
      text: "Take accents off; 'ascii' leaves out what is not ASCII then."),
    Parameter(
      name: "vocabulary", types: ("dict, iterable or None", "Any"), standard: "None",
      text: "The terms, by column or in their order, in place of those that are learned."),
    Parameter(
      name: "dtype", types: ("type", "Any"), standard: "None", text: "Of the rows' values; None: float32."),
    Parameter(
      name: "encoding", types: ("str", "str"), standard: "\"utf-8\"", text: "Of documents that are bytes."),
    Parameter(
      name: "decode_error", types: ("'replace', 'strict' or 'ignore'", "str"), standard: "\"replace\"",
      text: "What happens to bytes that the encoding does not have."),
    Parameter(
      name: "n_threads", types: ("int", "int"), standard: "-1",
      text: "Threads; -1: all cores. The rows are the same for any number."),
  ]

  /// What only Python's classifier has.
  private static let ofClassifier = [
    Parameter(
      name: "class_weight", types: ("None, 'balanced' or dict", "Any"), standard: "None",
      text: """
        What the weights of a class's documents are multiplied with; 'balanced', in `fit` only, makes all classes weigh the \
        same. A class that the dict does not name has 1.
        """),
    Parameter(
      name: "n_jobs", types: ("int or None", "int | None"), standard: "None",
      text: "scikit-learn's name for `n_threads`; counts where it is given."),
    Parameter(
      name: "verbose", types: ("bool", "bool"), standard: "False",
      text: "What `fit` and `fit_batch` take `verbose` for where it is not given."),
  ]

  /// What only Python's classifier of texts has; its documentation stands in the class.
  private static let ofTextClassifier = Parameter(
    name: "class_descriptions", types: ("dict or None", "Mapping[Any, Any] | None"), standard: "None",
    text: "Texts about classes.")

  private static func parameter<Options: TabledOptions>(_ row: OptionRow<Options>) -> Parameter {
    let mode = row.mode.map { "Only in mode '\($0)'." } ?? ""
    let own = special[row.name]
    let text = [row.sentences, own?.text ?? "", mode].filter { !$0.isEmpty }.joined(separator: " ")
    let types =
      own.map { ($0.said, $0.hint) }
      ?? types(row.kind)
    return Parameter(name: row.name, types: types, standard: python(row.defaultJSON), text: text)
  }

  private static func types(_ kind: OptionKind) -> (String, String) {
    let (said, hint) =
      switch kind.shape {
      case .whole: ("int", "int")
      case .number: ("float", "float")
      case .truth: ("bool", "bool")
      default: (kind.choices.map { "'\($0)'" }.joined(separator: " or "), "str")
      }
    switch kind.word {
    case "none": return ("\(said) or None", "\(hint) | None")
    case let word?: return ("\(said) or '\(word)'", "\(hint) | str")
    case nil: return (said, hint)
    }
  }

  static let classifier = PythonClass(
    list: TrainingOptions.table.map(parameter) + ofClassifier, firstByName: "refine")

  /// It has no labels to choose by: its defaults are scikit-learn's.
  static let vectorizer = PythonClass(
    list: TextOptions.table.map(parameter).map { parameter in
      let standard = ["ngrams": "(1, 1)", "analyzer": "\"word\""][parameter.name] ?? parameter.standard
      return Parameter(
        name: parameter.name, types: parameter.types, standard: standard, text: parameter.text)
    } + ofVectorizer, firstByName: "analyzer")

  /// A vectoriser's parameters, and by `**parameters` a classifier's.
  static let text = PythonClass(
    list: TextOptions.table.map(parameter)
      + ofVectorizer.filter { !["dtype", "n_threads"].contains($0.name) } + [ofTextClassifier],
    firstByName: "analyzer", extendsAnother: true)

  var parameters: String {
    list.map { parameter in
      let standard = parameter.standard.replacing("\"", with: "'").replacing("\\", with: "\\\\")
      let lines = wrapped(parameter.text, 116).map { "        \($0)\n" }.joined()
      return "    \(parameter.name) : \(parameter.types.said), default \(standard)\n\(lines)"
    }.joined()
  }

  var constructor: String {
    let arguments = list.map { parameter in
      (parameter.name == firstByName ? "        *,\n" : "")
        + "        \(parameter.name): \(parameter.types.hint) = \(parameter.standard),\n"
    }
    let settings = list.map { "        self.\($0.name) = \($0.name)\n" }
    let (others, handing) =
      extendsAnother
      ? ("        **parameters: Any,\n", "        super().__init__(**parameters)\n") : ("", "")
    return arguments.joined() + others + "    ) -> None:\n" + handing + settings.joined()
  }
}
