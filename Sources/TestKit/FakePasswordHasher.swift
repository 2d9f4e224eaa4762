public import GatewayKit
import Synchronization

/// Hashes that cost nothing and hide nothing, with counts of what was asked, so that tests of flows are fast and can
/// say how much work was done.
public final class FakePasswordHasher: PasswordHasher {
    /// How often each work was asked for.
    public struct Counts: Hashable, Sendable {
        /// New hashes.
        public var hashes = 0
        /// Verifications of stored hashes.
        public var verifications = 0
        /// Verifications of nobody's.
        public var nobodies = 0

        /// All of them.
        public var total: Int { hashes + verifications + nobodies }
    }

    private struct State {
        var counts = Counts()
        var generation = 1
        var salts = 0
        var busy: Duration?
        var meanwhile: (@Sendable () async -> Void)?
    }

    public let policy: PasswordPolicy
    private let state = Mutex(State())

    /// Takes the policy to state; by default 8 to 256 code points, and `password` is too common.
    public init(
        policy: PasswordPolicy = PasswordPolicy(minimumLength: 8, maximumLength: 256) { $0 == "password" }
    ) {
        self.policy = policy
    }

    /// What was asked so far; a call that was refused as busy does not count.
    public var counts: Counts { state.withLock(\.counts) }

    /// Refuses every call from now on as busy, or, with nil, none.
    public func setBusy(retryAfter: Duration?) { state.withLock { $0.busy = retryAfter } }

    /// Makes every hash made so far outdated.
    public func outdateHashes() { state.withLock { $0.generation += 1 } }

    /// Runs something inside every later call, so that a test can change the world while a password is hashed.
    public func setMeanwhile(_ action: (@Sendable () async -> Void)?) { state.withLock { $0.meanwhile = action } }

    public func hash(_ password: Password) async throws(PasswordHasherError) -> PasswordHash {
        let generation = try await work { $0.hashes += 1 }
        let salt = state.withLock { state in
            state.salts += 1
            return state.salts
        }
        return PasswordHash("$fake$\(generation)$\(salt)$\(Self.mark(password))")
    }

    public func verify(
        _ password: Password, against hash: PasswordHash
    ) async throws(PasswordHasherError) -> PasswordVerdict {
        let generation = try await work { $0.verifications += 1 }
        let parts = hash.reveal().split(separator: "$")
        guard hash.reveal().hasPrefix("$fake$"), parts.count == 4, parts[3] == Self.mark(password) else {
            return .differs
        }
        return .matches(isOutdated: parts[1] != String(generation))
    }

    public func verifyNobody(_ password: Password) async throws(PasswordHasherError) {
        _ = try await work { $0.nobodies += 1 }
    }

    public func adopted(_ foreign: JSONValue) throws(InputRefusal) -> PasswordHash {
        guard let text = foreign.string, text.hasPrefix("$fake$") else {
            throw InputRefusal("unsupported_hash", "is no fake")
        }
        return PasswordHash(text)
    }

    /// The password's bytes, written so that the empty one is something too.
    private static func mark(_ password: Password) -> String { "=" + Base64URL.encode(password.reveal()) }

    private func work(_ count: @Sendable (inout Counts) -> Void) async throws(PasswordHasherError) -> Int {
        let (busy, generation, meanwhile) = state.withLock { state in
            if state.busy == nil { count(&state.counts) }
            return (state.busy, state.generation, state.meanwhile)
        }
        if let busy { throw .busy(retryAfter: busy) }
        await Task.yield()
        await meanwhile?()
        return generation
    }
}
