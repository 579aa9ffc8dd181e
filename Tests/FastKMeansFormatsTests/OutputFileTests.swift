import FastKMeansCore
import FastKMeansTestSupport
import Foundation
import Testing

@testable import FastKMeansFormats

@Suite struct OutputFileTests {
  @Test func replacesAFileWholeAndKeepsItsPermissions() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("x", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try OutputFile.write(to: path) { sink in
      try sink.write("new ")
      #expect(try ScratchFolder.bytes(path) == Array("old".utf8))
      try sink.write([UInt8](repeating: 0x61, count: 300_000))
      #expect(sink.position == 300_004)
    }
    #expect(try ScratchFolder.bytes(path).count == 300_004)
    #expect(try folder.names == ["x"])
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o640)
  }

  @Test func aFailureLeavesTheOldFileAndNothingElse() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("x", "old")
    #expect(throws: Mismatch.self) {
      try OutputFile.write(to: path) { sink in
        try sink.write([UInt8](repeating: 0, count: 1 << 20))
        throw Mismatch(description: "stopped")
      }
    }
    #expect(try folder.names == ["x"] && ScratchFolder.bytes(path) == Array("old".utf8))
  }

  @Test func followsASymbolicLink() throws {
    let folder = try ScratchFolder()
    let target = try folder.file("target", "old")
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: target)
    try OutputFile.write(to: folder.file("link")) { try $0.write("new") }
    #expect(try ScratchFolder.bytes(target) == Array("new".utf8))
    #expect(try folder.names == ["link", "target"])
  }

  @Test func refusesAMissingFolderAndAFolder() throws {
    let folder = try ScratchFolder()
    let path = folder.file("none/x.tsv")
    #expect(throws: FileError.missingFolder(path: path, folder: folder.file("none"))) {
      try OutputFile.write(to: path) { try $0.write("new") }
    }
    #expect(throws: FileError.isFolder(path: folder.path)) {
      try OutputFile.write(to: folder.path) { try $0.write("new") }
    }
  }

  #if os(Linux)
    @Test func aFullDiskIsToldAsSuch() throws {
      #expect(throws: FileError.diskFull(path: "/dev/full")) {
        try OutputFile.write(to: "/dev/full") { try $0.write([UInt8](repeating: 0, count: 1 << 20)) }
      }
      #expect(throws: FileError.diskFull(path: "/dev/full")) {
        try OutputFile.write(to: "/dev/full") { try $0.write("few") }
      }
    }
  #endif

  @Test func aWriteProtectedFileIsNotReplaced() throws {
    // The superuser may write anywhere.
    guard getuid() != 0 else { return }
    let folder = try ScratchFolder()
    let path = try folder.file("x", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
    #expect(throws: FileError.noPermission(path: path, operation: .write)) {
      try OutputFile.write(to: path) { try $0.write("new") }
    }
  }

  @Test func aFolderWithoutWritePermissionIsTold() throws {
    // The superuser may write anywhere.
    guard getuid() != 0 else { return }
    let folder = try ScratchFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
    let path = folder.file("x")
    #expect(throws: FileError.noPermission(path: path, operation: .write)) {
      try OutputFile.write(to: path) { try $0.write("new") }
    }
  }

  @Test func foldersOfPathsAreFoundByHand() {
    #expect(["m", "a/m", "/m", "/a/b/m"].map(OutputFile.folder) == [".", "a", "/", "/a/b"])
  }

  @Test func aPathThatCannotBecomeAFileIsRefusedBeforehand() throws {
    let folder = try ScratchFolder()
    try OutputFile.check("-")
    try OutputFile.check(folder.file("new"))
    #expect(throws: FileError.isFolder(path: folder.path)) { try OutputFile.check(folder.path) }
    let path = folder.file("none/x")
    #expect(throws: FileError.missingFolder(path: path, folder: folder.file("none"))) {
      try OutputFile.check(path)
    }
    #expect(try OutputFile.size(folder.file("x", "four")) == 4 && OutputFile.size("-") == nil)
    #expect(OutputFile.canBeRegular(folder.file("x")) && !OutputFile.canBeRegular("/dev/null"))
  }

  @Test func aMatrixIsWrittenRowByRow() throws {
    let folder = try ScratchFolder()
    let path = folder.file("p.npy")
    let rows = try DenseMatrix(rowCount: 3, columnCount: 2, values: [1, 2, 3, 4, 5, 6])
    try NpyMatrixFile.write(to: path, columnCount: 2) { file in
      try file.append(DenseMatrix(rowCount: 1, columnCount: 2, values: [1, 2]))
      try file.append(DenseMatrix(rowCount: 2, columnCount: 2, values: [3, 4, 5, 6]))
    }
    #expect(try LabelledData.read(path, options: unlabelled()).dense == rows)
    let bytes = try ScratchFolder.bytes(path)
    try RowWriter.write(.features(.dense(rows), labels: nil), to: path)
    #expect(try ScratchFolder.bytes(path) == bytes && bytes.count == 128 + 24)
  }

  @Test func aMappedFileGivesOnlyWhatIsThere() throws {
    let folder = try ScratchFolder()
    let file = try MappedFile(path: folder.file("x", "hello"))
    #expect(try file.count == 5 && file.bytes(at: 1, count: 4) == Array("ello".utf8))
    for (offset, count) in [(1, 5), (6, 0), (-1, 2), (2, -1), (Int.max, 1), (1, Int.max)] {
      #expect(throws: FormatError.self) { try file.bytes(at: offset, count: count) }
    }
    #expect(try MappedFile(path: folder.file("empty", "")).count == 0)
  }
}
