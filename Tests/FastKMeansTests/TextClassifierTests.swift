import FastKMeans
import FastKMeansTestSupport
import Foundation
import Testing

@Suite struct TextClassifierTests {
  @Test func answersAreThoseOfTheVectoriserAndTheVectorClassifier() throws {
    let (texts, labels) = Tickets.make(300)
    let (asked, _) = Tickets.make(40, seed: 2)
    let classifier = try Tickets.classifier()
    // With the analyzer that `auto` became.
    let text = try TFIDFVectorizer.fitTransform(UTF8Documents(texts), options: classifier.options.text)
    var learner = try Classifier<String>.Learner()
    try learner.fit(text.rows, labels: labels)
    let expected = try learner.classifier().classify(text.vectorizer.transform(asked), top: 2)

    expectAlike(try classifier.classify(asked, top: 2), expected)
    #expect(classifier.classes == ["billing", "hardware", "network"])
    #expect(classifier.featureCount == text.vectorizer.columnCount)
  }

  @Test func oneTextIsAnsweredAsAmongMany() throws {
    let classifier = try Tickets.classifier()
    let (texts, labels) = Tickets.make(30, seed: 3)
    let answers = try classifier.classify(texts, reasons: 5)
    for (text, answer) in zip(texts, answers) { #expect(try classifier.classify(text) == answer) }
    #expect(zip(answers, labels).filter { $0.label == $1 }.count > 20)
    let answer = answers[0]
    #expect(answer.alternatives.count == 2 && !answer.isRejected)
    #expect(answer.confidence >= answer.alternatives[0].confidence)
    #expect((0...1).contains(answer.similarity))
  }

  @Test func reasonsAreWordsOfTheText() throws {
    let classifier = try Tickets.classifier()
    let answer = try classifier.classify("the screen and the keyboard, and an invoice", reasons: 2)
    #expect(answer.label == "hardware")
    #expect(Set(answer.reasons.map(\.term)) == ["screen", "keyboard"])
    #expect(answer.reasons.allSatisfy { $0.weight > 0 })
    #expect(answer.reasons[0].weight >= answer.reasons[1].weight)
    #expect(try classifier.classify(["screen"])[0].reasons.isEmpty)
  }

  @Test func reasonsHaveWordsWhereTermsAreHashed() throws {
    let (texts, labels) = Tickets.make(300)
    var learner = try TextClassifier.Learner { $0.text.hashingBits = 16 }
    try learner.learn(texts, labels: labels)
    let answer = try learner.classifier().classify("router and gateway")
    #expect(answer.label == "network")
    #expect(Set(answer.reasons.map(\.term)) == ["router", "gateway"])
  }

  @Test func rowsOfSeveralColumnsAreDocuments() throws {
    let (texts, labels) = Tickets.make(120)
    var options = TextClassifier.Options()
    options.text.columns = [
      DocumentColumn("title", weight: 2), DocumentColumn("product", .category),
      DocumentColumn("price", .number),
    ]
    let documents = try texts.enumerated().map { row, text in
      try options.text.document(["title": text, "product": "p\(row % 2)", "price": "\(row % 5)"])
    }
    var learner = try TextClassifier.Learner(options)
    try learner.fit(documents, labels: labels)
    let folder = try ScratchFolder()
    try learner.classifier().write(to: folder.file("m"))
    let classifier = try TextClassifier(contentsOf: folder.file("m"))
    #expect(classifier.options.text.columns == options.text.columns)
    let row = try classifier.options.text.document(["title": "screen screen", "product": "p0", "price": ""])
    let answer = try classifier.classify(row, reasons: 1)
    #expect(answer.label == "hardware" && answer.reasons.map(\.term) == ["title: screen"])
    #expect(throws: TextError.self) { try classifier.classify("screen") }
    #expect(throws: TextError.missingField(name: "price", found: ["product", "title"])) {
      try classifier.options.text.document(["title": "", "product": ""])
    }
    let empty = documents.map { String($0.dropLast()) }
    #expect(throws: TextError.noValues(columns: ["price"], documents: 120)) {
      try learner.fit(empty, labels: labels)
    }
  }

  @Test func aTextWithoutKnownWordsIsAnsweredAndRejected() throws {
    let classifier = try Tickets.classifier()
    for text in ["", "   ", "xyzzy plugh", "\u{0}\n"] {
      let answer = try classifier.classify(text)
      #expect(answer.isRejected && answer.reasons.isEmpty, "\(text)")
    }
    #expect(try classifier.classify([String]()).isEmpty)
  }

  @Test func aLabelNeverSeenIsANewClass() throws {
    let (texts, labels) = Tickets.make(300)
    var learner = try TextClassifier.Learner { $0.text.hashingBits = 16 }
    try learner.fit(texts, labels: labels)
    let before = try learner.classifier()
    let report = try learner.learn(["paper jam", "paper"], labels: ["printing", "printing"])
    #expect(report.newClasses == ["printing"])
    #expect(learner.classes == ["billing", "hardware", "network", "printing"])
    #expect(try learner.classifier().classify("paper").label == "printing")
    #expect(before.classes.count == 3)
  }

  @Test func fourTextsAreEnough() throws {
    let texts = [
      "screen stays black", "no picture on the screen", "invoice is wrong", "refund for my invoice",
    ]
    var learner = try TextClassifier.Learner { $0.text.minDocumentFrequency = 1 }
    try learner.fit(texts, labels: ["hardware", "hardware", "billing", "billing"])
    let answer = try learner.classifier().classify("the screen is black")
    #expect(answer.label == "hardware" && answer.confidence > 0.5 && !answer.isRejected)
    #expect(answer.reasons.map(\.term).contains("screen"))
    try learner.learn(["the printer is out of paper"], labels: ["printing"])
    #expect(learner.classes == ["billing", "hardware", "printing"])
  }

  @Test func theFirstBatchGivesTheVocabulary() throws {
    let (texts, labels) = Tickets.make(300)
    var learner = try TextClassifier.Learner()
    try learner.learn(Array(texts[..<150]), labels: Array(labels[..<150]))
    try learner.learn(Array(texts[150...]), labels: Array(labels[150...]))
    let (asked, expected) = Tickets.make(60, seed: 4)
    let answers = try learner.classifier().classify(asked)
    #expect(zip(answers, expected).filter { $0.label == $1 }.count > 45)
  }

  @Test func classesAreRemovedRenamedAndMerged() throws {
    var learner = TextClassifier.Learner(resuming: try Tickets.classifier())
    try learner.renameClass("network", to: "internet")
    #expect(learner.classes == ["billing", "hardware", "internet"])
    try learner.mergeClasses(["internet"], into: "hardware")
    #expect(try learner.classifier().classify("router wifi modem").label == "hardware")
    try learner.removeClass("billing")
    #expect(learner.classes == ["hardware"])
  }

  @Test func forgettingUndoesLearning() throws {
    let (texts, labels) = Tickets.make(300)
    var learner = try TextClassifier.Learner { $0.training.refinement = .count(0) }
    try learner.fit(texts, labels: labels)
    let before = try learner.classifier().classify(texts[0])
    try learner.learn(["router invoice"], labels: ["network"])
    try learner.forget(["router invoice"], label: "network")
    let after = try learner.classifier().classify(texts[0])
    #expect(abs(after.similarity - before.similarity) < 1e-5)
  }

  @Test func aRateRejectsAndGoesIntoTheFile() throws {
    let folder = try ScratchFolder()
    let classifier = try Tickets.classifier(600)
    let strict = try classifier.rejecting(falseRejectRate: 0.5)
    let (texts, _) = Tickets.make(100, seed: 5)
    let rejected = try strict.classify(texts).filter(\.isRejected).count
    #expect(rejected > 10)
    try strict.write(to: folder.file("strict.safetensors"))
    let served = try TextClassifier(contentsOf: folder.file("strict.safetensors"))
    #expect(try served.classify(texts).filter(\.isRejected).count == rejected)
    #expect(try served.rejecting(falseAcceptRate: nil).classify(texts).allSatisfy { !$0.isRejected })
  }
}

@Suite struct TextClassifierFileTests {
  @Test func whatIsReadIsWhatWasWritten() throws {
    let folder = try ScratchFolder()
    let (texts, _) = Tickets.make(50, seed: 6)
    let classifier = try Tickets.classifier()
    let (first, second) = (folder.file("a.safetensors"), folder.file("b.safetensors"))
    try classifier.write(to: first)
    let served = try TextClassifier(contentsOf: first)
    try served.write(to: second)
    let bytes = try [first, second].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    #expect(bytes[0] == bytes[1])
    #expect(try served.classify(texts, reasons: 3) == classifier.classify(texts, reasons: 3))
    #expect(served.options == classifier.options)
  }

  @Test func learningGoesOnFromAFileAsIfItHadNotStopped() throws {
    let folder = try ScratchFolder()
    let (texts, labels) = Tickets.make(300)
    let (more, moreLabels) = Tickets.make(60, seed: 7)
    var learner = try TextClassifier.Learner()
    try learner.fit(texts, labels: labels)
    try learner.classifier().write(to: folder.file("m"))
    var resumed = TextClassifier.Learner(resuming: try TextClassifier(contentsOf: folder.file("m")))
    try learner.learn(more, labels: moreLabels)
    try resumed.learn(more, labels: moreLabels)
    expectAlike(try learner.classifier().classify(texts), try resumed.classifier().classify(texts))
  }

  @Test func labelsThatAreNumbersAreAnsweredAsDigits() throws {
    let folder = try ScratchFolder()
    let (texts, labels) = Tickets.make(300)
    let text = try TFIDFVectorizer.fitTransform(UTF8Documents(texts))
    var numbers = try Classifier<Int>.Learner()
    try numbers.fit(text.rows, labels: labels.map(\.count))
    try ModelFile.write(
      ModelContents(model: numbers.classifier(), vectorizer: text.vectorizer), to: folder.file("m"))
    let classifier = try TextClassifier(contentsOf: folder.file("m"))
    #expect(classifier.classes == ["7", "8"])
    #expect(try classifier.classify("screen keyboard").label == "8")

    var learner = TextClassifier.Learner(resuming: classifier)
    try learner.learn(["router router"], labels: ["12"])
    #expect(learner.classes == ["7", "8", "12"])
    #expect(throws: ClassifierError.labelTypeChanged(expected: "integer", found: "text")) {
      try learner.learn(["router"], labels: ["network"])
    }
    #expect(throws: ClassifierError.self) { try learner.learn(["router"], labels: ["012"]) }
    #expect(learner.classes == ["7", "8", "12"])
  }

  @Test func aFileOfVectorsSaysWhatToUse() throws {
    let path = try ScratchFolder().file("vectors")
    let folder = try ScratchFolder()
    var learner = try Classifier<String>.Learner()
    try learner.fit([[1, 0], [0, 1], [1, 0.1]] as [[Float]], labels: ["a", "b", "a"])
    try learner.classifier().write(to: folder.file("v"))
    let expected = ModelFileError(path: folder.file("v"), problem: .holdsNoVectorizer)
    #expect(throws: expected) { try TextClassifier(contentsOf: folder.file("v")) }
    #expect(expected.description.contains("Classifier(contentsOf:)"))
    #expect(throws: FileError.notFound(path: path)) { try TextClassifier(contentsOf: path) }
    #expect(throws: OptionsError.self) { try TextClassifier(contentsOf: folder.file("v"), threadCount: 0) }
  }
}

@Suite struct TextClassifierBadInputTests {
  @Test func textsAndLabels() throws {
    var learner = try TextClassifier.Learner()
    #expect(throws: ClassifierError.notFitted) { try learner.classifier() }
    #expect(throws: ClassifierError.notFitted) { try learner.forget(["a"], label: "b") }
    #expect(throws: InputError.noRows) { try learner.fit([], labels: []) }
    #expect(throws: InputError.noRows) { try learner.learn([], labels: []) }
    #expect(throws: InputError.lengthMismatch(what: "labels", expected: 2, found: 1)) {
      try learner.fit(["screen", "invoice"], labels: ["hardware"])
    }
    #expect(throws: TextError.emptyVocabulary(documents: 2)) {
      try learner.fit(["", ""], labels: ["a", "b"])
    }
    #expect(throws: TextError.noTermsRemain(minimumDocumentFrequency: 2, documents: 2)) {
      var learner = try TextClassifier.Learner { $0.text.minDocumentFrequency = 2 }
      try learner.fit(["screen", "invoice"], labels: ["a", "b"])
    }
    #expect(throws: InputError.oneClassOnly(label: "a")) {
      try learner.fit(["screen", "screen"], labels: ["a", "a"])
    }
    #expect(throws: ClassifierError.notFitted) { try learner.classifier() }
  }

  @Test func optionsAndCounts() throws {
    #expect(throws: OptionsError.self) { try TextClassifier.Learner { $0.text.ngrams = 0...1 } }
    #expect(throws: OptionsError.self) { try TextClassifier.Learner { $0.training.prototypesPerClass = 0 } }
    let classifier = try Tickets.classifier()
    #expect(throws: OptionsError.self) { try classifier.classify("screen", top: 0) }
    #expect(throws: OptionsError.self) { try classifier.classify("screen", reasons: -1) }
    #expect(throws: OptionsError.self) { try classifier.rejecting(falseAcceptRate: 1) }
    #expect(try classifier.classify("screen", top: 100).alternatives.count == 2)
  }

  @Test func aFailedCallChangesNothing() throws {
    let (texts, labels) = Tickets.make(60)
    var learner = TextClassifier.Learner(resuming: try Tickets.classifier())
    let before = try learner.classifier().classify(texts)
    struct Stop: Error {}
    #expect(throws: Stop.self) { try learner.fit(texts, labels: labels) { _ in throw Stop() } }
    #expect(throws: Stop.self) { try learner.learn(texts, labels: labels) { _ in throw Stop() } }
    #expect(throws: InputError.unknownClass(label: "no")) { try learner.removeClass("no") }
    #expect(try learner.classifier().classify(texts) == before)
  }
}
