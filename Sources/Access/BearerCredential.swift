import GatewayKit

/// What the Authorization fields of a request hold for a gateway that takes bearer tokens alone (RFC 6750, section
/// 2.1).
enum BearerCredential: Equatable {
    /// No field, or one of another scheme, which is somebody else's business.
    case none
    /// A token, which may be anything that has the right characters.
    case token(Substring.UTF8View)
    /// What has the shape of an API key, the whole of it.
    case apiKey(Substring.UTF8View)
    /// Something that no reading makes a token of.
    case malformed(reason: String)

    /// Reads the values of all Authorization fields; two are refused whatever they hold, for nobody can say which
    /// counts.
    init(_ values: [String]) {
        guard values.count < 2 else {
            self = .malformed(reason: "more than one Authorization field")
            return
        }
        guard let value = values.first else {
            self = .none
            return
        }
        let scheme = value.utf8.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        guard scheme.elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 }) else {
            self = .none
            return
        }
        let token = value.utf8[scheme.endIndex...].drop { $0 == UInt8(ascii: " ") }
        if token.isEmpty {
            self = .malformed(reason: "no token behind the scheme")
        } else if token.count > Self.sizeLimit {
            self = .malformed(reason: "a token over 8 KiB")
        } else if !Self.isToken68(token) {
            self = .malformed(reason: "characters that no token has")
        } else if token.starts(with: APIKey.prefix.utf8) {
            let isWhole = OpaqueToken.isWhole(token.dropFirst(APIKey.prefix.utf8.count))
            self = isWhole ? .apiKey(token) : .malformed(reason: "no API key is like this one")
        } else {
            self = .token(token)
        }
    }

    /// `token68` of RFC 9110, section 11.2.
    private static func isToken68(_ token: Substring.UTF8View) -> Bool {
        let quick = token.withContiguousStorageIfAvailable { isToken68(bytes: $0) }
        return quick ?? isToken68(bytes: Array(token))
    }

    private static func isToken68(bytes token: some RandomAccessCollection<UInt8>) -> Bool {
        guard let body = token.firstIndex(where: { !isOfToken68[Int($0)] }) else { return !token.isEmpty }
        return body > token.startIndex && token[body...].allSatisfy { $0 == UInt8(ascii: "=") }
    }

    /// By byte; each token is looked through for it.
    private static let isOfToken68: [Bool] = (UInt8.min...UInt8.max).map { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    private static let sizeLimit = 8192

    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.none, .none): true
        case (.token(let left), .token(let right)), (.apiKey(let left), .apiKey(let right)): left.elementsEqual(right)
        case (.malformed(let left), .malformed(let right)): left == right
        default: false
        }
    }
}
