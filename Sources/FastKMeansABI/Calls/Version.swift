import CFastKMeans
import FastKMeansCore

@_cdecl("fkm_abi_version")
package func abiVersion() -> UInt32 { UInt32(FKM_ABI_VERSION) }

@_cdecl("fkm_version")
package func libraryVersion() -> TextPointer? { LibraryVersion.text.cString }

@_cdecl("fkm_status_name")
package func statusName(_ status: Int32) -> TextPointer? {
  let name: StaticString =
    switch Int(status) {
    case FKM_OK: "ok"
    case FKM_INVALID_ARGUMENT: "invalid argument"
    case FKM_INVALID_OPTION: "invalid option"
    case FKM_BAD_DATA: "bad data"
    case FKM_NOT_FITTED: "not fitted"
    case FKM_CANCELLED: "cancelled"
    case FKM_UNSUPPORTED: "unsupported"
    case FKM_TOO_LARGE: "too large"
    case FKM_IO: "input or output failed"
    case FKM_BAD_MODEL: "bad model"
    case FKM_NEWER_FORMAT: "newer format"
    case FKM_INTERNAL: "internal error"
    case FKM_DEVICE: "device"
    default: "unknown status"
    }
  return name.cString
}

extension StaticString {
  /// Literals lie in memory with a NUL behind them, for as long as the process lives.
  fileprivate var cString: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
