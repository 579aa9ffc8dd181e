import CFastKMeans
import FastKMeansCore
import FastKMeansText

@_cdecl("fkm_vectorizer_new")
package func vectorizerNew(
  _ options: UnsafePointer<CChar>?, _ optionsLength: Int64,
  _ vectorizer: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    var settings = TextOptions()
    try settings.set(options, length: optionsLength)
    try put(VectorizerHandle(TFIDFVectorizer(settings)), in: vectorizer, "vectorizer")
  }
}

@_cdecl("fkm_vectorizer_fit")
package func vectorizerFit(
  _ vectorizer: OpaquePointer?, _ documents: UnsafePointer<fkm_documents>?, _ threads: Int32,
  _ fitted: UnsafeMutablePointer<OpaquePointer?>?, _ matrix: UnsafeMutablePointer<OpaquePointer?>?,
  _ repairCount: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let options = try VectorizerHandle.borrowed(vectorizer, "vectorizer").vectorizer.options
    let workers = try threadCount(threads, canBeOwn: false) ?? -1
    let target = try require(fitted, "fitted")
    let result = try BorrowedDocuments(documents).withView {
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
  _ matrix: UnsafeMutablePointer<OpaquePointer?>?, _ repairCount: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let handle = try VectorizerHandle.borrowed(vectorizer, "vectorizer")
    let workers = try threadCount(threads, canBeOwn: false) ?? -1
    let result = try BorrowedDocuments(documents).withView {
      try handle.vectorizer.transform($0, workers: workers)
    }
    try put(MatrixHandle(result.rows), in: matrix, "matrix")
    repairCount?.pointee = Int64(result.repairCount)
  }
}

@_cdecl("fkm_vectorizer_clone")
package func vectorizerClone(
  _ vectorizer: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) { try put(VectorizerHandle.borrowed(vectorizer, "vectorizer"), in: copy, "copy") }
}

@_cdecl("fkm_vectorizer_free")
package func vectorizerFree(_ vectorizer: OpaquePointer?) { Handle.release(vectorizer) }
