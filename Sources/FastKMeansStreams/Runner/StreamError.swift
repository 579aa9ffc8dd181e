/// Why a stream cannot begin or go on, apart from what a file system (`FileError`) or a row's format says.
public enum StreamError: Error, Equatable, Sendable {
  /// Another process writes this state.
  case locked(folder: String, process: String)
  /// There are checkpoints, and none can be read; the reasons are those of the newest one.
  case noValidCheckpoint(folder: String, reason: String)
  case newerCheckpoint(path: String, found: String, supported: String)
  /// A checkpoint of version 1, which only the program that wrote it reads.
  case olderCheckpoint(path: String)
  /// The model file is not the one that this state wrote last.
  case otherModel(model: String, folder: String)
  /// There is a state, but the model that it wrote is gone.
  case modelGone(model: String, folder: String)
  /// Bytes inside of the log are not what was written, and whole batches follow them.
  case damagedLog(path: String, byte: Int, reason: String)
  /// The log does not go on where the checkpoint ends.
  case missingBatches(folder: String, expected: UInt64, found: UInt64)
  /// A log or checkpoint of another state lies in the folder.
  case foreignFile(path: String)
  /// What was read before cannot be read again, or is not the same.
  case sourceChanged(name: String, reason: String)
  /// The state's last batches came from another source, which has to be read again to bring them back.
  case otherSourceUnfinished(unfinished: String, name: String)
  /// The state belongs to text, the rows are vectors, or the reverse.
  case wrongKindOfRows(model: String, expected: String, found: String)
  case positionTooLong(name: String, byteCount: Int)
}

extension StreamError: CustomStringConvertible {
  /// One line: what is wrong, where, and how to fix it.
  public var description: String {
    switch self {
    case .locked(let folder, let process):
      "\(folder): process \(process) is learning into this state; wait until it ends, or stop it"
    case .noValidCheckpoint(let folder, let reason):
      "\(folder): no checkpoint can be read (\(reason)); bring the folder back from a copy, or remove it to begin anew"
    case .newerCheckpoint(let path, let found, let supported):
      "\(path): the checkpoint is of version \(found), this program reads up to \(supported); use a newer program"
    case .olderCheckpoint(let path):
      "\(path): the checkpoint is of version 1, which this program does not read; run the stream to its end once more"
        + " with the fastkmeans that wrote it, then remove the folder to go on from the model file"
    case .otherModel(let model, let folder):
      "\(model): is not the model that \(folder) belongs to; remove that folder to go on from the model as it is,"
        + " or bring the model back that the stream wrote"
    case .modelGone(let model, let folder):
      "\(model): is gone, but its state is in \(folder); remove that folder to begin anew, or bring the model back"
    case .damagedLog(let path, let byte, let reason):
      "\(path), byte \(byte): the log is damaged (\(reason)) and batches follow; bring the file back from a copy,"
        + " or remove it and lose the batches since the checkpoint"
    case .missingBatches(let folder, let expected, let found):
      "\(folder): the log goes on with record \(found) where \(expected) is expected; bring the missing log back"
        + " from a copy, or remove the logs and lose the batches since the checkpoint"
    case .foreignFile(let path):
      "\(path): belongs to the state of another model; take it out of the folder"
    case .sourceChanged(let name, let reason):
      "\(name): \(reason); bring the input back as it was, or pass --from-start to read all that is there now"
    case .otherSourceUnfinished(let unfinished, let name):
      "the last batches came from \(unfinished), not from \(name), and were not saved; start once more with that"
        + " input, which brings them back, then go on"
    case .wrongKindOfRows(let model, let expected, let found):
      "\(model): learns from \(expected), the input has \(found); name another model for these rows"
    case .positionTooLong(let name, let count):
      "\(name): a position of \(count) bytes is too long to be saved"
    }
  }
}
