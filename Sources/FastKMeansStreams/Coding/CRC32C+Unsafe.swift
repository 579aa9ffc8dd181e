import CFastKMeansKernels

/// The checksum that guards every part of a checkpoint and every record of a log (Castagnoli's polynomial).
struct CRC32C: Equatable {
  private(set) var value: UInt32 = 0

  init() {}

  init(_ bytes: [UInt8]) { update(bytes) }

  init(_ bytes: UnsafeRawBufferPointer) { update(bytes) }

  mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    value = fk_crc32c(value, bytes.baseAddress, bytes.count)
  }
}
