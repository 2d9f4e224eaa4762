import Foundation
import Testing

/// A request that is made in another's name must not lead the mail's reader to whoever made it.
@Suite(.timeLimit(.minutes(5))) struct MailedLinkTests {
    @Test(arguments: [
        ("", "http://localhost:8080/auth/reset-password/"),
        (#"links: {reset: "https://app.example.com/new-password/{token}"}"#, "https://app.example.com/new-password/"),
    ])
    func `mails name configured places alone, whatever host a request states`(
        links: String, place: String
    ) async throws {
        let folder = try TestFolder()
        // Loopback, from where the test asks, is a trusted proxy by default.
        let gateway = try await GatewayProcess.start(in: folder, extra: links)
        let registered = try await forge("/auth/register", TourTests.registration, at: gateway)
        #expect(registered.status == 201)
        let asked = try await forge("/auth/forgot-password", #"{"email":"john@example.com"}"#, at: gateway)
        #expect(asked.status == 202)
        let mails = Mailbox(folder: folder)
        var texts: [String] = []
        while texts.count < 2 {
            try await Task.sleep(for: .milliseconds(20))
            texts = mails.texts()
        }
        #expect(texts.contains { $0.contains(place) }, "\(texts)")
        for text in texts {
            #expect(!text.lowercased().contains("evil.example") && !text.contains("/evil-prefix"), "\(text)")
            let urls = text.matches(of: #/https?://[^\s]+/#).map { String($0.output) }
            #expect(!urls.isEmpty)
            #expect(urls.allSatisfy { $0.hasPrefix("http://localhost:8080") || $0.hasPrefix(place) }, "\(urls)")
        }
        #expect(await gateway.process.end() == 0)
    }

    private func forge(_ path: String, _ json: String, at gateway: GatewayProcess) async throws -> HTTPAnswer {
        let headers = [
            ("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Port", "666"), ("X-Forwarded-Prefix", "/evil-prefix"), ("X-Forwarded-For", "203.0.113.9"),
            ("Forwarded", "for=203.0.113.9;host=evil.example;proto=https"),
            ("X-Original-URL", "https://evil.example/"), ("Origin", "https://evil.example"),
            ("Referer", "https://evil.example/"), ("Content-Type", "application/json"),
        ]
        return try await HTTPExchange(method: "POST", path: path, headers: headers, body: json).send(to: gateway.port)
    }
}
