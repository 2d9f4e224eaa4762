public import GatewayJOSE
import Synchronization

/// The keys that another issuer shows, as they were last read; shared by all that check its tokens, and by the readings
/// of the file one after another.
public final class IssuerKeys: Sendable {
    /// How often the keys are read again.
    public static let interval = Duration.seconds(300)
    /// The least time between two readings, whatever tokens say.
    public static let leastInterval = Duration.seconds(30)

    private struct State {
        var set: JWKSet?
        var fingerprints: Set<String> = []
        /// When the last good reading began.
        var readAt: Duration?
        /// When the last reading began.
        var triedAt: Duration?
        /// Whether a token has named a key that is not here.
        var isWanted = false
    }

    private let state = Mutex(State())
    private let madeAt: Duration

    /// Begins without keys; `now` is time that never goes back.
    public init(now: Duration) { madeAt = now }

    /// The keys; nil before the first good reading.
    public var set: JWKSet? { state.withLock(\.set) }

    /// How long ago the last good reading was, or how long there has been none.
    public func age(at now: Duration) -> Duration { now - (state.withLock(\.readAt) ?? madeAt) }

    /// Takes what was read by a reading that began at a moment, in the place of all that was before.
    public func replace(by set: JWKSet, readAt: Duration) {
        let fingerprints = Set(set.keys.map(\.fingerprint))
        state.withLock { state in
            state.set = set
            state.fingerprints = fingerprints
            state.readAt = readAt
            state.triedAt = readAt
        }
    }

    /// Has the keys read again as soon as ``leastInterval`` allows.
    public func want() { state.withLock { $0.isWanted = true } }

    /// Whether a key is among them.
    func have(_ key: ForeignKey) -> Bool { state.withLock { $0.fingerprints.contains(key.fingerprint) } }

    /// Whether the keys are to be read now; if so, that counts as begun. What has failed is tried again sooner.
    func beginIfDue(at now: Duration) -> Bool {
        state.withLock { state in
            if let last = state.triedAt {
                let isPressing = state.isWanted || state.readAt != last
                guard now - last >= (isPressing ? Self.leastInterval : Self.interval) else { return false }
            }
            state.triedAt = now
            state.isWanted = false
            return true
        }
    }
}
