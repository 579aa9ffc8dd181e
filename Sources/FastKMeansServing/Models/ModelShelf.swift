import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams
import Synchronization

/// How much a line of the log matters.
public enum ServingLogLevel: Sendable {
  case info, error
}

/// Gets one line about each event that is worth knowing.
public typealias ServingLog = @Sendable (ServingLogLevel, String) -> Void

/// The models of a server by name and version. A file that is replaced by renaming is loaded and takes its model's place;
/// where the new file is damaged the old model goes on.
package final class ModelShelf: Sendable {
  /// A file that a model comes from.
  private struct Source: Hashable {
    var name: String
    var version: String
    var path: String
  }

  private struct Slot {
    var source: Source
    var model: ServedModel?
    /// The file that was looked at last, sound or not.
    var file: FileStatus.Identity?
    var size = 0
    var failure: String?
    var isUnloaded = false
    var live: LiveModel?
  }

  private let files: [Source]
  private let folder: String?
  private let threadCount: Int
  private let log: ServingLog
  /// By name; the newest version last.
  private let slots = Mutex<[String: [Slot]]>([:])
  /// One change at a time; answering does not wait for it.
  private let changing = Mutex<Void>(())
  package let defaultName: String?

  /// - Parameters:
  ///   - files: models by their files; a model is called as its file, without `.safetensors`.
  ///   - folder: has `NAME.safetensors` and `NAME/VERSION.safetensors`; nil for none.
  ///   - threadCount: how many threads one request may use.
  /// - Throws: what is wrong with one of `files`; a damaged file of the folder is left out and the log says why.
  package init(
    files: [String], folder: String?, learning: StreamOptions?, limits: ServingLimits, threadCount: Int,
    log: @escaping ServingLog
  ) throws {
    self.files = try files.map {
      Source(name: try Self.name(ofFile: $0), version: "1", path: $0)
    }
    self.folder = folder
    self.threadCount = threadCount
    self.log = log
    if let folder {
      guard System.status(at: folder)?.isFolder == true else {
        throw FileError(path: folder, operation: .open, code: 20)
      }
    }
    defaultName = self.files.first?.name
    for (index, source) in self.files.enumerated() {
      guard !self.files[..<index].contains(where: { $0.name == source.name }) else {
        throw ServingError(
          500, "same_name", "two models are called '\(source.name)'; rename one of the files")
      }
      if let learning, learning.modelPath == source.path {
        try open(source, learning, limits)
      } else {
        try load(source)
      }
    }
    refresh()
  }

  /// The name of a model in a file: letters, digits, `.`, `_` and `-`.
  private static func name(ofFile path: String) throws -> String {
    var name = Substring(path.split(separator: "/").last ?? "")
    if name.hasSuffix(".safetensors") { name = name.dropLast(12) }
    guard isName(name) else {
      throw ServingError(
        500, "bad_name", "\(path): a model's file is named by letters, digits, '.', '_' and '-'")
    }
    return String(name)
  }

  private static func isName(_ name: some StringProtocol) -> Bool {
    !name.isEmpty && name.utf8.count <= 128 && !name.hasPrefix(".")
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || [0x2E, 0x5F, 0x2D].contains($0)
      }
  }

  private func open(_ source: Source, _ options: StreamOptions, _ limits: ServingLimits) throws {
    slots.withLock { $0[source.name] = [Slot(source: source)] }
    let live = try LiveModel(options, waitingLimit: limits.waitingDocuments, log: log) {
      [weak self] snapshot in
      let model = try ServedModel(
        name: source.name, version: source.version, snapshot.contents(), prototypeIDs: snapshot.prototypeIDs)
      self?.put(model)
      return model
    }
    change(source) { $0.live = live }
  }

  private func put(_ model: ServedModel) {
    slots.withLock { slots in
      guard let index = slots[model.name]?.firstIndex(where: { $0.source.version == model.version }) else {
        return
      }
      slots[model.name]?[index].model = model
    }
  }

  private func change(_ source: Source, _ body: (inout Slot) -> Void) {
    slots.withLock { slots in
      var versions = slots[source.name] ?? []
      let index = versions.firstIndex { $0.source.version == source.version } ?? versions.count
      if index == versions.count { versions.append(Slot(source: source)) }
      body(&versions[index])
      // By number: 10 is newer than 9.
      versions.sort { (Int($0.source.version) ?? 0) < (Int($1.source.version) ?? 0) }
      slots[source.name] = versions
    }
  }

  /// - Throws: what is wrong with the file; the model that is there stays.
  private func load(_ source: Source) throws {
    let status = System.status(at: source.path)
    do {
      let model = try ServedModel(
        name: source.name, version: source.version, ModelFile.read(source.path, threadCount: threadCount))
      change(source) {
        ($0.model, $0.file, $0.size, $0.failure) = (model, status?.identity, status?.size ?? 0, nil)
      }
      log(.info, "\(source.path): model \(source.name), version \(source.version), is loaded")
    } catch {
      change(source) {
        ($0.file, $0.size, $0.failure) = (status?.identity, status?.size ?? 0, "\(error)")
      }
      throw error
    }
  }

  /// Looks for files that are new, replaced or gone; to be called every second or so.
  package func refresh() {
    changing.withLock { _ in
      let sources = files + folderSources()
      let known = slots.withLock { $0 }
      for source in sources {
        let slot = known[source.name]?.first { $0.source.version == source.version }
        guard slot?.live == nil, slot?.isUnloaded != true, let status = System.status(at: source.path) else {
          continue
        }
        guard status.identity != slot?.file || status.size != slot?.size else { continue }
        do { try load(source) } catch {
          log(
            .error,
            "\(source.path): cannot be loaded, \(slot?.model == nil ? "there is no such model" : "the model before it goes on"): \(error)"
          )
        }
      }
      let present = Set(sources)
      for slot in known.values.joined() where !present.contains(slot.source) {
        log(.info, "\(slot.source.path): is gone; model \(slot.source.name) is no longer served")
        slots.withLock { slots in
          slots[slot.source.name]?.removeAll { $0.source == slot.source }
          if slots[slot.source.name]?.isEmpty == true { slots[slot.source.name] = nil }
        }
      }
    }
  }

  private func folderSources() -> [Source] {
    guard let folder else { return [] }
    let taken = Set(files.map(\.name))
    func names(_ path: String) -> [Substring] {
      ((try? SystemFiles().names(in: path)) ?? []).map { Substring($0) }
    }
    return names(folder).flatMap { entry -> [Source] in
      let path = "\(folder)/\(entry)"
      if entry.hasSuffix(".safetensors") {
        return [Source(name: String(entry.dropLast(12)), version: "1", path: path)]
      }
      guard System.status(at: path)?.isFolder == true, !entry.hasSuffix(".state") else { return [] }
      return names(path).filter { $0.hasSuffix(".safetensors") && Int($0.dropLast(12)) ?? 0 > 0 }.map {
        Source(name: String(entry), version: String($0.dropLast(12)), path: "\(path)/\($0)")
      }
    }.filter { Self.isName($0.name) && !taken.contains($0.name) }
  }
}

extension ModelShelf {
  /// The model of a name, in its newest version or the one that is named.
  ///
  /// - Throws: ``ServingError``: 404 for one that is not there, 503 for one that cannot answer now.
  package func model(_ name: String? = nil, version: String? = nil) throws -> ServedModel {
    let slot = try slot(name, version: version)
    guard let model = slot.model else {
      throw slot.isUnloaded
        ? ServingError(404, "unloaded_model", "the model '\(slot.source.name)' is unloaded")
        : ServingError(
          503, "not_ready",
          slot.live == nil
            ? "the file of the model '\(slot.source.name)' cannot be read; the server's log says why"
            : "the model '\(slot.source.name)' has learned nothing yet")
    }
    return model
  }

  /// What learns into the model of a name.
  ///
  /// - Throws: ``ServingError``: 404 for one that is not there, 403 for one that does not learn.
  package func learner(_ name: String?) throws -> LiveModel {
    let slot = try slot(name, version: nil)
    guard let live = slot.live else {
      throw ServingError(
        403, "read_only", "the model '\(slot.source.name)' does not learn here; start the server with --learn"
      )
    }
    return live
  }

  private func slot(_ name: String?, version: String?) throws -> Slot {
    try slots.withLock { slots in
      guard let known = name ?? defaultName ?? slots.keys.min(), let versions = slots[known],
        let newest = versions.last
      else {
        throw ServingError(
          404, "unknown_model", "there is no model '\((name ?? "").prefix(100))'; /v1/models lists them")
      }
      guard let version else { return newest }
      guard let slot = versions.first(where: { $0.source.version == version }) else {
        throw ServingError(
          404, "unknown_version",
          "the model '\(newest.source.name)' has no version '\(version.prefix(100))'")
      }
      return slot
    }
  }

  /// The versions of a model, oldest first.
  package func versions(of name: String) -> [String] {
    slots.withLock { $0[name]?.map(\.source.version) ?? [] }
  }

  /// One model as a list shows it.
  package struct Entry {
    package let name: String
    package let version: String
    package let model: ServedModel?
    package let learns: Bool
    /// Why it does not answer; nil where it does.
    package let reason: String?
  }

  /// All models in the order of their names.
  package var entries: [Entry] {
    slots.withLock { $0 }.sorted { $0.key < $1.key }.flatMap { $0.value }.map { slot in
      Entry(
        name: slot.source.name, version: slot.source.version, model: slot.model, learns: slot.live != nil,
        reason: slot.model != nil
          ? nil : slot.isUnloaded ? "unloaded" : slot.failure ?? "it has learned nothing yet")
    }
  }

  /// Loads the file of a model again, also after ``unload(_:)``.
  ///
  /// - Throws: ``ServingError``; what is wrong with the file, and the model that is there stays.
  package func reload(_ name: String) throws {
    refresh()
    let slot = try slot(name, version: nil)
    guard slot.live == nil, slot.isUnloaded || slot.failure != nil else { return }
    change(slot.source) { $0.isUnloaded = false }
    try changing.withLock { _ in try load(slot.source) }
  }

  /// Answers no more with a model until it is loaded again.
  ///
  /// - Throws: ``ServingError``.
  package func unload(_ name: String) throws {
    let slot = try slot(name, version: nil)
    guard slot.live == nil else {
      throw ServingError(409, "not_possible", "the model '\(name)' is learning; stop the server to end it")
    }
    for version in versions(of: name) {
      change(Source(name: name, version: version, path: slot.source.path)) {
        ($0.isUnloaded, $0.model) = (true, nil)
      }
    }
  }

  /// Saves all that was learned.
  package func stop() {
    learner?.stop()
  }

  /// The model that learns; nil where none does.
  package var learner: LiveModel? { slots.withLock { $0.values.joined().compactMap(\.live).first } }
}
