/// A word of a document, and its share in what each of the document's columns gives to a score.
package struct DocumentWord: Sendable, Equatable {
  /// As the vectoriser folds it. An n-gram of words is a word here.
  package let text: String
  /// By ascending column. The shares of one column add up to 1 over the words of the document.
  package let shares: [Share]

  package struct Share: Sendable, Equatable {
    package let column: Int
    package let share: Double
  }
}

extension TFIDFVectorizer {
  /// Whether a column belongs to several words of a document, or to none that the vectoriser can name.
  package var hasPartsOfWords: Bool { isHashing || options.analyzer.kinds != [.words] }

  /// The words of a document in the order in which they come, each once.
  ///
  /// A term that is a word, or an n-gram of words, is that word's alone. An n-gram of characters belongs to the words whose
  /// characters it takes, in equal parts by character, and by occurrence where it occurs more than once. Punctuation around
  /// a word goes to it. Of text without blanks between words, each character is a word.
  ///
  /// - Complexity: O(characters x sizes of n-grams): for people to read, not for inner loops.
  package func words(of document: String) -> [DocumentWord] {
    var document = document
    return document.withUTF8 { text in words(of: text) }
  }

  /// The same for each of some documents in memory that the caller owns.
  ///
  /// - Throws: ``TextError/notFitted``, ``TextError/documentTooLong(document:bytes:limit:)``,
  ///   ``TextError/fieldCount(document:columns:found:)``.
  package func words(of documents: DocumentBytes) throws -> [[DocumentWord]] {
    guard isFitted else { throw TextError.notFitted }
    try documents.checkLengths(limit: maxDocumentBytes)
    if !blocks.isEmpty { _ = try documents.fields(of: options.columns) }
    return (0..<documents.count).map { words(of: documents[$0]) }
  }

  func words(of text: UnsafeBufferPointer<UInt8>) -> [DocumentWord] {
    guard blocks.isEmpty else {
      return zip(blocks, DocumentBytes.fields(of: text, count: blocks.count)).flatMap { $0.words(of: $1) }
    }
    var words = WordShares()
    for (kind, part) in zip(options.analyzer.kinds, parts) {
      switch kind {
      case .words:
        let scratch = Analyzer.Scratch(for: part.analyzer)
        _ = part.analyzer.forEachTerm(in: text, scratch: scratch) { batch, _ in
          for index in 0..<batch.count {
            let term = batch.term(index)
            guard let column = part.column(of: term) else { continue }
            words.add(1, to: words.number(of: String(decoding: term, as: UTF8.self)), column: column)
          }
        } _: { _ in
        }
      case .characters, .charactersOfPieces:
        addCharacters(of: text, part, ofPieces: kind == .charactersOfPieces, to: &words)
      }
    }
    return words.list
  }

  private func addCharacters(
    of text: UnsafeBufferPointer<UInt8>, _ part: TermPart, ofPieces: Bool, to words: inout WordShares
  ) {
    let folded = [UInt8](unsafeUninitializedCapacity: CharacterFolding.bufferSize(for: text.count)) {
      $1 = $0.baseAddress.map { CharacterFolding(lowercase: options.lowercase).fold(text, to: $0).count } ?? 0
    }
    let characters = Array(String(decoding: folded, as: UTF8.self).unicodeScalars)
    let wordOfCharacter = words.numbers(of: characters)
    let blank = (" " as Unicode.Scalar, Int?.none)
    let all = Array(zip(characters, wordOfCharacter))
    let pieces =
      ofPieces
      ? all.split { WordFolding.isWhiteSpace($0.0.value) }.map { [blank] + $0 + [blank] } : [all]
    let sizes = options.characterNGrams
    for piece in pieces {
      for size in sizes where size <= piece.count {
        for start in 0...piece.count - size { add(piece[start..<start + size], part, to: &words) }
      }
      // A piece that is shorter than every n-gram is a term itself.
      if ofPieces, piece.count < sizes.lowerBound { add(piece[...], part, to: &words) }
    }
  }

  private func add(
    _ gram: ArraySlice<(Unicode.Scalar, Int?)>, _ part: TermPart, to words: inout WordShares
  ) {
    let term = gram.flatMap { Array(UTF8.encode($0.0) ?? UTF8.encodedReplacementCharacter) }
    guard let column = term.withUnsafeBufferPointer(part.column) else { return }
    let owners = gram.compactMap(\.1)
    for owner in owners { words.add(1 / Double(owners.count), to: owner, column: column) }
    if owners.isEmpty { words.add(1, to: words.number(of: " "), column: column) }
  }
}

/// What words have of columns, while it is being added up.
private struct WordShares {
  private var texts: [String] = []
  private var numbers: [String: Int] = [:]
  private var parts: [[Int: Double]] = []
  private var totals: [Int: Double] = [:]

  mutating func number(of text: String) -> Int {
    if let known = numbers[text] { return known }
    numbers[text] = texts.count
    texts.append(text)
    parts.append([:])
    return texts.count - 1
  }

  mutating func add(_ part: Double, to word: Int, column: Int) {
    parts[word][column, default: 0] += part
    totals[column, default: 0] += part
  }

  /// For each character the word that it belongs to; `nil` for white space.
  mutating func numbers(of characters: [Unicode.Scalar]) -> [Int?] {
    var result = [Int?](repeating: nil, count: characters.count)
    var start = 0
    func isWhole(_ scalar: Unicode.Scalar) -> Bool { TextScript.isWithoutBlanks(scalar.value) }
    while start < characters.count {
      var end = start + 1
      if !WordFolding.isWhiteSpace(characters[start].value) {
        if !isWhole(characters[start]) {
          while end < characters.count, !WordFolding.isWhiteSpace(characters[end].value),
            !isWhole(characters[end])
          {
            end += 1
          }
        }
        let run = characters[start..<end]
        let isPart = { (scalar: Unicode.Scalar) in
          WordFolding.isWord(scalar) || scalar.properties.generalCategory.isMark
        }
        let first = run.firstIndex(where: isPart) ?? start
        let last = run.lastIndex(where: isPart) ?? end - 1
        var text = String.UnicodeScalarView()
        text.append(contentsOf: characters[first...last])
        let number = number(of: String(text))
        for position in start..<end { result[position] = number }
      }
      start = end
    }
    return result
  }

  var list: [DocumentWord] {
    zip(texts, parts).filter { !$1.isEmpty }.map { text, columns in
      DocumentWord(
        text: text,
        shares: columns.sorted { $0.key < $1.key }.map {
          DocumentWord.Share(column: $0.key, share: $0.value / (totals[$0.key] ?? 1))
        })
    }
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isMark: Bool {
    switch self {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }
}
