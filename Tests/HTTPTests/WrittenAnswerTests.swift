import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Testing

/// Answers to requests that come over no connection.
@Suite struct WrittenAnswerTests {
    private func answer(
        _ method: HTTPRequest.Method, _ path: String, from peer: Peer, headers: HTTPFields = [:]
    ) async throws -> (status: Int, text: String) {
        let doors = Doors(trustedProxies: [.unixSocket])
        var request = HTTPRequest(method: method, scheme: nil, authority: "a.test", path: path)
        request.headerFields = headers
        let answer = try await WrittenAnswer(
            of: doors.frontDoor(), to: request, from: peer, at: Timestamp(milliseconds: 0), logger: doors.log.logger)
        return (answer.status, String(decoding: answer.bytes, as: UTF8.self))
    }

    @Test func `an answer is written as it would be sent`() async throws {
        let shown = try await answer(.get, "/things/newest", from: .unknown)
        #expect(shown.status == 200)
        let id = try #require(shown.text.firstMatch(of: #/X-Request-ID: ([a-z2-7]{26})\r\n/#)?.output.1)
        #expect(
            shown.text.split(separator: "\r\n", omittingEmptySubsequences: false) == [
                "HTTP/1.1 200 OK", "Content-Type: text/plain; charset=utf-8", "Content-Length: 6",
                "X-Request-ID: \(id)", "Date: Thu, 01 Jan 1970 00:00:00 GMT", "", "newest",
            ])
        let head = try await answer(.head, "/things/newest", from: .unknown)
        #expect(head.text.contains("Content-Length: 6\r\n"))
        #expect(head.text.hasSuffix("\r\n\r\n"))
        let refused = try await answer(.get, "/nothing", from: .unknown)
        #expect(refused.status == 404)
        #expect(refused.text.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(refused.text.contains(#""code":"not_found""#))
    }

    @Test func `the peer is believed as it would be over a connection`() async throws {
        let stated: HTTPFields = [.forwardedFor: "192.0.2.7"]
        #expect(try await answer(.get, "/client", from: .unixSocket, headers: stated).text.hasSuffix("192.0.2.7 true"))
        let somebody = try #require(IPAddress("198.51.100.1"))
        let other = try await answer(.get, "/client", from: .address(somebody), headers: stated)
        #expect(other.text.hasSuffix("198.51.100.1 false"))
        #expect(TrustedProxies([]).somebody == .unknown)
        let network = try #require(IPNetwork("10.0.0.0/8"))
        let proxies = TrustedProxies([.network(network)])
        #expect(proxies.trust(proxies.somebody))
        #expect(TrustedProxies([.network(network), .unixSocket]).somebody == .unixSocket)
    }
}
