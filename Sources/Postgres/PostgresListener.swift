import Foundation
import Synchronization

/// What another connection has said by NOTIFY.
public struct PostgresNotification: Hashable, Sendable {
    /// The channel.
    public let channel: String
    /// The text; empty where none was given.
    public let payload: String
}

/// Hears what is said on some channels, on a connection and a thread of its own, and connects again whenever that was
/// lost.
///
/// What was said while it was not connected is lost: whoever hears `listening` has to look for it, and silence proves
/// nothing, for a server that is cut off is silent too.
public final class PostgresListener: Sendable {
    /// What there is to hear.
    public enum News: Hashable, Sendable {
        /// From now on everything is heard.
        case listening
        /// Somebody has said something.
        case notified(PostgresNotification)
        /// Nothing is heard until `listening`.
        case lost(PostgresFailure)
    }

    /// The news, for one task; of those that nobody takes, the newest. Ends when the listener is closed.
    public let news: AsyncStream<News>
    private let work: ListenerWork

    /// Begins to listen.
    public init(
        to target: PostgresTarget, channels: [String], clock: PostgresClock,
        deadlines: PostgresDeadlines = PostgresDeadlines()
    ) {
        let (news, continuation) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(256))
        self.news = news
        work = ListenerWork(
            servers: PostgresServers(target), channels: channels, clock: clock, deadlines: deadlines, news: continuation
        )
        let thread = Thread { [work] in work.run() }
        thread.name = "postgres-listen"
        thread.start()
    }

    deinit { work.close() }

    /// Ends the listening.
    public func close() { work.close() }
}

/// What the listener's thread does; it holds this, and not the listener.
private final class ListenerWork: Sendable {
    /// How long silence is taken for quiet before the server is asked whether it is there.
    private static let silence = Duration.seconds(10)

    private let servers: PostgresServers
    private let channels: [String]
    private let clock: PostgresClock
    private let deadlines: PostgresDeadlines
    private let news: AsyncStream<PostgresListener.News>.Continuation
    private let bell = Bell()

    init(
        servers: PostgresServers, channels: [String], clock: PostgresClock, deadlines: PostgresDeadlines,
        news: AsyncStream<PostgresListener.News>.Continuation
    ) {
        self.servers = servers
        self.channels = channels
        self.clock = clock
        self.deadlines = deadlines
        self.news = news
    }

    func close() { bell.ring() }

    func run() {
        var failures = 0
        while !bell.isRung {
            do throws(PostgresFailure) {
                let connection = try PostgresConnection.open(servers, clock: clock, deadlines: deadlines)
                for channel in channels {
                    let quoted = channel.replacing("\"", with: "\"\"")
                    try connection.runScript("LISTEN \"\(quoted)\"", until: clock.elapsed() + deadlines.statement)
                }
                failures = 0
                news.yield(.listening)
                try listen(on: connection)
            } catch {
                news.yield(.lost(error))
                failures += 1
                let pause = min(.seconds(1), .milliseconds(50) * (1 << min(failures - 1, 10)))
                bell.wait(atMost: pause * (1 - clock.fraction() / 2))
            }
        }
        news.finish()
    }

    /// Until the bell rings.
    private func listen(on connection: PostgresConnection) throws(PostgresFailure) {
        while true {
            do throws(PostgresFailure) {
                let end = clock.elapsed() + Self.silence
                guard let heard = try connection.news(or: bell.descriptor, until: end) else { return }
                for notification in heard { news.yield(.notified(notification)) }
                continue
            } catch {
                guard error.reason == .late else { throw error }
            }
            try connection.runScript("", until: clock.elapsed() + deadlines.statement)
        }
    }
}
