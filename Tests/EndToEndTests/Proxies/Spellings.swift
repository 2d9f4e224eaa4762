/// Many spellings of a few paths, made of parts: some mean the same to everybody, some to some, some to nobody.
struct Spellings: Sequence, IteratorProtocol {
    /// What may stand where a path begins.
    private static let beginnings = [
        "/", "//", "///", "/./", "/.//", "/x/../", "/x//../", "/x/./../", "/%2e/", "/x/%2e%2e/", "/x/.%2E/",
        "/open/../",
        "/open/..//", "/open/%2e%2e/", "/;/", "/;a=b/", "/x;a/../", "/x/..;/", "/.;/", "/%2f", "/%2F/", "/\\", "/%5c",
        "/x/%2e%2e%2f", "/..%2f", "/../", "/%252e%252e/", "/%09/", "/%00/", "/x/../../", "/open%2f..%2f",
    ]
    /// What may stand in the middle.
    private static let middles = [
        "/", "//", "/./", "/y/../", "/%2e/", ";a=b/", "%2f", "\\", "%5C", "/.;/", "/y/..;/", "%3B/",
    ]
    /// What may stand behind it all.
    private static let ends = [
        "", "/", "?a=b", "?/open/", "#/open/", "%23", "%3f", ";a=b", ";/../open/", "/.", "%20", "%00", ".",
    ]
    /// The paths' own letters.
    private static let words = [["admin", "users"], ["open", "page"], ["admin"], ["Admin", "users"]]

    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(state: seed) }

    mutating func next() -> String? {
        let words = Self.words[pick(Self.words.count)]
        var path = Self.beginnings[pick(Self.beginnings.count)]
        for (number, word) in words.enumerated() {
            if number > 0 { path += Self.middles[pick(Self.middles.count)] }
            path += encoded(word)
        }
        return path + Self.ends[pick(Self.ends.count)]
    }

    /// Half of the words as they are; of the others some letters by their numbers, of which one may be encoded twice.
    private mutating func encoded(_ word: String) -> String {
        guard pick(2) == 0 else { return word }
        return word.utf8.map { letter in
            let digits = String(letter, radix: 16)
            return switch pick(6) {
            case 0: "%" + digits
            case 1: "%" + digits.uppercased()
            case 2 where pick(8) == 0: "%25" + digits
            default: String(UnicodeScalar(letter))
            }
        }.joined()
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}

/// Numbers that are the same for the same seed.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
