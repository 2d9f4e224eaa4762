import GatewayKit
import GatewayTestKit
import Logging
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite(.timeLimit(.minutes(5))) struct ConnectionWatchTests {
    @Test func `a limit that is reached is said once, and again only when a tenth of it was free meanwhile`() {
        let (metrics, log, time) = (RecordedMetrics(), RecordedLog(), ManualTime())
        let watch = ConnectionWatch(metrics: metrics, time: time, logger: log.logger)
        watch.begin(limit: 20)
        for (count, surplus) in [(20, 2), (19, 0), (20, 1), (18, 0), (17, 0), (20, 1)] {
            watch.served(count, of: 20)
            time.advance(by: .seconds(60))
            for _ in 0..<surplus { watch.filled(limit: 20) }
        }
        let full = "all connections of server.limits.connections are open: more are answered 503"
        #expect(log.lines.map(\.message) == [full, "there is room for connections again", full])
        #expect(metrics.value("auth_gateway_http_connections") == 20)
        #expect(metrics.value("auth_gateway_http_connections_limit") == 20)
    }

    @Test func `a flood is said once a minute, however often the limit is reached`() {
        let (log, time) = (RecordedLog(), ManualTime())
        let watch = ConnectionWatch(metrics: RecordedMetrics(), time: time, logger: log.logger)
        watch.begin(limit: 20)
        for _ in 0..<30 {
            watch.served(20, of: 20)
            watch.filled(limit: 20)
            watch.droppedOne()
            watch.served(3, of: 20)
            time.advance(by: .seconds(4))
        }
        let full = "all connections of server.limits.connections are open: more are answered 503"
        let room = "there is room for connections again"
        #expect(log.lines.map(\.message) == [full, room, full, room])
        // Those of the minute in which nothing was said are told with the next.
        #expect(log.lines.map { $0.metadata["refused"] } == [nil, "2", nil, "30"])
    }

    @Test func `a limit that stays reached is said, although the log spoke of it a moment before`() {
        let (log, time) = (RecordedLog(), ManualTime())
        let watch = ConnectionWatch(metrics: RecordedMetrics(), time: time, logger: log.logger)
        watch.filled(limit: 20)
        watch.served(3, of: 20)
        for _ in 0..<90 {
            watch.filled(limit: 20)
            time.advance(by: .seconds(1))
        }
        #expect(log.lines.map(\.level) == [.warning, .info, .warning])
    }

    @Test func `operators see open connections, and what was refused before it was a request`() async throws {
        let doors = Doors()
        let metrics = doors.metrics
        let open = { @Sendable in metrics.value("auth_gateway_http_connections") }
        let refused = { @Sendable (code: String) in
            metrics.value("auth_gateway_http_connection_refusals_total", ["code": code])
        }
        try await withListener(doors, limits: Listener.Limits(connections: 2)) { address in
            _ = try await address.exchange("SECRET\r\n\r\n")
            #expect(refused("malformed_request") == 1)
            while open() != 0, !Task.isCancelled { await Task.yield() }
            let head = "GET /things/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            _ = try await address.exchange(head)
            #expect(refused("malformed_request") == 1)
        }
        while open() != 0, !Task.isCancelled { await Task.yield() }
        #expect(refused("dropped") == 0)
        #expect(!"\(metrics.series)".contains("SECRET"))
    }

    @Test func `a connection too many counts as busy`() async throws {
        let doors = Doors()
        let refusals = { doors.metrics.value("auth_gateway_http_connection_refusals_total", ["code": "busy"]) }
        let limits = Listener.Limits(bodyTimeout: .seconds(600), requestTimeout: .seconds(600), connections: 1)
        let answer = try await withListener(doors, limits: limits) { address in
            let first = try await address.hold(
                behind: """
                    POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\
                    Expect: 100-continue\r\n\r\n
                    """)
            let answer = try await address.exchange("")
            try await first.close()
            return answer
        }
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(refusals() == 1)
    }
}
