import GatewayKit

/// What operators do with the keys of the store; running nodes see it there.
struct StoredSigningKeys: SigningKeys {
    let store: SigningKeyStore

    func publish(by actor: String) async throws(StorageError) -> SigningKeyRecord? {
        let found = try await store.records()
        if let next = SigningKeyLife.successor(in: found) { return next }
        guard let active = SigningKeyLife.active(in: found) else { return nil }
        // Who has keys that do not fit is to mend that first, or would have one more of them.
        do throws(SigningKeyFailure) { _ = try store.keySet(of: found) } catch { throw .broken(cause: error) }
        let made = try await newRecord(like: active)
        return try await store.storage.write { records throws(StorageError) in
            if let next = SigningKeyLife.successor(in: try records.keys.all()) { return next }
            try records.publish(made, by: actor)
            return made
        }
    }

    func activate(_ id: String, by actor: String) async throws(StorageError) -> Bool {
        let now = store.time.now()
        return try await store.storage.write { records throws(StorageError) in
            try records.activate(id, at: now, by: actor)
        }
    }

    func revoke(_ id: String, by actor: String) async throws(StorageError) -> KeyRevocation {
        guard let known = try await store.records().first(where: { $0.id == id }) else { return .unknown }
        // A retired one signs no more, and needs none in its place.
        let spare: SigningKeyRecord? = if known.state == .retired { nil } else { try await newRecord(like: known) }
        let now = store.time.now()
        return try await store.storage.write { records throws(StorageError) in
            let all = try records.keys.all()
            guard let doomed = all.first(where: { $0.id == id }) else { return .unknown }
            var successor: SigningKeyRecord?
            if doomed.state == .active {
                successor = SigningKeyLife.successor(in: all) ?? spare
            }
            _ = try records.keys.delete(id)
            try records.audit.append(.about(doomed, .signingKeyRevoked, at: now, by: actor))
            if let successor {
                if !all.contains(successor) { try records.keys.insert(successor) }
                _ = try records.activate(successor.id, at: now, by: actor)
            }
            // What was checked before is known without its key: the log has it refused all the same. It comes last.
            _ = try records.revocations.append(
                .signingKey(id), keepUntil: now + TokenLifetimes.longestAccess + JWTIssuer.leeway)
            return .revoked(successor: successor?.id)
        }
    }

    func reseal(by actor: String) async throws(StorageError) -> Resealing {
        let (store, now) = (store, store.time.now())
        return try await store.storage.write { records throws(StorageError) in
            var outcome = Resealing()
            for var key in try records.keys.all() {
                // As at a start, nobody needs those whose last token has expired.
                if let end = SigningKeyLife.end(of: key), end <= now { continue }
                let sealed: [UInt8]?
                do throws(SigningKeyFailure) {
                    sealed = try store.resealed(key)
                } catch {
                    outcome.unopened.append("\(error)")
                    continue
                }
                guard let sealed else {
                    outcome.kept += 1
                    continue
                }
                key.sealed = sealed
                _ = try records.keys.update(key)
                outcome.resealed += 1
            }
            if outcome.resealed > 0 {
                try records.audit.append(
                    AuditEvent(
                        at: now, kind: .signingKeysResealed, actor: actor, facts: ["count": "\(outcome.resealed)"]))
            }
            return outcome
        }
    }

    private func newRecord(like key: SigningKeyRecord) async throws(StorageError) -> SigningKeyRecord {
        do {
            guard let algorithm = SigningAlgorithm(rawValue: key.algorithm) else {
                throw SigningKeyFailure.unknownAlgorithm(key.algorithm, keyID: key.id)
            }
            return try await store.newRecord(algorithm)
        } catch {
            throw .broken(cause: error)
        }
    }
}
