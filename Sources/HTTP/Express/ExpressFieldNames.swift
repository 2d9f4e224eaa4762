import HTTPTypes

/// What the names of fields mean to the express lane.
enum ExpressFieldNames {
    enum Meaning {
        /// Nothing: whatever the field says, the answer is the same.
        case nothing
        /// It counts.
        case counts(ExpressRequest.Field)
        /// `Connection`, which may ask for what is so anyway.
        case keepAlive
        /// The request is framed, or goes on, in a way that the ordinary path looks after; or its name has an
        /// underscore, which some servers read as a hyphen.
        case unusual
    }

    static func meaning(of span: Span<UInt8>, _ name: Range<Int>) -> Meaning {
        for index in name where span[index] == UInt8(ascii: "_") { return .unusual }
        return table.meaning(of: span, name)
    }

    static func isKeepAlive(_ span: Span<UInt8>, _ value: Range<Int>) -> Bool {
        guard value.count == table.keepAlive.count else { return false }
        for (offset, byte) in table.keepAlive.enumerated() where span[value.lowerBound + offset] | 0x20 != byte {
            return false
        }
        return true
    }

    /// Whether a token may have such a byte (RFC 9110, section 5.6.2). One bit each, for every byte of every name is
    /// asked about.
    static func isOfToken(_ byte: UInt8) -> Bool {
        switch byte >> 6 {
        case 0: 0x03ff_6cfa_0000_0000 >> UInt64(byte) & 1 == 1
        case 1: 0x57ff_ffff_c7ff_fffe >> UInt64(byte & 63) & 1 == 1
        default: false
        }
    }

    private static let table = Table()

    /// The names that mean something, by their lengths: all in one piece of memory.
    private struct Table {
        /// The letters of the names, in lower case.
        private let letters: [UInt8]
        private let entries: [(start: Int, meaning: Meaning)]
        /// By length, which of the entries.
        private let ofLength: [Range<Int>]
        let keepAlive = Array("keep-alive".utf8)

        init() {
            let all =
                ExpressRequest.Field.allCases.map { ($0.name.canonicalName, Meaning.counts($0)) }
                + [("connection", .keepAlive)]
                + [
                    "content-length", "transfer-encoding", "expect", "upgrade", "proxy-connection", "keep-alive", "te",
                    "trailer", "http2-settings",
                ].map { ($0, .unusual) }
            let longest = all.map(\.0.utf8.count).max() ?? 0
            var (letters, entries, ofLength) = ([UInt8](), [(start: Int, meaning: Meaning)](), [Range<Int>]())
            for length in 0...longest {
                let first = entries.count
                for (name, meaning) in all where name.utf8.count == length {
                    entries.append((letters.count, meaning))
                    letters += name.utf8
                }
                ofLength.append(first..<entries.count)
            }
            (self.letters, self.entries, self.ofLength) = (letters, entries, ofLength)
        }

        /// The name is a token, whose bytes another bit tells from their lower case where they are letters, and from
        /// nothing else that these names have.
        func meaning(of span: Span<UInt8>, _ name: Range<Int>) -> Meaning {
            guard name.count < ofLength.count else { return .nothing }
            candidates: for index in ofLength[name.count] {
                let entry = entries[index]
                for offset in 0..<name.count {
                    guard span[name.lowerBound + offset] | 0x20 == letters[entry.start + offset] else {
                        continue candidates
                    }
                }
                return entry.meaning
            }
            return .nothing
        }
    }
}
