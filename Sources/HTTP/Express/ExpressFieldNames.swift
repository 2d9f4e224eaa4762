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
        guard name.count < byLength.count else { return .nothing }
        candidates: for candidate in byLength[name.count] {
            for (offset, byte) in candidate.name.enumerated() {
                guard folded[Int(span[name.lowerBound + offset])] == byte else { continue candidates }
            }
            return candidate.meaning
        }
        return .nothing
    }

    static func isKeepAlive(_ span: Span<UInt8>, _ value: Range<Int>) -> Bool {
        guard value.count == keepAlive.count else { return false }
        for (offset, byte) in keepAlive.enumerated() where folded[Int(span[value.lowerBound + offset])] != byte {
            return false
        }
        return true
    }

    /// By byte, a token's byte in lower case (RFC 9110, section 5.6.2), and 0 for what no token has.
    static let folded: [UInt8] = (UInt8.min...UInt8.max).map { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte) ? byte : 0
        }
    }

    private static let keepAlive = Array("keep-alive".utf8)

    private static let byLength: [[(name: [UInt8], meaning: Meaning)]] = {
        let all: [(String, Meaning)] =
            ExpressRequest.Field.allCases.map { ($0.name.canonicalName, .counts($0)) } + [("connection", .keepAlive)]
            + [
                "content-length", "transfer-encoding", "expect", "upgrade", "proxy-connection", "keep-alive", "te",
                "trailer", "http2-settings",
            ].map { ($0, .unusual) }
        let longest = all.map(\.0.utf8.count).max() ?? 0
        return (0...longest).map { length in
            all.filter { $0.0.utf8.count == length }.map { (name: Array($0.0.utf8), meaning: $0.1) }
        }
    }()
}
