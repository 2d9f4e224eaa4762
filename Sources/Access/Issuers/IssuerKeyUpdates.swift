public import CoreMetrics
import GatewayJOSE
public import GatewayKit
public import Logging
public import ServiceLifecycle

/// Reads the keys of other issuers again and again: every five minutes, and half a minute after the last time when that
/// has failed or a token names a key that is unknown. What cannot be read, or is not fit, takes the place of nothing.
public struct IssuerKeyUpdates: Service {
    /// One issuer's keys, and where they come from.
    public struct Source: Sendable {
        let issuer: String
        let keys: IssuerKeys
        let allowingSymmetric: Bool
        let fetch: @Sendable () async throws(KeySetFailure) -> [UInt8]

        /// States every part; `fetch` gets the text of the key set, within a time and a length of its own.
        public init(
            issuer: String, keys: IssuerKeys, allowingSymmetric: Bool,
            fetch: @escaping @Sendable () async throws(KeySetFailure) -> [UInt8]
        ) {
            self.issuer = issuer
            self.keys = keys
            self.allowingSymmetric = allowingSymmetric
            self.fetch = fetch
        }
    }

    private enum Reading: String, CaseIterable {
        case read, unreachable, unfit
    }

    private let sources: [Source]
    private let time: any TimeSource
    private let logger: Logger
    private let readings: OutcomeCounter<Reading>

    /// Takes what it reads, one source at least; by default nothing is counted.
    public init(
        _ sources: [Source], time: any TimeSource, logger: Logger,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) {
        self.sources = sources
        self.time = time
        self.logger = logger
        readings = OutcomeCounter("auth_gateway_issuer_key_readings_total", in: metrics)
    }

    /// Reads until a shutdown begins or the task is cancelled; no issuer waits for another.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { tasks in
                for source in sources { tasks.addTask { await follow(source) } }
            }
        }
    }

    /// Reads the keys that are due, once.
    public func catchUp() async {
        await withDiscardingTaskGroup { tasks in
            for source in sources { tasks.addTask { _ = await readIfDue(source, failedBefore: false) } }
        }
    }

    private func follow(_ source: Source) async {
        var isFailing = false
        repeat { isFailing = await readIfDue(source, failedBefore: isFailing) } while await rest()
    }

    /// Whether there is more to do after a while: the task was not cancelled.
    private func rest() async -> Bool {
        do {
            try await time.sleep(for: .seconds(1))
            return true
        } catch {
            return false
        }
    }

    /// Whether the last reading has failed, which is said when it begins to and when it is over.
    private func readIfDue(_ source: Source, failedBefore: Bool) async -> Bool {
        let now = time.elapsed()
        guard source.keys.beginIfDue(at: now) else { return failedBefore }
        do throws(KeySetFailure) {
            let set = try await read(source)
            source.keys.replace(by: set, readAt: now)
            readings.count(.read)
            if failedBefore {
                logger.info(
                    "the keys of another issuer are readable again", metadata: [LogKey.issuer: "\(source.issuer)"])
            }
            return false
        } catch {
            guard !Task.isCancelled else { return failedBefore }
            readings.count(error.isAboutKeys ? .unfit : .unreachable)
            if !failedBefore {
                logger.warning(
                    source.keys.set == nil
                        ? "the keys of another issuer cannot be read: its tokens are answered 503"
                        : "the keys of another issuer cannot be read: the last good ones are kept",
                    metadata: [LogKey.issuer: "\(source.issuer)", LogKey.error: "\(error)"])
            }
            return true
        }
    }

    private func read(_ source: Source) async throws(KeySetFailure) -> JWKSet {
        let text = try await source.fetch()
        do throws(UnfitKeySet) {
            return try JWKSet(text, allowingSymmetric: source.allowingSymmetric)
        } catch {
            throw KeySetFailure("\(error)", isAboutKeys: true)
        }
    }
}

/// Why an issuer's keys were not read, in words for an operator; nothing of what was read.
public struct KeySetFailure: Error, Hashable, CustomStringConvertible {
    /// What went wrong.
    public let description: String
    /// Whether they were there, and not fit.
    let isAboutKeys: Bool

    /// Says why there is no text.
    public init(_ description: String) { self.init(description, isAboutKeys: false) }

    init(_ description: String, isAboutKeys: Bool) {
        self.description = description
        self.isAboutKeys = isAboutKeys
    }
}
