import FastKMeansCore
import Testing

@testable import FastKMeansText

/// What the analyzer `auto` becomes.
@Suite struct AnalyzerChoiceTests {
  /// Documents of two words of their class; with errors, a letter of each word is another one.
  private static func documents(
    _ count: Int, withErrors: Bool = false, seed: UInt64 = 1
  ) -> (texts: UTF8Documents, labels: LabelColumn) {
    let words = [
      ["invoice", "payment", "refund", "receipt"], ["keyboard", "monitor", "battery", "charger"],
      ["flight", "airport", "luggage", "passport"],
    ]
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    var random = CounterRandom(seed: seed)
    var (texts, labels) = ([String](), [String]())
    for index in 0..<count {
      let found = (0..<2).map { _ in
        var word = Array(words[index % 3][random.nextIndex(below: 4)])
        if withErrors { word[random.nextIndex(below: word.count)] = letters[random.nextIndex(below: 26)] }
        return String(word)
      }
      texts.append(found.joined(separator: " "))
      labels.append("class \(index % 3)")
    }
    return (UTF8Documents(texts), LabelColumn(labels))
  }

  private func choose(
    _ documents: (texts: UTF8Documents, labels: LabelColumn), _ text: TextOptions = TextOptions(),
    training: TrainingOptions = TrainingOptions()
  ) throws -> (text: TextOptions, choice: AnalyzerChoice?) {
    try AnalyzerChoice.choose(documents.texts, labels: documents.labels, text: text, training: training)
  }

  @Test func errorsAskForLetters() throws {
    let (options, found) = try choose(Self.documents(240, withErrors: true))
    let choice = try #require(found)
    #expect(choice.analyzer == .wordAndCharWB && choice.reason == .heldOut)
    #expect(options.analyzer == choice.analyzer && options.ngrams == choice.ngrams)
    #expect(choice.trials.map(\.analyzer) == [.word, .wordAndCharWB, .wordAndCharWB])
    #expect(choice.trials.map(\.ngrams) == [1...1, 1...1, 1...2])
    #expect(choice.trials[1].accuracy > choice.trials[0].accuracy + 0.1)
    #expect((60...240).contains(choice.heldOutCount))
  }

  @Test func wordsStayWhereLettersAreNoBetter() throws {
    let (options, choice) = try choose(Self.documents(240))
    #expect(options.analyzer == .word && options.ngrams == 1...1)
    #expect(try #require(choice).trials.map(\.analyzer) == [.word, .wordAndCharWB])
  }

  @Test func whatIsNamedIsKept() throws {
    let documents = Self.documents(240, withErrors: true)
    for analyzer in TextAnalyzer.allCases where analyzer != .auto {
      var text = TextOptions()
      text.analyzer = analyzer
      let (options, choice) = try choose(documents, text)
      #expect(options == text && choice == nil)
    }
    var text = TextOptions(ngrams: 1...1, stopWords: .english, hashingBits: 12)
    text.characterNGrams = 3...4
    text.characterWeight = 0.5
    let (options, choice) = try choose(documents, text)
    #expect(try #require(choice).trials.map(\.ngrams) == [1...1, 1...1])
    text.analyzer = .wordAndCharWB
    #expect(options == text)
  }

  @Test(arguments: [
    ("屏幕一直是黑的没有图像", "发票金额不对请退款给我"), ("หน้าจอดำตลอดเวลา", "ใบแจ้งหนี้ผิดขอเงินคืน"),
    ("स्क्रीन काली रहती है", "बिल गलत है पैसे लौटाओ"), ("画面が真っ黒のままです", "請求書の金額が違います"),
  ])
  func scriptsWithoutWordsHaveLetters(one: String, other: String) throws {
    let texts = UTF8Documents([one, other, "Samsung S24 \(one)", other])
    let (options, choice) = try choose((texts, LabelColumn(["a", "b", "a", "b"])))
    #expect(options.analyzer == .charWB && choice?.reason == .script && choice?.trials.isEmpty == true)
  }

  @Test(arguments: [
    "экран остаётся чёрным", "η οθόνη μένει μαύρη", "화면이 계속 검은색입니다", "الشاشة سوداء", "µ2 Ω 漢",
  ])
  func scriptsWithBlanksHaveWords(text: String) throws {
    let (options, choice) = try choose((UTF8Documents([text, "one two"]), LabelColumn(["a", "b"])))
    #expect(options.analyzer == .word && choice?.reason == .fewDocuments)
  }

  @Test func referenceModeReadsWords() throws {
    var training = TrainingOptions()
    training.mode = .reference
    let (options, choice) = try choose(Self.documents(60, withErrors: true), training: training)
    #expect(options.analyzer == .word && choice?.reason == .mode)
  }

  @Test func muchTextKeepsWords() throws {
    let long = String(repeating: "invoice payment refund ", count: 50_000)
    let texts = UTF8Documents([String](repeating: long, count: 30))
    let (options, choice) = try choose((texts, LabelColumn((0..<30).map { $0 % 2 == 0 ? "a" : "b" })))
    #expect(options.analyzer == .word && choice?.reason == .size && choice?.trials.isEmpty == true)
  }

  @Test func oneClassAndNoTermsAreNoError() throws {
    let texts = UTF8Documents((0..<40).map { "text \($0)" })
    #expect(try choose((texts, LabelColumn([String](repeating: "a", count: 40)))).text.analyzer == .word)
    let blank = UTF8Documents((0..<40).map { _ in "? !" })
    let labels = LabelColumn((0..<40).map { "\($0 % 2)" })
    let choice = try #require(try choose((blank, labels)).choice)
    // Without a word, letters are all there is.
    #expect(choice.analyzer == .wordAndCharWB && choice.trials[0].accuracy == 0)
    #expect(throws: InputError.self) { try choose((blank, LabelColumn(["a"]))) }
  }

  /// Letters alone tell some classes: words of one letter are no terms.
  @Test func documentsWithoutWordsCount() throws {
    let texts = UTF8Documents((0..<80).map { ["a b", "x y", "word one", "other two"][$0 % 4] })
    let labels = LabelColumn((0..<80).map { "\($0 % 4)" })
    #expect(try choose((texts, labels)).text.analyzer == .wordAndCharWB)
  }

  @Test func theSameHoweverLabelsAreNumbered() throws {
    let documents = Self.documents(300, withErrors: true, seed: 3)
    let last = Int32(documents.labels.labels.count - 1)
    let renumbered = LabelColumn(
      unchecked: documents.labels.labels.reversed(), indices: documents.labels.indices.map { last - $0 })
    #expect(
      try choose(documents).choice == choose((documents.texts, renumbered)).choice)
  }

  @Test func theSameForAnyNumberOfThreads() throws {
    let documents = Self.documents(300, withErrors: true, seed: 3)
    let choices = try [1, 3].map { count in
      var training = TrainingOptions()
      training.threadCount = count
      return try choose(documents, training: training).choice
    }
    #expect(choices[0] == choices[1])
  }

  @Test func trialsAreBounded() throws {
    let many = (0..<6_600).map { ("w\($0 % 3)", "\($0 % 3)") }
    let choice = try #require(
      try choose((UTF8Documents(many.map(\.0)), LabelColumn(many.map(\.1)))).choice)
    #expect((1_500...6_000).contains(choice.heldOutCount) && choice.analyzer == .word)
    let long = UTF8Documents((0..<40).map { String(repeating: "word\($0 % 2) ", count: 12_000) })
    let labels = LabelColumn((0..<40).map { "\($0 % 2)" })
    #expect(try choose((long, labels)).choice?.reason == .fewDocuments)
  }
}
