public import GatewayKit
public import Logging
public import ServiceLifecycle

/// Removes what has expired, soon after the start and then every few minutes, in small batches: sessions, spent nonces,
/// API keys, links, pending registrations, guesses, revocations and spent counts of limits. Of the gateways that share
/// a store one does it at a time.
public struct Chores: Service {
    private let storage: any Storage
    private let lifetimes: TokenLifetimes
    private let time: any TimeSource
    private let random: any RandomSource
    private let logger: Logger

    /// Takes the store, and the lifetimes that say when something has expired.
    public init(
        storage: any Storage, lifetimes: TokenLifetimes, time: any TimeSource, random: any RandomSource, logger: Logger
    ) {
        self.storage = storage
        self.lifetimes = lifetimes
        self.time = time
        self.random = random
        self.logger = logger
    }

    /// Cleans up until a shutdown begins or the task is cancelled; a round that fails is tried again with the next.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = between(.seconds(2), and: .seconds(8))
            while true {
                do { try await time.sleep(for: pause) } catch { return }
                pause = between(.seconds(240), and: .seconds(360))
                do throws(AccountsError) {
                    try await cleanUp()
                } catch {
                    logger.warning(
                        "what has expired could not be removed, and is tried again in some minutes",
                        metadata: [LogKey.error: "\(error)"])
                }
            }
        }
    }

    /// Removes all that has expired by now.
    func cleanUp() async throws(AccountsError) {
        let now = time.now()
        // A session outlives its last access token, so that whoever ends all sessions of an account misses none.
        let margin = Revoker.traceLife
        let idleSince = now - lifetimes.refreshIdle - margin
        try await inBatches { records, limit throws(StorageError) in
            try records.sessions.endExpired(before: now - margin, idleSince: idleSince, limit: limit)
        }
        let spentBy = now - lifetimes.refreshGrace
        try await inBatches { records, limit throws(StorageError) in
            try records.sessions.eraseNonces(of: nil, rotatedBy: spentBy, limit: limit)
        }
        try await inBatches { records, limit throws(StorageError) in
            try records.apiKeys.deleteExpired(before: now, limit: limit)
        }
        try await inBatches { records, limit throws(StorageError) in
            try records.links.deleteExpired(before: now, limit: limit)
        }
        try await inBatches { records, limit throws(StorageError) in
            try records.registrations.deleteExpired(before: now, limit: limit)
        }
        try await inBatches { records, limit throws(StorageError) in
            try records.guesses.deleteExpired(before: now, limit: limit)
        }
        try await inBatches { records, limit throws(StorageError) in
            try records.revocations.deleteExpired(before: now, limit: limit)
        }
        try await forgetCounts()
    }

    /// Removes spent counts; it is the store that holds one gateway at a time to it.
    private func forgetCounts() async throws(AccountsError) {
        guard let counts = storage.counts else { return }
        for _ in 0..<Self.batchesARound {
            let count: Int
            do throws(StorageError) {
                count = try await counts.removeSpent(limit: Self.batch)
            } catch {
                throw AccountsError(error)
            }
            if count < Self.batch { return }
        }
    }

    /// Repeats a removal, each time in a transaction of its own, until it finds less than a batch.
    private func inBatches(
        _ remove: @escaping @Sendable (any Records, Int) throws(StorageError) -> Int
    ) async throws(AccountsError) {
        for _ in 0..<Self.batchesARound {
            let count = try await storage.commit { records throws(StorageError) in
                try records.isAlone(at: .chores) ? try remove(records, Self.batch) : 0
            }
            if count < Self.batch { return }
        }
    }

    /// A pause at random, so that the nodes of a cluster do not all come at once.
    private func between(_ shortest: Duration, and longest: Duration) -> Duration {
        shortest + (longest - shortest) * random.bytes(2).reduce(0) { $0 << 8 | Int($1) } / 65_536
    }

    /// How many rows go at once, so that no transaction keeps others waiting for long.
    private static let batch = 500
    private static let batchesARound = 1000
}
