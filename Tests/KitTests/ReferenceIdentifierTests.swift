import GatewayKit
import Testing

@Suite struct ReferenceIdentifierTests {
    @Test(arguments: [
        ("mail.example.com", "mail.example.com", true), ("mail.example.com", "MAIL.example.com", true),
        ("mail.example.com", "*.example.com", true), ("a.mail.example.com", "*.example.com", false),
        ("example.com", "*.example.com", false), ("mail.example.com", "m*.example.com", false),
        ("mail.example.com", "*", false), ("localhost", "*.", false), ("mail.example.com", "example.com", false),
        ("mail.example.com", "", false), ("mail.example.com.", "mail.example.com", true),
    ])
    func `a certificate's name is the server's, or has a star for its first label`(
        name: String, certified: String, isRight: Bool
    ) {
        #expect(ReferenceIdentifier(host: name).isCertified(by: [certified]) == isRight)
    }

    @Test func `one of a certificate's names is enough, none is not, and an address is compared by TLS`() {
        let server = ReferenceIdentifier(host: "Mail.example.com")
        #expect(server.name == "mail.example.com")
        #expect(server.isCertified(by: ["other.example.com", "mail.example.com"]))
        #expect(!server.isCertified(by: []))
        for address in ["192.0.2.1", "2001:db8::1", "[2001:db8::1]"] {
            #expect(ReferenceIdentifier(host: address).name == nil)
            #expect(ReferenceIdentifier(host: address).isCertified(by: []))
        }
        // A resolver takes this for an address, TLS does not.
        #expect(!ReferenceIdentifier(host: "127.1").isCertified(by: []))
    }
}
