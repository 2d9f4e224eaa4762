import GatewayHTTP
import GatewayKit
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(5))) struct ConnectionLimitTests {
    @Test func `one connection too many is told so at once, and the next gets in when another has gone`() async throws {
        let (surplus, next) = try await withListener(Doors(), limits: Self.limits(connections: 2)) { address in
            let first = try await address.hold(behind: Self.waiting)
            let second = try await address.hold(behind: Self.waiting)
            let surplus = try await address.exchange("")
            try await first.close()
            var next = surplus  // The gateway learns of the end a moment later.
            while !next.contains(" 200 ") { next = try await address.exchange(Self.request) }
            try await second.close()
            return (surplus, next)
        }
        #expect(surplus.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(surplus.contains("\r\nRetry-After: 1\r\n"))
        #expect(surplus.contains("\r\nConnection: close\r\n"))
        #expect(surplus.contains(#""code":"busy""#))
        #expect(next.hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test func `what one too many has sent does not keep its answer from it`() async throws {
        let answer = try await withListener(Doors(), limits: Self.limits(connections: 1)) { address in
            let first = try await address.hold(behind: Self.waiting)
            let answer = try await address.exchange(Self.request)
            try await first.close()
            return answer
        }
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.hasSuffix("}"))
    }

    /// Whoever waits here waits until the test is done, however slow the machine is.
    private static func limits(connections: Int) -> Listener.Limits {
        Listener.Limits(bodyTimeout: .seconds(600), requestTimeout: .seconds(600), connections: connections)
    }

    private static let request = "GET /things/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    private static let waiting = """
        POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\
        Expect: 100-continue\r\n\r\n
        """
}
