import CFastKMeans
import FastKMeansCore
import FastKMeansText

@_cdecl("fkm_vectorizer_new")
package func vectorizerNew(
  _ options: TextPointer?, _ optionsLength: Int64, _ vectorizer: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    var settings = TextOptions()
    try settings.set(options, length: optionsLength)
    try put(VectorizerHandle(TFIDFVectorizer(settings)), in: vectorizer, "vectorizer")
  }
}

@_cdecl("fkm_vectorizer_choose")
package func vectorizerChoose(
  _ options: TextPointer?, _ optionsLength: Int64, _ training: TextPointer?, _ trainingLength: Int64,
  _ documents: UnsafePointer<fkm_documents>?, _ labels: LabelsPointer?, _ chosen: HandlePointer?,
  _ json: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    var text = TextOptions()
    try text.set(options, length: optionsLength)
    var settings = TrainingOptions()
    try settings.set(training, length: trainingLength)
    let labels = try LabelColumn(labels, "labels")
    let target = try require(chosen, "chosen")
    let found = try CallerDocuments(documents).withView {
      try AnalyzerChoice.choose(
        $0, labels: labels, text: text.validated(), training: settings.validated().options)
    }
    let made = try VectorizerHandle(TFIDFVectorizer(found.text))
    if json != nil {
      try put(BufferHandle(JSON.array(found.choice?.json ?? []).compactText), in: json, "json")
    }
    try put(made, in: target, "chosen")
  }
}

@_cdecl("fkm_vectorizer_words")
package func vectorizerWords(
  _ vectorizer: OpaquePointer?, _ documents: UnsafePointer<fkm_documents>?, _ json: HandlePointer?,
  _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try VectorizerHandle.borrowed(vectorizer, "vectorizer")
    let words = try CallerDocuments(documents).withView { try handle.vectorizer.words(of: $0) }
    let list = JSON.array(
      words.map { words in
        .array(
          words.map { word in
            let shares = word.shares.map { JSON.array([.integer($0.column), .number($0.share)]) }
            return .array([.string(word.text), .array(shares)])
          })
      })
    try put(BufferHandle(list.compactText), in: json, "json")
  }
}

@_cdecl("fkm_vectorizer_fit")
package func vectorizerFit(
  _ vectorizer: OpaquePointer?, _ documents: UnsafePointer<fkm_documents>?, _ threads: Int32,
  _ fitted: HandlePointer?, _ matrix: HandlePointer?, _ repairCount: UnsafeMutablePointer<Int64>?,
  _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let options = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer.options
    let workers = try threadCount(threads, canBeOwn: false) ?? -1
    let target = try require(fitted, "fitted")
    let result = try CallerDocuments(documents).withView {
      try TFIDFVectorizer.fitTransform($0, options: options, workers: workers)
    }
    if matrix != nil { try put(MatrixHandle(result.rows), in: matrix, "matrix") }
    try put(VectorizerHandle(result.vectorizer), in: target, "fitted")
    repairCount?.pointee = Int64(result.repairCount)
  }
}

@_cdecl("fkm_vectorizer_transform")
package func vectorizerTransform(
  _ vectorizer: OpaquePointer?, _ documents: UnsafePointer<fkm_documents>?, _ threads: Int32,
  _ matrix: HandlePointer?, _ repairCount: UnsafeMutablePointer<Int64>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let handle = try VectorizerHandle.borrowed(vectorizer, "vectorizer")
    let workers = try threadCount(threads, canBeOwn: false) ?? -1
    let result = try CallerDocuments(documents).withView {
      try handle.vectorizer.transform($0, workers: workers)
    }
    try put(MatrixHandle(result.rows), in: matrix, "matrix")
    repairCount?.pointee = Int64(result.repairCount)
  }
}

@_cdecl("fkm_vectorizer_clone")
package func vectorizerClone(_ vectorizer: OpaquePointer?, _ copy: HandlePointer?, _ error: ErrorPointer?)
  -> Int32
{
  answer(error) { try put(VectorizerHandle.borrowed(vectorizer, "vectorizer"), in: copy, "copy") }
}

@_cdecl("fkm_vectorizer_free")
package func vectorizerFree(_ vectorizer: OpaquePointer?) { Handle.release(vectorizer) }

@_cdecl("fkm_vectorizer_get_info")
package func vectorizerGetInfo(
  _ vectorizer: OpaquePointer?, _ info: UnsafeMutablePointer<fkm_vectorizer_info>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let found = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer
    let info = try checkOutput(info, "info", size: \.struct_size)
    info.pointee.is_fitted = found.isFitted ? 1 : 0
    info.pointee.column_count = Int64(found.columnCount)
    let vocabulary = found.vocabulary
    info.pointee.term_count = Int64(vocabulary.offsets.count - 1)
    info.pointee.term_text_size = Int64(vocabulary.bytes.count)
    info.pointee.frequency_count = Int64(found.documentFrequencies.count)
    info.pointee.document_count = Int64(found.documentCount)
  }
}

@_cdecl("fkm_vectorizer_options")
package func vectorizerOptions(_ vectorizer: OpaquePointer?, _ json: HandlePointer?, _ error: ErrorPointer?)
  -> Int32
{
  answer(error) {
    let options = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer.options
    let columns = JSON.array(options.columns.map(\.json))
    try put(
      BufferHandle(options.json(adding: options.columns.isEmpty ? [:] : ["columns": columns])), in: json,
      "json")
  }
}

@_cdecl("fkm_vectorizer_copy_vocabulary")
package func vectorizerCopyVocabulary(
  _ vectorizer: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?,
  _ textOffsets: UnsafeMutablePointer<Int64>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let (bytes, offsets) = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer.vocabulary
    try Output<UInt8>(text, count: bytes.count, "text").write(bytes)
    try Output<Int64>(textOffsets, count: offsets.count, "text_offsets").write(
      offsets.map(Int64.init))
  }
}

@_cdecl("fkm_vectorizer_copy_frequencies")
package func vectorizerCopyFrequencies(
  _ vectorizer: OpaquePointer?, _ inverseDocumentFrequencies: UnsafeMutablePointer<Float>?,
  _ documentFrequencies: UnsafeMutablePointer<Int64>?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    let found = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer
    let count = found.documentFrequencies.count
    try Output(optional: inverseDocumentFrequencies, count: count, "inverse_document_frequencies")?.write(
      found.inverseDocumentFrequencies)
    try Output(optional: documentFrequencies, count: count, "document_frequencies")?.write(
      found.documentFrequencies.map(Int64.init))
  }
}

@_cdecl("fkm_vectorizer_from_parts")
package func vectorizerFromParts(
  _ options: TextPointer?, _ optionsLength: Int64, _ text: TextPointer?, _ textOffsets: UnsafePointer<Int64>?,
  _ termCount: Int64, _ inverseDocumentFrequencies: UnsafePointer<Float>?,
  _ documentFrequencies: UnsafePointer<Int64>?, _ frequencyCount: Int64, _ documentCount: Int64,
  _ vectorizer: HandlePointer?, _ error: ErrorPointer?
) -> Int32 {
  answer(error) {
    var settings = TextOptions()
    try settings.set(options, length: optionsLength)
    let counts = [
      ("term_count", termCount), ("frequency_count", frequencyCount), ("document_count", documentCount),
    ]
    for (name, count) in counts where !(0...1 << 40).contains(count) {
      throw CallError.size(name, count, allowed: "0 to 2^40")
    }
    let terms = try Texts(text, textOffsets, count: Int(termCount), name: "vocabulary")
    let factors = Array(
      try array(
        inverseDocumentFrequencies, count: Int(frequencyCount), of: Float.self,
        "inverse_document_frequencies"))
    var documentCount = Int(documentCount)
    let frequencies: [Int]
    if let documentFrequencies {
      frequencies = try array(
        documentFrequencies, count: Int(frequencyCount), of: Int64.self, "document_frequencies"
      ).map { Int(clamping: $0) }
    } else {
      if documentCount == 0, frequencyCount > 0 { documentCount = unknownDocumentCount }
      frequencies = factors.map { TFIDFVectorizer.documentFrequency(factor: $0, of: documentCount) }
    }
    let made = try TFIDFVectorizer(
      options: settings, vocabularyBytes: Array(terms.all),
      vocabularyOffsets: termCount == 0 ? [0] : terms.offsets.map { Int($0) },
      inverseDocumentFrequencies: factors, documentFrequencies: frequencies, documentCount: documentCount)
    try put(VectorizerHandle(made), in: vectorizer, "vectorizer")
  }
}

/// What stands for a number of documents that nobody has kept.
private let unknownDocumentCount = 1_000_000

/// Checked documents of a caller, in the caller's memory where they are large: see ``CallerArrays``.
private struct CallerDocuments {
  private let view: DocumentBytes
  private let arrays: CallerArrays

  init(_ documents: UnsafePointer<fkm_documents>?) throws {
    let documents = try require(structure: documents, "documents", size: \.struct_size)
    let type = try NumberType(documents.offset_type, "documents.offset_type", among: NumberType.integers)
    for (name, size) in [("count", documents.count), ("byte_count", documents.byte_count)]
    where !(0...1 << 48).contains(size) {
      throw CallError.size("documents.\(name)", size, allowed: "0 to 2^48")
    }
    var arrays = CallerArrays()
    let bytes = try arrays.take(
      documents.bytes, count: Int(documents.byte_count), of: UInt8.self, "documents.bytes")
    let offsets = try arrays.takeOffsets(
      documents.offsets, count: Int(documents.count) + 1, type, "documents.offsets")
    view = try DocumentBytes(validating: bytes, offsets: offsets)
    self.arrays = arrays
  }

  func withView<Result>(_ body: (DocumentBytes) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(arrays) {} }
    return try body(view)
  }
}
