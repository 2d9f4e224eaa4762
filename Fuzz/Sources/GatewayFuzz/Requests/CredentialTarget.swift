@testable import GatewayAccess

extension FuzzTarget {
    /// Authorization fields, a line each: a token is the end of the one field there is, and has nothing but a token's
    /// characters.
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
        case .token(let token):
            claim("a token comes from one field", holds: fields.count == 1)
            claim("a token is the field's end", holds: fields[0].utf8.suffix(token.count).elementsEqual(token))
            claim("a token is not empty and not over 8 KiB", holds: (1...8192).contains(token.count))
            let front = String(fields[0].utf8.dropLast(token.count)) ?? "?"
            claim("the scheme stands before it", holds: front.lowercased().wholeMatch(of: #/bearer +/#) != nil)
            let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=".utf8)
            claim("a token has a token's characters", holds: token.allSatisfy(allowed.contains))
        }
    }
}
