import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_model_clone")
package func modelClone(
  _ model: OpaquePointer?, _ copy: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) { try put(ModelHandle.borrowed(model, "model"), in: copy, "copy") }
}

@_cdecl("fkm_model_free")
package func modelFree(_ model: OpaquePointer?) { Handle.release(model) }

@_cdecl("fkm_model_vectorizer")
package func modelVectorizer(
  _ model: OpaquePointer?, _ vectorizer: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    guard let found = try ModelHandle.borrowed(model, "model").vectorizer else {
      throw ClassifierError.unsupported("the model has no vectoriser: it was trained on vectors")
    }
    try put(VectorizerHandle(found), in: vectorizer, "vectorizer")
  }
}

@_cdecl("fkm_model_with_vectorizer")
package func modelWithVectorizer(
  _ model: OpaquePointer?, _ vectorizer: OpaquePointer?, _ combined: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<fkm_error>?
) -> Int32 {
  answer(error) {
    let storage = try ModelHandle.borrowed(model, "model").storage
    let vectorizer = try vectorizer.map { try VectorizerHandle.borrowed($0, "vectorizer").vectorizer }
    let columnCount = vectorizer?.columnCount ?? storage.prototypes.featureCount
    guard columnCount == storage.prototypes.featureCount else {
      throw InputError.featureCountMismatch(expected: storage.prototypes.featureCount, found: columnCount)
    }
    try put(ModelHandle(storage, vectorizer: vectorizer), in: combined, "combined")
  }
}
