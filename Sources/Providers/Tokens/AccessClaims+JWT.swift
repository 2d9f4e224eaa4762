import GatewayJOSE
import GatewayKit

extension AccessClaims {
    /// Reads the claims of a token whose signature is right; throws ``TokenRefusal``.
    init(_ claims: TokenClaims, under terms: TokenClaims.Terms) throws(TokenRefusal) {
        let expiresAt = try claims.expiry(under: terms)
        self.init(
            accountID: AccountID(try claims.text("sub")), sessionID: SessionID(try claims.text("sid")),
            version: try claims.integer("ver"), issuedAt: try claims.moment("iat"), expiresAt: expiresAt,
            tokenID: try claims.text("jti"), username: try claims.username("preferred_username"),
            email: claims.members["email"] == nil ? nil : try claims.text("email"),
            groups: try claims.groups("groups"))
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

extension TokenClaims {
    /// A name as accounts have it, whose like nobody else can be given.
    fileprivate func username(_ name: String) throws(TokenRefusal) -> String {
        let text = try text(name)
        guard let username = try? Username(text), username.text.utf8.elementsEqual(text.utf8) else {
            throw TokenRefusal("'\(name)' is no user's name")
        }
        return text
    }

    /// Names that cannot be read as two where they stand in a list with commas.
    fileprivate func groups(_ name: String) throws(TokenRefusal) -> [String] {
        let names = try texts(name)
        guard names.allSatisfy({ (try? GroupName($0)) != nil }) else {
            throw TokenRefusal("'\(name)' holds what is no group's name")
        }
        return names
    }
}
