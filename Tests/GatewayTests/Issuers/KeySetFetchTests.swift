import GatewayAccess
import GatewayKit
import GatewayTestKit
import NIOSSL
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct KeySetFetchTests {
    @Test func `a key set is fetched from the URL, and nothing is sent but what is needed`() async throws {
        let server = try await TLSServer.start(answering: Self.answer("200 OK", #"{"keys":[]}"#))
        let text = try await fetch().text(at: "https://127.0.0.1:\(server.port)/keys?v=1")
        #expect(String(decoding: text, as: UTF8.self) == #"{"keys":[]}"#)
        let lines = server.requests.all.joined().lowercased().split(separator: "\r\n").sorted()
        #expect(
            lines == [
                "accept: application/jwk-set+json, application/json", "get /keys?v=1 http/1.1",
                "host: 127.0.0.1:\(server.port)", "user-agent: auth-gateway/\(Version.current)",
            ])
        try await server.end()
    }

    @Test(arguments: [
        (answer("404 Not Found", "{}"), "the answer has status 404"),
        (answer("204 No Content", ""), "the answer has status 204"),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            "the answer has status 302"
        ),
        ("HTTP/1.1 301 Moved\r\nLocation: /keys\r\nContent-Length: 0\r\n\r\n", "the answer has status 301"),
        (answer("200 OK", String(repeating: "x", count: 262_145)), "the answer is longer than 256 KiB"),
        ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1_000_000), "the answer is longer than 256 KiB"),
    ]) func `what is no plain answer of a fair length is no key set`(answer: String, reason: String) async throws {
        let server = try await TLSServer.start(answering: answer)
        let refusal = await refusal(at: "https://127.0.0.1:\(server.port)/", try fetch())
        #expect(refusal == reason)
        #expect(server.requests.all.count == 1)
        try await server.end()
    }

    @Test func `a key set of the greatest length is taken`() async throws {
        let server = try await TLSServer.start(
            answering: Self.answer("200 OK", String(repeating: "x", count: 262_144)))
        #expect(try await fetch().text(at: "https://127.0.0.1:\(server.port)/").count == 262_144)
        try await server.end()
    }

    @Test func `an answer that does not come is given up after ten seconds`() async throws {
        let server = try await TLSServer.start(answering: nil)
        let time = ManualTime()
        let fetch = try fetch(time)
        async let refusal = refusal(at: "https://127.0.0.1:\(server.port)/", fetch)
        try await time.waitForSleepers()
        time.advance(by: .seconds(10))
        #expect(await refusal == "no whole answer within 10 seconds")
        try await server.end()
    }

    @Test func `a certificate for the server's address is none for its name`() async throws {
        let server = try await TLSServer.start(answering: Self.answer("200 OK", "{}"))
        // A name to TLS, and the address that the certificate is for to a resolver.
        let refusal = await refusal(at: "https://127.1:\(server.port)/", try fetch())
        #expect(refusal == "the server's certificate is for another host")
        #expect(server.requests.all.isEmpty)
        try await server.end()
    }

    @Test func `a server that nobody vouches for gets no request`() async throws {
        let server = try await TLSServer.start(answering: Self.answer("200 OK", "{}"))
        let refusal = await refusal(at: "https://127.0.0.1:\(server.port)/", KeySetFetch(time: ManualTime()))
        #expect(refusal?.contains("CERTIFICATE_VERIFY_FAILED") == true, "\(refusal ?? "it was taken")")
        #expect(server.requests.all.isEmpty)
        try await server.end()
    }

    @Test(arguments: [(TLSVersion.tlsv1, false), (.tlsv11, false), (.tlsv12, true), (.tlsv13, true)])
    func `TLS 1.2 is the least that is spoken`(version: TLSVersion, isEnough: Bool) async throws {
        let server = try await TLSServer.start(answering: Self.answer("200 OK", "{}"), upTo: version)
        let refusal = await refusal(at: "https://127.0.0.1:\(server.port)/", try fetch())
        #expect((refusal == nil) == isEnough, "\(refusal ?? "it was taken")")
        #expect(server.requests.all.isEmpty == !isEnough)
        if let refusal { #expect(refusal.contains("TLSV1_ALERT_PROTOCOL_VERSION"), "\(refusal)") }
        try await server.end()
    }

    @Test func `nothing but https is fetched`() async throws {
        let refusal = await refusal(at: "http://127.0.0.1:1/", try fetch())
        #expect(refusal == "it is no https URL")
    }

    private func fetch(_ time: ManualTime = ManualTime()) throws -> KeySetFetch {
        KeySetFetch(time: time, trusting: try TLSServer.trust())
    }

    private func refusal(at url: String, _ fetch: KeySetFetch) async -> String? {
        do throws(KeySetFailure) {
            _ = try await fetch.text(at: url)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func answer(_ status: String, _ body: String) -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
