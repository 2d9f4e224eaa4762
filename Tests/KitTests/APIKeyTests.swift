import GatewayKit
import GatewayTestKit
import Testing

@Suite struct APIKeyTests {
    @Test func `a new key has its prefix and 256 random bits, and is hashed whole`() {
        let random = CountedRandom()
        let (first, second) = (APIKey.newToken(from: random), APIKey.newToken(from: random))
        #expect(first.reveal() != second.reveal())
        #expect(first.reveal().hasPrefix("agk_") && first.reveal().utf8.count == 47)
        #expect(OpaqueToken.isWhole(first.reveal().utf8.dropFirst(4)))
        #expect(first.hash == OpaqueToken(first.reveal()).hash)
    }

    @Test(arguments: ["", "A", String(repeating: "A", count: 42) + "B", String(repeating: "A", count: 44), "="])
    func `what is not the one spelling of 256 bits is no token`(text: String) {
        #expect(!OpaqueToken.isWhole(text.utf8))
        #expect(OpaqueToken.isWhole(String(repeating: "A", count: 43).utf8))
    }

    @Test(arguments: ["a", "CI of the shop", "Schlüssel 🔑", String(repeating: "ä", count: 64)])
    func `a key is called what can be seen`(name: String) throws {
        #expect(try KeyName(name).text == name)
    }

    @Test(arguments: [
        ("", "empty"), ("   ", "empty"), (String(repeating: "a", count: 65), "too_long"),
        ("a\u{7}", "invalid_characters"), ("a\nb", "invalid_characters"), ("a\u{202E}b", "invalid_characters"),
        ("a\u{2028}b", "invalid_characters"), ("a\u{85}", "invalid_characters"), ("\u{E000}", "invalid_characters"),
    ])
    func `a name that is empty, too long or steers the screen is refused`(name: String, code: String) {
        #expect(throws: InputRefusal.self) { try KeyName(name) }
        do throws(InputRefusal) { _ = try KeyName(name) } catch { #expect(error.code == code) }
    }

    @Test func `a scope is a list of paths`() throws {
        let patterns = ["/", "/a/", "/a", "/reports/**", "/a*b/*/c", "/~x/(y);z=1,@:!$&'+"]
        #expect(try KeyScope(patterns).patterns == patterns)
        let pattern = try Regex(KeyScope.pattern)
        for text in patterns { #expect(text.wholeMatch(of: pattern) != nil, "\(text)") }
        for text in ["", "a", "*", "//", "/a//b", "/a?b", "/a#b", "/a b", "/%41", "/ä", "/a\\b", "/a\n", "https://a/"] {
            #expect(throws: InputRefusal.self, "\(text)") { try KeyScope(["/", text]) }
            #expect(text.wholeMatch(of: pattern) == nil, "\(text)")
        }
        for (list, code) in [
            ([], "empty"), (Array(repeating: "/", count: 33), "too_many"),
            (["/" + String(repeating: "a", count: 256)], "too_long"),
        ] as [([String], String)] {
            do throws(InputRefusal) {
                _ = try KeyScope(list)
                Issue.record("\(code) is not refused")
            } catch { #expect(error.code == code) }
        }
    }

    @Test func `the session cookie's name keeps other hosts from setting it, but on localhost without TLS`() throws {
        let secure = try PublicURL("https://auth.example.com")
        #expect(SessionCookie.name(under: secure) == "__Host-gateway_session")
        #expect(SessionCookie.name(under: secure, isForDomain: true) == "__Secure-gateway_session")
        #expect(SessionCookie.name(under: try PublicURL("http://localhost:8080")) == "gateway_session")
    }
}
