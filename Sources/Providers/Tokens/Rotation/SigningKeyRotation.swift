import GatewayKit
import Logging
import ServiceLifecycle

/// Keeps an issuer's keys those of the store, whoever changes them, and takes the steps of their life that are due.
///
/// Each step is one transaction, which decides again whether it is due: of nodes that come at once one takes it, and
/// what one left undone another does. While the store is away, and for keys that cannot be opened, the keys of before
/// stay.
struct SigningKeyRotation: Service {
    /// How long a change in the store goes unseen, at most.
    static let pause = Duration.milliseconds(500)
    /// How long a step that failed is left alone: making a key costs a second of a core.
    static let pauseAfterFailure = Duration.seconds(30)

    let store: SigningKeyStore
    let life: SigningKeyLife
    let keys: CurrentKeys
    let logger: Logger

    private struct State {
        var seen: [SigningKeyRecord] = []
        var isStoreAway = false
        /// Before that time, nothing is done.
        var nextStep = Duration.zero
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            var state = State()
            repeat { await follow(&state) } while (try? await store.time.sleep(for: Self.pause)) != nil
        }
    }

    private func follow(_ state: inout State) async {
        do throws(StorageError) {
            var records = try await store.records()
            if state.isStoreAway { logger.info("signing keys are readable again") }
            state.isStoreAway = false
            adopt(records, &state)
            guard let step = life.dueStep(in: records, at: store.time.now()), state.nextStep <= store.time.elapsed(),
                await isTaken(step, &state)
            else { return }
            records = try await store.records()
            adopt(records, &state)
        } catch {
            if case .unavailable(let cause) = error, cause is CancellationError { return }
            if !state.isStoreAway {
                logger.warning(
                    "signing keys cannot be read, those read before are used", metadata: [LogKey.error: "\(error)"])
            }
            state.isStoreAway = true
        }
    }

    /// Puts what the store holds in the place of what was used before.
    private func adopt(_ records: [SigningKeyRecord], _ state: inout State) {
        guard records != state.seen else { return }
        state.seen = records
        let former = keys.set.signer?.id
        let (set, failures) = store.keySet(of: records, knowing: keys.set)
        keys.replace(by: set)
        for failure in failures {
            logger.error("a signing key is left out", metadata: [LogKey.error: "\(failure)"])
        }
        guard set.signer?.id != former else { return }
        if let signer = set.signer {
            logger.info("another key signs", metadata: [LogKey.key: "\(signer.id)"])
        } else {
            logger.error("there is no key to sign with")
        }
    }

    private func isTaken(_ step: SigningKeyLife.Step, _ state: inout State) async -> Bool {
        do {
            try await take(step)
            return true
        } catch {
            state.nextStep = store.time.elapsed() + Self.pauseAfterFailure
            logger.warning(
                "signing keys could not be changed, to be tried again", metadata: [LogKey.error: "\(error)"])
            return false
        }
    }

    /// Does what is due, unless another node has meanwhile.
    func take(_ step: SigningKeyLife.Step) async throws {
        // Made before the transaction, which may run again and must not be held up.
        let made: SigningKeyRecord? =
            if case .publish(let algorithm) = step { try await store.newRecord(algorithm) } else { nil }
        let (life, now, actor) = (life, store.time.now(), SigningKeyStore.actor)
        try await store.storage.write { records throws(StorageError) in
            guard life.dueStep(in: try records.keys.all(), at: now) == step else { return }
            switch step {
            case .publish: if let made { try records.publish(made, by: actor) }
            case .activate(let id): _ = try records.activate(id, at: now, by: actor)
            case .delete: try records.deleteKeysThatAreOver(at: now, by: actor)
            }
        }
    }
}
