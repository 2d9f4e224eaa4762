import Foundation
import Testing

/// Time is the subject here, so the clock is the real one.
@Suite(.timeLimit(.minutes(5))) struct SlowConnectionTests {
    @Test func `a thousand silent, half-open and slow connections are gone in time, and others are served meanwhile`()
        async throws
    {
        allowOpenFiles(2048)
        let gateway = try await GatewayProcess.start(
            in: TestFolder(),
            server: "limits: {header_timeout: 2s, body_timeout: 2s, request_timeout: 4s, idle_timeout: 2s}")
        let address = LocalAddress.port(gateway.port)
        let begun = ContinuousClock.now
        let connections = try (0..<1000).map { number in
            let connection = try OpenSocket(to: address)
            connection.send(Self.beginnings[number % Self.beginnings.count])
            return connection
        }
        let opened = ContinuousClock.now
        var open = connections
        var waits: [Duration] = []
        while !open.isEmpty {
            // One kind trickles on, a byte at a time, which must buy it nothing.
            for connection in open { connection.send("a") }
            let asked = ContinuousClock.now
            let answer = try await gateway.get("/auth/verify")
            #expect(answer.status == 401)
            waits.append(ContinuousClock.now - asked)
            open.removeAll(where: \.hasEnded)
            try #require(ContinuousClock.now - begun < .seconds(60), "\(open.count) connections are still open")
        }
        // Two seconds from the last one's first byte, and as many until the answer's end is given up on.
        #expect(ContinuousClock.now - opened < .seconds(9))
        #expect(waits.sorted()[waits.count / 2] < .milliseconds(500), "\(waits)")
        #expect(await gateway.process.end() == 0)
    }

    /// Half a request line, half a header, half a body, a chunk that does not end, and bytes of TLS to a port without.
    private static let beginnings = [
        "GET /auth/ver", "GET /auth/verify HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        """
        POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
        Content-Length: 60000\r\n\r\n{
        """,
        """
        POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
        Transfer-Encoding: chunked\r\n\r\nffff\r\n{
        """, "",
    ]
}

/// Lets this process open so many files, as far as it may.
func allowOpenFiles(_ count: UInt) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < count else { return }
    limit.rlim_cur = min(count, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
