import Foundation
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import Hummingbird
import Logging
import Testing

/// What never becomes a request is refused like any other, and its connection ends; else the time limit ends the test.
@Suite(.timeLimit(.minutes(5))) struct RefusedBytesTests {
    @Test(arguments: [
        ("GET /things/7 HTTP/1.1\r\nHost a\r\n\r\n", 400, "malformed_request"),
        ("GET /things/7 HTTP/2.0\r\nHost: a\r\n\r\n", 400, "malformed_request"),
        ("\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\u{01}", 400, "malformed_request"),
        ("GET /things/7 HTTP/1.1\r\nHost: a\r\n : b\r\n\r\n", 400, "malformed_request"),
        ("POST /names HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, "malformed_request"),
        (
            "POST /names HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
            "malformed_request"
        ),
        (Self.post + "Transfer-Encoding: \r\nContent-Length: 2\r\n\r\n{}", 400, "malformed_request"),
        (Self.post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: \r\n\r\n0\r\n\r\n", 400, "malformed_request"),
        (Self.post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400, "malformed_request"),
        (Self.post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400, "malformed_request"),
        (
            "POST /verify HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400, "malformed_request"
        ), ("CONNECT /verify HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed_request"),
        ("GET /things/7 HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 1000) + "\r\n", 431, "header_too_large"),
        (
            "GET /things/7 HTTP/1.1\r\nHost: a\r\nA: \(String(repeating: "b", count: 20_000))\r\n\r\n", 431,
            "header_too_large"
        ),
        ("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 431, "header_too_large"),
        ("GET /\(String(repeating: "a", count: 200_000))", 431, "header_too_large"),
    ]) func `bytes that are no request get a problem, and the connection ends`(
        bytes: String, status: Int, code: String
    ) async throws {
        let answer = try await withListener(Doors()) { try await $0.exchange(bytes) }
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.contains("\r\nContent-Type: application/problem+json\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains(#/\r\nDate: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT\r\n/#))
        #expect(answer.contains(#"{"type":"https://auth.example.com/problems/\#(code)""#))
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
    }

    private static let post = "POST /verify HTTP/1.1\r\nHost: a\r\n"

    @Test func `a chunk that is none is refused where the route reads it`() async throws {
        let answer = try await withListener(Doors()) { address in
            try await address.exchange(
                """
                POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
                zz\r\n
                """)
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains(#""code":"malformed_request""#))
    }

    @Test func `requests before the bytes that are none keep their answers`() async throws {
        let answer = try await withListener(Doors()) { address in
            try await address.exchange("GET /things/7 HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
        }
        let answers = answer.components(separatedBy: "HTTP/1.1 ").dropFirst()
        #expect(answers.map { $0.prefix(3) } == ["200", "400"])
    }

    @Test func `a header that is not sent in time is refused`() async throws {
        let answer = try await withListener(Doors(), limits: Listener.Limits(headerTimeout: .milliseconds(50))) {
            try await $0.exchange("GET /things/7 HTTP/1.1\r\nHost: a\r\n")
        }
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.contains(#""code":"request_timeout""#))
    }

    @Test func `a body that is not sent in time is refused where the route reads it`() async throws {
        let answer = try await withListener(Doors(), limits: Listener.Limits(bodyTimeout: .milliseconds(50))) {
            try await $0.exchange(
                "POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{")
        }
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains(#""code":"request_timeout""#))
    }

    @Test func `a body that no route reads holds its connection no longer`() async throws {
        let answer = try await withListener(Doors(), limits: Listener.Limits(bodyTimeout: .milliseconds(50))) {
            try await $0.exchange("POST /verify HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n{")
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    /// An answer to HEAD has no body (RFC 9110, section 9.3.2), and whoever reads on would take it for the next answer.
    @Test(arguments: ["Host a\r\n\r\n", "A: \(String(repeating: "b", count: 20_000))\r\n\r\n", "Host: a\r\n"])
    func `a HEAD that is refused while it is read gets no body`(rest: String) async throws {
        let answer = try await withListener(Doors(), limits: Listener.Limits(headerTimeout: .milliseconds(50))) {
            try await $0.exchange("HEAD /things/7 HTTP/1.1\r\n" + rest)
        }
        #expect(answer.hasPrefix("HTTP/1.1 4"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test(arguments: ["GET", "HEAD"])
    func `a request without an answer in time is refused, counted and said`(method: String) async throws {
        var doors = Doors()
        doors.endpoints.append(
            Endpoint(Route(.get, "/never", "Never answers.", answers: [])) { _, _, exchange -> Response in
                exchange.logger.info("begins")
                try await Task.sleep(for: .seconds(3600))
                throw CancellationError()
            })
        let answer = try await withListener(doors, limits: Listener.Limits(requestTimeout: .milliseconds(50))) {
            try await $0.exchange("\(method) /never HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        // An answer to HEAD has no body (RFC 9110, section 9.3.2).
        #expect(answer.hasSuffix("\r\n\r\n") == (method == "HEAD"))
        let refusals = doors.metrics.value("auth_gateway_http_connection_refusals_total", ["code": "unavailable"])
        #expect(refusals == 1)
        let said = "a request had no answer within server.limits.request_timeout, and was answered 503"
        #expect(doors.log.lines.filter { $0.level == .warning }.map(\.message) == [said])
        // The request's own lines are found by the id that its client was given.
        let ids = doors.log.lines.filter { [said, "begins"].contains($0.message) }.map { $0.metadata["request_id"] }
        let id = try #require(answer.firstMatch(of: #/X-Request-Id: (\S+)/#.ignoresCase()).map { String($0.output.1) })
        // On a busy machine its time may be over before it begins.
        #expect(!ids.isEmpty && ids.allSatisfy { $0 == "\(id)" })
    }

    @Test func `a body that is stated to be too long is not waited for`() async throws {
        let answer = try await withListener(Doors()) { address in
            try await address.exchange(
                "POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1001\r\n\r\n{")
        }
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(answer.contains("\r\nConnection: close\r\n"))
    }
}
