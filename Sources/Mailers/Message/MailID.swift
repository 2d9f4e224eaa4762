import GatewayKit

extension Mail {
    /// Whether the id is letters, digits, `-` and `_` alone: a file name that stays in its folder, and a word of a
    /// header.
    var hasPlainID: Bool {
        (1...128).contains(id.utf8.count)
            && id.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                    || scalar == "-" || scalar == "_"
            }
    }
}

/// A mail's id that cannot name a file or stand in a header.
struct UnusableMailID: Error, CustomStringConvertible {
    var description: String { "the mail's id has other characters than letters, digits, '-' and '_'" }
}
