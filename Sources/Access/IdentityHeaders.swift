public import GatewayKit

/// What the application behind the proxy is told about whoever passes: always the same five fields, empty where there
/// is nothing, so that a client's own field of such a name never gets through.
///
/// Every value is printable ASCII. Other characters, and `%` itself, are percent-encoded as UTF-8, so that two values
/// never look alike.
public struct IdentityHeaders: Hashable, Sendable {
    /// The lines of a header section, each with its end, in a fixed order.
    public let lines: [UInt8]
    /// The same as names and values.
    public var fields: [Field] {
        lines.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return Field(
                name: String(decoding: line[..<colon], as: UTF8.self),
                value: String(decoding: line[colon...].dropFirst(2).dropLast(), as: UTF8.self))
        }
    }

    /// One field.
    public struct Field: Hashable, Sendable {
        /// The field's name.
        public let name: String
        /// Its value, perhaps empty.
        public let value: String
    }

    /// The fields of a valid token: the address when it is verified, groups separated by commas.
    public init(_ claims: AccessClaims) {
        self.init(
            user: claims.username, subject: claims.accountID.text, email: claims.email ?? "", name: claims.username,
            groups: claims.groups.joined(separator: ","))
    }

    /// The fields of an account as the store has it.
    public init(_ account: Account) {
        let name = account.username.text
        self.init(
            user: name, subject: account.id.text, email: account.isEmailVerified ? account.email.text : "", name: name,
            groups: account.groups.map(\.text).joined(separator: ","))
    }

    /// The fields of nobody.
    public static let nobody = IdentityHeaders(user: "", subject: "", email: "", name: "", groups: "")

    init(user: String, subject: String, email: String, name: String, groups: String) {
        let values = [user, subject, email, name, groups].map(Self.printable)
        // Made of a whole text, they take no more memory than they need.
        lines = Array(zip(Self.names, values).map { "\($0): \($1)\r\n" }.joined().utf8)
    }

    /// The names of the fields.
    public static let names = ["Remote-User", "Remote-Subject", "Remote-Email", "Remote-Name", "Remote-Groups"]

    private static func printable(_ text: String) -> String {
        text.percentEncoded { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "%") }
    }
}

extension String {
    /// Each byte of UTF-8 that is not kept as a percent sign and two digits (RFC 3986, section 2.1).
    func percentEncoded(keeping isKept: (UInt8) -> Bool) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = utf8.flatMap { byte -> [UInt8] in
            isKept(byte) ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
