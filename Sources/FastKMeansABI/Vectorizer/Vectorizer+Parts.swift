import CFastKMeans
import FastKMeansCore
import FastKMeansText

@_cdecl("fkm_vectorizer_get_info")
package func vectorizerGetInfo(
  _ vectorizer: OpaquePointer?, _ info: UnsafeMutablePointer<fkm_vectorizer_info>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let found = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer
    let info = try checkOutput(info, "info", size: \.struct_size)
    info.pointee.is_fitted = found.isFitted ? 1 : 0
    info.pointee.column_count = Int64(found.columnCount)
    info.pointee.term_count = Int64(found.vocabularyOffsets.count - 1)
    info.pointee.term_text_size = Int64(found.vocabularyBytes.count)
    info.pointee.frequency_count = Int64(found.documentFrequencies.count)
    info.pointee.document_count = Int64(found.documentCount)
  }
}

@_cdecl("fkm_vectorizer_options")
package func vectorizerOptions(
  _ vectorizer: OpaquePointer?, _ json: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let options = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer.options
    try put(BufferHandle(Array(options.json.utf8)), in: json, "json")
  }
}

@_cdecl("fkm_vectorizer_copy_vocabulary")
package func vectorizerCopyVocabulary(
  _ vectorizer: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?,
  _ textOffsets: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let found = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer
    let (bytes, offsets) = (found.vocabularyBytes, found.vocabularyOffsets)
    try output(text, count: bytes.count, of: UInt8.self, "text").write(bytes)
    try output(textOffsets, count: offsets.count, of: Int64.self, "text_offsets").write(
      offsets.map(Int64.init))
  }
}

@_cdecl("fkm_vectorizer_copy_frequencies")
package func vectorizerCopyFrequencies(
  _ vectorizer: OpaquePointer?, _ inverseDocumentFrequencies: UnsafeMutablePointer<Float>?,
  _ documentFrequencies: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let found = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer
    let count = found.documentFrequencies.count
    try optionalOutput(inverseDocumentFrequencies, count: count, "inverse_document_frequencies")?.write(
      found.inverseDocumentFrequencies)
    try optionalOutput(documentFrequencies, count: count, "document_frequencies")?.write(
      found.documentFrequencies.map(Int64.init))
  }
}

@_cdecl("fkm_vectorizer_from_parts")
package func vectorizerFromParts(
  _ options: UnsafePointer<CChar>?, _ optionsLength: Int64, _ text: UnsafePointer<CChar>?,
  _ textOffsets: UnsafePointer<Int64>?, _ termCount: Int64,
  _ inverseDocumentFrequencies: UnsafePointer<Float>?, _ documentFrequencies: UnsafePointer<Int64>?,
  _ frequencyCount: Int64, _ documentCount: Int64, _ vectorizer: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    var settings = TextOptions()
    try settings.set(options, length: optionsLength)
    let counts = [
      ("term_count", termCount), ("frequency_count", frequencyCount), ("document_count", documentCount),
    ]
    for (name, count) in counts where !(0...1 << 40).contains(count) {
      throw ArgumentError.size(name, count, allowed: "0 to 2^40")
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
