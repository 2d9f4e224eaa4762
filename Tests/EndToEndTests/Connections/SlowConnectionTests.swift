import Foundation
import Synchronization
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
        let visitors = Visitors(to: gateway)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await visitors.ask() }
            let open = try await Self.openAThousand(to: address)
            try await Self.waitForTheirEnd(open, opened: ContinuousClock.now)
            visitors.end()
            try await group.waitForAll()
        }
        let waits = visitors.waits.sorted()
        #expect(waits.count > 20)
        #expect(waits[waits.count / 2] < .milliseconds(500), "\(waits)")
        #expect(waits[waits.count * 95 / 100] < .seconds(1), "\(waits)")
        #expect(try #require(waits.last) < .seconds(2), "\(waits)")
        #expect(await gateway.process.end() == 0)
    }

    /// Opened on a thread that may wait, for the visitors come meanwhile.
    private static func openAThousand(to address: LocalAddress) async throws -> [(Kind, OpenSocket)] {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try (0..<1000).map { number in
                            let kind = kinds[number % kinds.count]
                            let connection = try OpenSocket(to: address)
                            connection.send(kind.beginning)
                            if kind.isKeptAlive { _ = connection.answer() }
                            if kind.isHalfClosed { connection.endSending() }
                            return (kind, connection)
                        }
                    })
            }
        }
    }

    /// Two seconds from the last one's first byte, or its answer, and as many until the answer's end is given up on.
    private static func waitForTheirEnd(
        _ connections: [(Kind, OpenSocket)], opened: ContinuousClock.Instant
    ) async throws {
        var open = connections
        while !open.isEmpty {
            for (kind, connection) in open where kind.isTrickling { connection.send("a") }
            try await Task.sleep(for: .milliseconds(50))
            open.removeAll { $0.1.hasEnded }
            let left = Set(open.map(\.0.name)).sorted()
            try #require(ContinuousClock.now - opened < .seconds(9), "\(open.count) are still open: \(left)")
        }
    }

    private struct Kind: Sendable {
        let name: String
        var beginning: [UInt8] = []
        /// Sends on, a byte at a time, which must buy it nothing.
        var isTrickling = false
        var isHalfClosed = false
        var isKeptAlive = false

        init(_ name: String, _ text: String = "") { (self.name, beginning) = (name, Array(text.utf8)) }

        func with(_ change: (inout Self) -> Void) -> Self {
            var copy = self
            change(&copy)
            return copy
        }
    }

    private static let kinds: [Kind] = {
        let header = "GET /auth/verify HTTP/1.1\r\nHost: localhost\r\n"
        let post = "POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        let halves = [
            Kind("half a request line", "GET /auth/ver"), Kind("half a header", header + "X-Slow: "),
            Kind("half a body", post + "Content-Length: 60000\r\n\r\n{"),
            Kind("half a chunk", post + "Transfer-Encoding: chunked\r\n\r\nffff\r\n{"),
        ]
        let trickling = halves.map { half in half.with { $0.isTrickling = true } }
        let halfClosed = (halves + [Kind("nothing")]).map { half in half.with { $0.isHalfClosed = true } }
        return halves + trickling + halfClosed + [
            Kind("silent"), Kind("kept alive", header + "\r\n").with { $0.isKeptAlive = true },
            Kind("TLS").with { $0.beginning = [0x16, 0x03, 0x01] },
        ]
    }()
}

/// Who comes for an ordinary answer, again and again, while the gateway is being held up.
private final class Visitors: Sendable {
    private let gateway: GatewayProcess
    private let state = Mutex((waits: [Duration](), isOver: false))

    init(to gateway: GatewayProcess) { self.gateway = gateway }

    var waits: [Duration] { state.withLock(\.waits) }

    func end() { state.withLock { $0.isOver = true } }

    func ask() async throws {
        while !state.withLock(\.isOver), !Task.isCancelled {
            let asked = ContinuousClock.now
            #expect(try await gateway.get("/auth/verify").status == 401)
            state.withLock { $0.waits.append(ContinuousClock.now - asked) }
        }
    }
}

/// Lets this process open so many files, as far as it may.
func allowOpenFiles(_ count: UInt) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < count else { return }
    limit.rlim_cur = min(count, limit.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
