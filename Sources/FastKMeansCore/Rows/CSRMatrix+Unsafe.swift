extension CSRMatrix {
  /// Calls `body` with pointers into this matrix; they are valid during the call only.
  package func withRows<Result>(_ body: (SparseRows) throws -> Result) rethrows -> Result {
    try rowOffsets.withUnsafeBufferPointer { offsets in
      try columns.withUnsafeBufferPointer { columns in
        try values.withUnsafeBufferPointer { values in
          try body(
            SparseRows(
              rowCount: rowCount, columnCount: columnCount, offsets: offsets, columns: RowColumns(columns),
              values: RowValues(values)))
        }
      }
    }
  }
}
