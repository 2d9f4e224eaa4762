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
}
