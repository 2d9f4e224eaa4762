import GatewayJOSE
import GatewayKit
import Testing

@testable import GatewayAccess

@Suite struct IssuerSettingsTests {
    private static let least: [String: ConfigLiteral] = [
        "issuer": "https://idp.example.com", "audience": "gateway", "jwks": "idp.json", "prefix": "idp:",
    ]

    @Test func `four settings are enough, and mean what is safe`() throws {
        let settings = try #require(read([Self.map(Self.least)]).list?.first)
        #expect(settings.audience == ["gateway"])
        #expect(settings.keys == .file("idp.json"))
        #expect(
            settings.algorithms.map(\.rawValue).joined(separator: " ") == """
                RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA
                """)
        #expect(settings.claims == IssuerSettings.Claims(username: "sub", groups: "groups"))
        #expect(settings.groups.isEmpty)
    }

    @Test(
        arguments: [
            ("issuer", "", "must not be empty, expected a text"),
            ("audience", [], "must name at least one audience"),
            ("jwks", "http://idp.example.com/keys", "must be an https URL such as https://example.com, or a path"),
            ("jwks", "ftp://idp.example.com/keys", "must be an https URL such as https://example.com, or a path"),
            ("jwks", "https:///keys", "must be an https URL such as https://example.com, or a path"),
            ("jwks", "https://jane:secret@idp.example.com/", "must have no user, password or fragment"),
            ("jwks", "https://idp.example.com/#keys", "must have no user, password or fragment"),
            ("algorithms", [], "must name at least one algorithm"),
            (
                "algorithms", ["none"],
                """
                expected one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, \
                HS512, found 'none'
                """
            ),
            ("prefix", "", "must not be empty, expected a text"),
            ("prefix", "a b", "must be 1 to 64 printable characters of ASCII"),
            ("prefix", "é", "must be 1 to 64 printable characters of ASCII"),
            ("groups", ["Staff": "Staff"], "must be 1 to 64 of a-z, 0-9, '.', '_' and '-'"),
            ("claims", ["usernam": "x"], "unknown key 'usernam', did you mean 'username'?"),
        ] as [(String, ConfigLiteral, String)])
    func `what cannot be meant is a problem`(key: String, value: ConfigLiteral, message: String) {
        #expect(read([Self.map(Self.least.merging([key: value]) { $1 })]).messages == [message])
    }

    @Test(arguments: Array(least.keys)) func `each of the four must be there`(key: String) {
        #expect(read([Self.map(Self.least.filter { $0.key != key })]).messages == ["missing key '\(key)'"])
    }

    @Test func `HMAC is for keys in a file`() {
        let url = Self.least.merging(["jwks": "https://idp.example.com/keys", "algorithms": ["ES256", "HS256"]]) { $1 }
        #expect(read([Self.map(url)]).messages == ["algorithms of HMAC (HS256 to HS512) need a jwks that is a file"])
        let file = Self.least.merging(["algorithms": ["HS256"]]) { $1 }
        #expect(read([Self.map(file)]).messages == [])
    }

    @Test func `two of one name are a problem`() {
        let other = Self.least.merging(["audience": ["a", "b"]]) { $1 }
        #expect(read([Self.map(Self.least), Self.map(other)]).messages == ["two of them are the same issuer"])
    }

    private func read(_ items: [ConfigNode]) -> (list: [IssuerSettings]?, messages: [String]) {
        var reading = ConfigReading()
        let list = IssuerSettings.list.read(ConfigNode(.list(items), at: .none), in: &reading)
        return (list, reading.problems.map(\.message))
    }

    private static func map(_ entries: [String: ConfigLiteral]) -> ConfigNode {
        let entries = entries.sorted { $0.key < $1.key }
        return ConfigNode(
            .map(entries.map { ConfigEntry(key: $0.key, at: .none, value: $0.value.node()) }), at: .none)
    }
}
