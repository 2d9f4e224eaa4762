public import GatewayKit

/// What a token says, read by type; members that nobody asks for are ignored (RFC 7519, section 4).
public struct TokenClaims: Hashable, Sendable {
    /// What a token must fit, besides its signature.
    public struct Terms: Sendable {
        /// What `iss` must be.
        public let issuer: String
        /// Of which `aud` must name one.
        public let audience: [String]
        /// The present.
        public let now: Timestamp
        /// How far `iat` and `nbf` may lie ahead of it; `exp` has no leeway.
        public let leeway: Duration

        /// States every part.
        public init(issuer: String, audience: [String], now: Timestamp, leeway: Duration) {
            self.issuer = issuer
            self.audience = audience
            self.now = now
            self.leeway = leeway
        }
    }

    /// The payload.
    public let members: JSONValue

    /// Takes a payload that is an object.
    public init(_ members: JSONValue) { self.members = members }

    /// When the token ends, if it is of the issuer, for the audience and in force; throws ``TokenRefusal``.
    public func expiry(under terms: Terms) throws(TokenRefusal) -> Timestamp {
        guard try text("iss").utf8.elementsEqual(terms.issuer.utf8) else { throw TokenRefusal("wrong 'iss'") }
        guard
            try textOrTexts("aud").contains(where: { named in
                terms.audience.contains { $0.utf8.elementsEqual(named.utf8) }
            })
        else { throw TokenRefusal("wrong 'aud'") }
        let expiresAt = try moment("exp")
        guard terms.now < expiresAt else { throw TokenRefusal("expired") }
        if members["iat"] != nil, try moment("iat") > terms.now + terms.leeway {
            throw TokenRefusal("issued in the future")
        }
        if members["nbf"] != nil, try moment("nbf") > terms.now + terms.leeway {
            throw TokenRefusal("not yet in force")
        }
        return expiresAt
    }

    /// A text that is not empty; throws ``TokenRefusal``, as everything here.
    public func text(_ name: String) throws(TokenRefusal) -> String {
        guard let text = try value(name).string, !text.isEmpty else { throw TokenRefusal("'\(name)' is not a text") }
        return text
    }

    /// A list of texts.
    public func texts(_ name: String) throws(TokenRefusal) -> [String] {
        let items = try value(name).array
        guard let items, case let texts = items.compactMap(\.string), texts.count == items.count else {
            throw TokenRefusal("'\(name)' is not a list of texts")
        }
        return texts
    }

    /// A list of texts, or the one that it would have.
    public func textOrTexts(_ name: String) throws(TokenRefusal) -> [String] {
        if let text = try value(name).string { return [text] }
        return try texts(name)
    }

    /// A whole number.
    public func integer(_ name: String) throws(TokenRefusal) -> Int64 {
        guard let number = try value(name).integer else { throw TokenRefusal("'\(name)' is not a whole number") }
        return number
    }

    /// A NumericDate between 1970 and 9999, a fraction dropped (RFC 7519, section 2).
    public func moment(_ name: String) throws(TokenRefusal) -> Timestamp {
        guard case .number(let written) = try value(name), let seconds = Double(written),
            (0...253_402_300_799).contains(seconds)
        else { throw TokenRefusal("'\(name)' is not a date") }
        return Timestamp(seconds: Int64(seconds))
    }

    private func value(_ name: String) throws(TokenRefusal) -> JSONValue {
        guard let value = members[name] else { throw TokenRefusal("no '\(name)'") }
        return value
    }
}
