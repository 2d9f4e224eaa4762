import GatewayKit
import Testing

@Suite struct EmailAddressTests {
    @Test(arguments: ["john@example.com", "o'brien+tag=x@example.com", "?=a=@example.com", "a@xn--kln-sna.example"])
    func `an address is taken as it is`(typed: String) throws {
        #expect(try EmailAddress(typed).text == typed)
    }

    @Test(arguments: [
        "j\u{fc}rgen@example.com", "ju\u{308}rgen@example.com", "a@k\u{f6}ln.example", "\u{212a}@a.example",
    ])
    func `an address with other characters than ASCII is refused, and told why`(typed: String) {
        #expect(throws: InputRefusal("invalid_email", "must hold ASCII characters only, such as name@example.com")) {
            try EmailAddress(typed)
        }
    }

    @Test(arguments: ["=?utf-8?q?victim?=@example.com", "x=?utf-8?b?dmljdGlt?=@example.com", "=?@example.com"])
    func `an address that mail programs would decode to another is refused`(typed: String) {
        #expect(throws: InputRefusal("invalid_email", "must be an e-mail address such as name@example.com")) {
            try EmailAddress(typed)
        }
    }

    @Test(arguments: [
        ("John.Doe@Example.COM", "john.doe@example.com"), ("o'neil+x@mail-1.example", "o'neil+x@mail-1.example"),
        ("a@localhost", "a@localhost"),
    ]) func `an address is stored with its ASCII letters folded`(typed: String, stored: String) throws {
        #expect(Array(try EmailAddress(typed).text.utf8) == Array(stored.utf8))
    }

    @Test(arguments: [
        "", "@", "a", "a@", "@example.com", "a@b@example.com", "a b@example.com", "a\u{0}@example.com",
        "a@exa mple.com", "a@-example.com", "a@example-.com", "a@example..com", "a@.example.com", "a@example.com.",
        "a@ex\u{E4}mple.com", "\"a\"@example.com", "a@[192.0.2.1]", "a\u{2028}@example.com",
        String(repeating: "a", count: 65) + "@example.com",
    ]) func `what is no address is refused`(typed: String) {
        #expect(throws: InputRefusal.self) { try EmailAddress(typed) }
    }

    @Test(arguments: [
        ".a@example.com", "a.@example.com", "a..b@example.com", ".\u{301}a@example.com", "a.\u{301}.@example.com",
        "a..\u{301}b@example.com", "a.\u{301}..b@example.com", "a@\u{301}b@example.com", "a@-\u{301}x.com",
        "a@example.\u{301}com",
    ]) func `dots, hyphens and the @ are found by their bytes, whatever stands on them`(typed: String) {
        #expect(throws: InputRefusal.self) { try EmailAddress(typed) }
    }
}
