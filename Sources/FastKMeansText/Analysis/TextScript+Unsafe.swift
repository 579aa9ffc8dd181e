/// Scripts whose words the analyzer `word` does not find: those without blanks between words, and those whose vowel signs
/// are marks, at which words fall apart.
enum TextScript {
  /// From this share of a text's letters on, words are not what to read.
  static let leastShare = 0.3
  /// As many bytes are looked at in all, and of each document.
  private static let (mostBytes, mostBytesOfDocument) = (1 << 17, 1 << 9)

  /// The share of the letters that belong to such scripts, in documents that stand at equal distances; 0 without letters.
  static func share(in documents: DocumentBytes) -> Double {
    let step = max(
      1, min(documents.count, documents.bytes.count / mostBytesOfDocument) * mostBytesOfDocument / mostBytes)
    var (counted, letters) = (0, 0)
    for index in stride(from: 0, to: documents.count, by: step) {
      let text = documents[index]
      var position = 0
      while position < min(text.count, mostBytesOfDocument) {
        let (value, length) = UTF8Decoding.scalar(in: text, at: position)
        position += length
        guard let scalar = Unicode.Scalar(value), scalar.properties.isAlphabetic else { continue }
        letters += 1
        if isWithoutWords(value) { counted += 1 }
      }
    }
    return Double(counted) / Double(max(1, letters))
  }

  /// Indic scripts, Thai, Lao, Tibetan, Burmese, Khmer, Tai Tham, Javanese and their neighbours, kana, Han.
  static func isWithoutWords(_ value: UInt32) -> Bool {
    switch value {
    case 0x900...0x109F, 0x1700...0x17FF, 0x1950...0x19FF, 0x1A20...0x1AAF, 0x1B00...0x1C4F: true
    default: isWithoutBlanks(value)
    }
  }

  /// Kana and Han, where a character is nearly a word.
  static func isWithoutBlanks(_ value: UInt32) -> Bool {
    switch value {
    case 0x3005...0x3007, 0x3040...0x30FF, 0x31F0...0x31FF, 0x3400...0x9FFF, 0xF900...0xFAFF,
      0x20000...0x3FFFF:
      true
    default: false
    }
  }
}
