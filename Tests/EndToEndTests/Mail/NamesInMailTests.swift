import Foundation
import Testing

/// What strangers can write into mails: whoever registers states a name, and an address that may be somebody else's.
@Suite(.timeLimit(.minutes(5))) struct NamesInMailTests {
    @Test func `no name holds markup, a URL or a line's end, and none is a link of a mail`() async throws {
        let gateway = try await GatewayProcess.start(in: TestFolder(), extra: GatewayProcess.quick)
        for name in [
            "http://evil.example", "//evil.example", "evil.example/x", "evil.example?x", "mailto:eve", "<b>bold</b>",
            "[here](evil)", "a&amp;b", "{link}", "eve@evil.example", #"a\r\nb"#, #"a\u2028b"#, "www.évil.example",
        ] {
            let refused = try await gateway.register(name, "correct horse battery", address: "eve")
            #expect(refused.status == 422, "\(name)")
            #expect(refused.body.contains(#""pointer":"/username","code":"invalid_characters""#), "\(refused.body)")
        }
        // Dots are allowed, and mail programs make links of names that have some.
        #expect(try await gateway.register("www.evil.example", "correct horse battery", address: "eve").status == 201)
        let mails = Mailbox(folder: gateway.folder)
        _ = try await mails.link(to: "verify-email")
        let texts = mails.texts()
        #expect(texts.count == 1, "who was refused is mailed nothing")
        #expect(texts[0].contains("\r\nHello,\r\n") && texts[0].contains("<p>Hello,</p>"))
        #expect(!texts[0].contains("www.evil.example"))
        let links = texts[0].matches(of: #/href="([^"]*)"/#).map { $0.output.1 }
        #expect(!links.isEmpty && links.allSatisfy { $0.hasPrefix("http://localhost:8080") }, "\(links)")
        await gateway.end()
    }
}
