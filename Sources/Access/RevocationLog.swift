public import GatewayKit
public import Logging
public import ServiceLifecycle
import Synchronization

/// Follows the store's revocation log into a ``RevocationTable``, by asking for what is new whenever the store tells
/// that there is something and whenever this node has itself revoked something; and in any case twice a second, or
/// twenty times a second where the store tells nothing.
public final class RevocationLog: Service, RevocationFollower {
    private struct Progress {
        var lastID: Int64 = 0
        /// When the last reading that came to the log's end began.
        var readToEnd: Duration?
        var isOut = false
        var isSilent = false
        var staleAfter: Duration
        /// Whether it was said that the table is believed no more.
        var isStale = false
        var nextDrop = Duration.zero

        /// The same of whether the store tells nothing.
        mutating func note(isSilent: Bool) -> Bool {
            defer { self.isSilent = isSilent }
            return self.isSilent != isSilent
        }

        /// Notes whether the store is out of reach; true when that is news.
        mutating func note(isOut: Bool) -> Bool {
            defer { self.isOut = isOut }
            return self.isOut != isOut
        }

        /// The same of the table.
        mutating func note(isStale: Bool) -> Bool {
            defer { self.isStale = isStale }
            return self.isStale != isStale
        }
    }

    /// Where the rows go.
    public let table: RevocationTable
    private let storage: any Storage
    private let time: any TimeSource
    private let logger: Logger
    private let progress: Mutex<Progress>
    private let madeAt: Duration
    /// Until when the table can be believed: asked at every sight of a credential, so that no lock is taken for it.
    private let believedUntil = Atomic(Int64.min)
    private let signal = Signal()
    /// Whether the store tells what is new.
    private let isTold = Atomic(false)

    /// Takes the store and the table that it fills; `staleAfter` is how long the table may be believed after the log
    /// was last read to its end.
    public init(
        storage: any Storage, table: RevocationTable, time: any TimeSource, staleAfter: Duration = .seconds(30),
        logger: Logger
    ) {
        self.storage = storage
        self.table = table
        self.time = time
        progress = Mutex(Progress(staleAfter: staleAfter))
        self.logger = logger
        madeAt = time.elapsed()
    }

    /// Whether the log was ever read to its end; before that, this node must not be asked.
    public var isReady: Bool { progress.withLock { $0.readToEnd != nil } }

    /// How far the log was read: the id of the last row.
    var position: Int64 { progress.withLock(\.lastID) }

    /// How long ago the log was last read to its end, by a clock that never goes back; nil before the first time.
    public var age: Duration? {
        let now = time.elapsed()
        return progress.withLock(\.readToEnd).map { now - $0 }
    }

    /// How far the table may lie behind: since the log was last read to its end, or since this node began.
    public var lag: Duration { age ?? time.elapsed() - madeAt }

    /// Whether the table can be believed now.
    public var isFresh: Bool { time.elapsed().ticks < believedUntil.load(ordering: .acquiring) }

    /// Believes the table for so long from now on.
    public func believe(for staleAfter: Duration) {
        progress.withLock { progress in
            progress.staleAfter = staleAfter
            believe(progress)
        }
    }

    private func believe(_ progress: Progress) {
        guard let readToEnd = progress.readToEnd else { return }
        believedUntil.store((readToEnd + progress.staleAfter).ticks, ordering: .releasing)
    }

    /// Follows the log until a shutdown begins or the task is cancelled.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.hear() }
                repeat {
                    await self.catchUp()
                    self.dropExpiredNowAndThen()
                } while (try? await self.signal.wait(atMost: self.rest, by: self.time)) != nil
                group.cancelAll()
            }
        }
    }

    /// Notes what the store tells.
    private func hear() async {
        for await news in storage.revocationNews() {
            note(news)
            signal.poke()
        }
        isTold.store(false, ordering: .releasing)
    }

    private func note(_ news: RevocationNews) {
        switch news {
        case .added:
            isTold.store(true, ordering: .releasing)
            guard progress.withLock({ $0.note(isSilent: false) }) else { return }
            logger.info("the store tells of revocations again")
        case .silent(let reason):
            isTold.store(false, ordering: .releasing)
            guard progress.withLock({ $0.note(isSilent: true) }) else { return }
            logger.warning(
                "the store does not tell of revocations: they are looked for twenty times a second",
                metadata: [LogKey.error: "\(reason)"])
        }
    }

    /// How long until the next look. What is told can be lost with a connection that nobody knows to be gone; and the
    /// table is to be fresh when it is asked.
    private var rest: Duration {
        guard isTold.load(ordering: .acquiring) else { return .milliseconds(50) }
        return min(.milliseconds(500), progress.withLock(\.staleAfter) / 4)
    }

    /// Reads the log to its end now. A store that is out of reach is said once, and tried again by ``run()``.
    public func catchUp() async {
        do throws(StorageError) {
            try await readToEnd()
            let wasStale = progress.withLock { $0.note(isStale: false) }
            guard progress.withLock({ $0.note(isOut: false) }) else { return }
            logger.info(
                wasStale
                    ? "the revocation log is readable again, and credentials are judged again"
                    : "the revocation log is readable again")
        } catch {
            let facts: Logger.Metadata = [
                LogKey.error: "\(error)",
                LogKey.staleAfterSeconds: "\(progress.withLock(\.staleAfter).wholeSecondsRoundedUp)",
            ]
            if progress.withLock({ $0.note(isOut: true) }) {
                logger.warning(
                    "the revocation log cannot be read; credentials are refused when this lasts", metadata: facts)
            }
            guard !isFresh, progress.withLock({ $0.note(isStale: true) }) else { return }
            logger.error(
                "the revocation log is stale: every credential is answered 503 until it can be read",
                metadata: facts)
        }
    }

    private func readToEnd() async throws(StorageError) {
        let start = time.elapsed()
        while true {
            let last = progress.withLock(\.lastID)
            let rows = try await storage.read { records throws(StorageError) in
                try records.revocations.rows(after: last, limit: Self.page)
            }
            table.add(rows)
            let isEnd = rows.count < Self.page
            progress.withLock { progress in
                progress.lastID = max(progress.lastID, rows.last?.id ?? 0)
                if isEnd {
                    progress.readToEnd = max(progress.readToEnd ?? start, start)
                    believe(progress)
                }
            }
            if isEnd { return }
        }
    }

    private func dropExpiredNowAndThen() {
        let now = time.elapsed()
        let isDue = progress.withLock { progress in
            guard progress.nextDrop <= now else { return false }
            progress.nextDrop = now + .seconds(60)
            return true
        }
        if isDue { table.dropExpired(before: time.now()) }
    }

    private static let page = 1000
}

extension Duration {
    /// In units of 2^30 attoseconds, a little more than a nanosecond: of which a word holds three hundred years.
    fileprivate var ticks: Int64 { Int64(truncatingIfNeeded: attoseconds >> 30) }
}
