import GatewayKit

extension AccessClaims {
    /// What a token must fit, besides its signature.
    struct Terms {
        /// What `iss` must be.
        let issuer: String
        /// Of which `aud` must name one.
        let audience: [String]
        /// The present.
        let now: Timestamp
        /// How far `iat` and `nbf` may lie ahead of it.
        let leeway: Duration
    }

    /// Reads the claims of a token whose signature is right; throws ``TokenRefusal``. Members that are not named here
    /// are ignored (RFC 7519, section 4).
    init(_ members: JSONValue, under terms: Terms) throws(TokenRefusal) {
        let claims = Claims(members: members)
        guard try claims.text("iss").utf8.elementsEqual(terms.issuer.utf8) else { throw TokenRefusal("wrong 'iss'") }
        guard
            try claims.textOrTexts("aud").contains(where: { named in
                terms.audience.contains { $0.utf8.elementsEqual(named.utf8) }
            })
        else { throw TokenRefusal("wrong 'aud'") }
        let expiresAt = try claims.moment("exp")
        guard terms.now < expiresAt else { throw TokenRefusal("expired") }
        let issuedAt = try claims.moment("iat")
        guard issuedAt <= terms.now + terms.leeway else { throw TokenRefusal("issued in the future") }
        if members["nbf"] != nil, try claims.moment("nbf") > terms.now + terms.leeway {
            throw TokenRefusal("not yet in force")
        }
        self.init(
            accountID: AccountID(try claims.text("sub")), sessionID: SessionID(try claims.text("sid")),
            version: try claims.integer("ver"), issuedAt: issuedAt, expiresAt: expiresAt,
            tokenID: try claims.text("jti"), username: try claims.username("preferred_username"),
            email: members["email"] == nil ? nil : try claims.text("email"), groups: try claims.groups("groups"))
    }

    /// The claims as a token's payload.
    func payload(issuer: String, audience: [String]) -> [UInt8] {
        let texts = audience.map(JSONValue.string)
        var members: [(String, JSONValue)] = [
            ("iss", .string(issuer)), ("aud", texts.count == 1 ? texts[0] : .array(texts)),
            ("sub", .string(accountID.text)), ("sid", .string(sessionID.text)), ("ver", .number(String(version))),
            ("iat", .number(String(issuedAt.seconds))), ("exp", .number(String(expiresAt.seconds))),
            ("jti", .string(tokenID)), ("preferred_username", .string(username)),
        ]
        if let email { members.append(("email", .string(email))) }
        members.append(("groups", .array(groups.map(JSONValue.string))))
        return JSONValue.object(members.map { JSONValue.Member($0.0, $0.1) }).encoded()
    }
}

/// Reads members of a payload by their types.
private struct Claims {
    let members: JSONValue

    func text(_ name: String) throws(TokenRefusal) -> String {
        guard let text = try value(name).string, !text.isEmpty else { throw TokenRefusal("'\(name)' is not a text") }
        return text
    }

    func texts(_ name: String) throws(TokenRefusal) -> [String] {
        let items = try value(name).array
        guard let items, case let texts = items.compactMap(\.string), texts.count == items.count else {
            throw TokenRefusal("'\(name)' is not a list of texts")
        }
        return texts
    }

    func textOrTexts(_ name: String) throws(TokenRefusal) -> [String] {
        if let text = try value(name).string { return [text] }
        return try texts(name)
    }

    /// A name as accounts have it, whose like nobody else can be given.
    func username(_ name: String) throws(TokenRefusal) -> String {
        let text = try text(name)
        guard let username = try? Username(text), username.text.utf8.elementsEqual(text.utf8) else {
            throw TokenRefusal("'\(name)' is no user's name")
        }
        return text
    }

    /// Names that cannot be read as two where they stand in a list with commas.
    func groups(_ name: String) throws(TokenRefusal) -> [String] {
        let names = try texts(name)
        guard names.allSatisfy({ (try? GroupName($0)) != nil }) else {
            throw TokenRefusal("'\(name)' holds what is no group's name")
        }
        return names
    }

    func integer(_ name: String) throws(TokenRefusal) -> Int64 {
        guard let number = try value(name).integer else { throw TokenRefusal("'\(name)' is not a whole number") }
        return number
    }

    /// A NumericDate between 1970 and 9999, a fraction dropped (RFC 7519, section 2).
    func moment(_ name: String) throws(TokenRefusal) -> Timestamp {
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
