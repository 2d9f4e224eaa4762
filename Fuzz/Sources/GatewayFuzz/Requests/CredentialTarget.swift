@testable import GatewayAccess

extension FuzzTarget {
    /// Authorization fields, a line each: a token or an API key is the end of the one field there is, and has nothing
    /// but its characters.
    static let credential = FuzzTarget("credential") { input in
        let text = String(decoding: input, as: UTF8.self)
        let fields = text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        switch BearerCredential(fields) {
        case .none:
            claim("two fields are never none", holds: fields.count < 2)
            let scheme = fields.first?.prefix { $0 != " " && $0 != "\t" }
            claim("a bearer is never ignored", holds: scheme?.lowercased() != "bearer")
        case .malformed:
            claim("no field is no fault", holds: !fields.isEmpty)
            claim("what is well-formed is taken", holds: fields.count > 1 || !isWellFormed(fields[0]))
        case .apiKey(let key):
            claim("a key comes from one field", holds: fields.count == 1)
            claim("a key is the field's end", holds: fields[0].utf8.suffix(key.count).elementsEqual(key))
            claim("a key is taken as it is written", holds: isWellFormed(fields[0]))
        case .token(let token):
            claim("a token comes from one field", holds: fields.count == 1)
            claim("a token is the field's end", holds: fields[0].utf8.suffix(token.count).elementsEqual(token))
            claim("a token is not empty and not over 8 KiB", holds: (1...8192).contains(token.count))
            let front = String(fields[0].utf8.dropLast(token.count)) ?? "?"
            claim("the scheme stands before it", holds: front.lowercased().wholeMatch(of: #/bearer +/#) != nil)
            let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=".utf8)
            claim("a token has a token's characters", holds: token.allSatisfy(allowed.contains))
            claim("a token is taken as RFC 9110 writes it", holds: isWellFormed(fields[0]))
        }
    }

    /// The rule once more, in another way.
    private static func isWellFormed(_ field: String) -> Bool {
        let pattern = #/(?i:bearer) +([-A-Za-z0-9._~+\/]+=*)/#.matchingSemantics(.unicodeScalar)
        guard let token = field.wholeMatch(of: pattern)?.1, token.utf8.count <= 8192 else { return false }
        // The last of 43 characters has four bits of 256 and two that are none.
        let key = #/agk_[-A-Za-z0-9_]{42}[AEIMQUYcgkosw048]/#.matchingSemantics(.unicodeScalar)
        return !token.hasPrefix("agk_") || token.wholeMatch(of: key) != nil
    }
}
