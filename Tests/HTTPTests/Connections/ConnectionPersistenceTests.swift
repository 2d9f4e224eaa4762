import Foundation
import GatewayHTTP
import GatewayKit
import Testing

/// Each exchange ends when the gateway closes, long before the idle time; else the time limit ends the test.
@Suite(.timeLimit(.minutes(5))) struct ConnectionPersistenceTests {
    @Test(arguments: [
        "HTTP/1.1\r\nConnection: close", "HTTP/1.1\r\nConnection: Close", "HTTP/1.1\r\nConnection: TE, cLOSE",
        "HTTP/1.1\r\nProxy-Connection: close",
        "HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket",
        "HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk", "HTTP/1.0",
    ]) func `a connection that cannot go on is closed behind the answer, which says so`(rest: String) async throws {
        let request = "GET /things/7 \(rest)\r\nHost: a\r\n\r\n"
        let answer = try await withListener(Doors()) { try await $0.exchange(request + request) }
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n7"))
        #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
    }

    @Test func `a tunnel is refused, and its connection closed`() async throws {
        let answer = try await withListener(Doors()) { address in
            try await address.exchange("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
    }

    @Test(arguments: [
        ("HTTP/1.1", false), ("HTTP/1.1\r\nUpgrade: h2c", false), ("HTTP/1.0\r\nConnection: Keep-Alive", true),
    ])
    func `any other goes on`(rest: String, isStated: Bool) async throws {
        let first = "GET /things/7 \(rest)\r\nHost: a\r\n\r\n"
        let last = "GET /things/8 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let answer = try await withListener(Doors()) { try await $0.exchange([first, last], since: ["\r\n\r\n7"]) }
        #expect(answer.contains("\r\n\r\n7HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n8"))
        #expect(answer.contains("Connection: keep-alive\r\n") == isStated)
    }

    @Test func `only the answer to the last of several requests says close`() async throws {
        let first = "GET /things/7 HTTP/1.1\r\nHost: a\r\n\r\n"
        let last = "GET /things/8 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let answer = try await withListener(Doors()) { try await $0.exchange(first + first + last) }
        let answers = answer.components(separatedBy: "HTTP/1.1 200 OK\r\n").dropFirst()
        #expect(answers.map { $0.contains("Connection: close") } == [false, false, true])
    }

    @Test func `a client that waits to be told gets to send its body`() async throws {
        let answer = try await withListener(Doors()) { address in
            try await address.exchange([Self.waiting(40), Self.body], since: ["HTTP/1.1 100 Continue\r\n\r\n"])
        }
        #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("ada ada@example.com -"))
    }

    @Test func `a client that waits behind another request is told once that has its answer`() async throws {
        let first = "GET /things/7 HTTP/1.1\r\nHost: a\r\n\r\n"
        let answer = try await withListener(Doors()) { address in
            try await address.exchange([first + Self.waiting(40), Self.body], since: ["HTTP/1.1 100 Continue\r\n\r\n"])
        }
        #expect(answer.contains("\r\n\r\n7HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
    }

    @Test func `a client whose body is stated to be too long is refused instead`() async throws {
        let answer = try await withListener(Doors()) { try await $0.exchange(Self.waiting(1001)) }
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
    }

    private static let body = #"{"name":"ada","email":"ada@example.com"}"#

    private static func waiting(_ length: Int) -> String {
        """
        POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\
        Expect: 100-continue\r\nConnection: close\r\n\r\n
        """
    }
}
