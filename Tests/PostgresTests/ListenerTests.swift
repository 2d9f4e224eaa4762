import GatewayTestServers
import Testing

@testable import GatewayPostgres

@Suite(.needsPostgres, .timeLimit(.minutes(5))) struct ListenerTests {
    @Test func `what others say is heard, and again after the connection was lost`() async throws {
        let cluster = try await PostgresCluster.shared()
        let name = try await cluster.makeDatabase()
        let listener = PostgresListener(
            to: try PostgresTarget(url: cluster.url(name)), channels: ["a", "Wörd \"b\""], clock: .system)
        var news = listener.news.makeAsyncIterator()
        #expect(await news.next() == .listening)
        try await cluster.sql(
            "SELECT pg_notify('Wörd \"b\"', 'hello'), pg_notify('c', 'x'), pg_notify('a', '')", in: name)
        #expect(await news.next() == .notified(PostgresNotification(channel: "Wörd \"b\"", payload: "hello")))
        #expect(await news.next() == .notified(PostgresNotification(channel: "a", payload: "")))
        try await cluster.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)' AND query LIKE 'LISTEN%'")
        #expect((await news.next())?.failure != nil)
        #expect(await news.next() == .listening)
        try await cluster.sql("NOTIFY a", in: name)
        #expect(await news.next() == .notified(PostgresNotification(channel: "a", payload: "")))
        listener.close()
        #expect(await news.next() == nil)
    }

    @Test func `a server that is away is told of, and tried again until the listening is ended`() async throws {
        let listener = PostgresListener(
            to: try PostgresTarget(url: "postgres://x@127.0.0.1:1/x"), channels: ["a"], clock: .system)
        var news = listener.news.makeAsyncIterator()
        for _ in 0..<3 {
            #expect((await news.next())?.failure?.reason == .unreachable(nil))
        }
        listener.close()
        while await news.next() != nil {}
    }
}

extension PostgresListener.News {
    fileprivate var failure: PostgresFailure? {
        guard case .lost(let failure) = self else { return nil }
        return failure
    }
}
