import GatewayKit

/// The rules of a key's life, which every node applies to the same records: published, then active, then retired, then
/// deleted.
///
/// Civil time decides, for it must survive restarts. Nodes whose clocks differ by no more than `JWTIssuer.leeway` do no
/// harm to each other: whichever comes first takes the step, and each span here is longer than what it waits for by
/// that much at least.
struct SigningKeyLife: Sendable {
    /// How long a key is shown before it signs: until every key set that was read before has been dropped, and every
    /// node has read the store.
    static let lead = TokenLifetimes.longestKeySetCache + .seconds(300)
    /// `tokens.rotate_keys_every`; longer than the lead.
    let rotation: Duration

    /// What has to be done to the keys.
    enum Step: Hashable, Sendable {
        /// A key of that algorithm is to be shown.
        case publish(SigningAlgorithm)
        /// The published key of that id is to sign.
        case activate(String)
        /// Keys are there whose last token has expired.
        case delete
    }

    /// The one thing that is due at a moment, by whatever node asks first.
    func dueStep(in records: [SigningKeyRecord], at now: Timestamp) -> Step? {
        if let next = Self.successor(in: records) {
            if next.createdAt + Self.lead <= now { return .activate(next.id) }
        } else if let active = Self.active(in: records), let algorithm = SigningAlgorithm(rawValue: active.algorithm),
            (active.activatedAt ?? active.createdAt) + rotation - Self.lead <= now
        {
            return .publish(algorithm)
        }
        return records.contains { Self.isOver($0, at: now) } ? .delete : nil
    }

    /// The key that signs: the youngest, should there be several.
    static func active(in records: [SigningKeyRecord]) -> SigningKeyRecord? {
        records.last { $0.state == .active }
    }

    /// The key that signs next: a published one of the present algorithm.
    static func successor(in records: [SigningKeyRecord]) -> SigningKeyRecord? {
        guard let active = active(in: records) else { return nil }
        return records.first { $0.state == .published && $0.algorithm == active.algorithm }
    }

    /// When the last token of a retired key has expired, however long the lifetime was set while it signed; nil for a
    /// key that signs or will sign.
    static func end(of record: SigningKeyRecord) -> Timestamp? {
        guard record.state == .retired else { return nil }
        return (record.retiredAt ?? record.createdAt) + TokenLifetimes.longestAccess + JWTIssuer.leeway
    }

    /// Whether a key may be deleted: on no node has it a token that is in force.
    static func isOver(_ record: SigningKeyRecord, at now: Timestamp) -> Bool {
        end(of: record).map { $0 + JWTIssuer.leeway <= now } ?? false
    }
}

// The steps of that life, each within a transaction that its caller has begun.
extension Records {
    /// Adds a key that does not sign yet.
    func publish(_ key: SigningKeyRecord, by actor: String) throws(StorageError) {
        try keys.insert(key)
        try audit.append(.about(key, .signingKeyPublished, at: key.createdAt, by: actor))
    }

    /// Lets a key sign in the place of those that do, unless it has signed before. Published ones of another algorithm
    /// go, for the file names another now, and they would be shown for ever. Whether it signs now.
    func activate(_ id: String, at now: Timestamp, by actor: String) throws(StorageError) -> Bool {
        let all = try keys.all()
        guard var next = all.first(where: { $0.id == id }), next.state != .retired else { return false }
        guard next.state == .published else { return true }
        next.state = .active
        next.activatedAt = now
        _ = try keys.update(next)
        for var other in all where other.id != id {
            if other.state == .active {
                other.state = .retired
                other.retiredAt = now
                _ = try keys.update(other)
            } else if other.state == .published, other.algorithm != next.algorithm {
                _ = try keys.delete(other.id)
            }
        }
        try audit.append(.about(next, .signingKeyActivated, at: now, by: actor))
        return true
    }

    /// Removes keys whose last token has expired.
    func deleteKeysThatAreOver(at now: Timestamp, by actor: String) throws(StorageError) {
        for key in try keys.all() where SigningKeyLife.isOver(key, at: now) {
            _ = try keys.delete(key.id)
            try audit.append(.about(key, .signingKeyDeleted, at: now, by: actor))
        }
    }
}

/// What the audit trail says of keys; facts: `key`, `algorithm`.
extension AuditEvent.Kind {
    /// A key is shown that will sign.
    static let signingKeyPublished = Self("signing_key_published")
    /// A key signs in the place of another.
    static let signingKeyActivated = Self("signing_key_activated")
    /// A key and all tokens that it signed were refused before their time.
    static let signingKeyRevoked = Self("signing_key_revoked")
    /// A retired key went, whose last token has expired.
    static let signingKeyDeleted = Self("signing_key_deleted")
    /// Signing keys were sealed with another key of the secret file; facts: `count`.
    static let signingKeysResealed = Self("signing_keys_resealed")
}

extension AuditEvent {
    /// Something that became of a key.
    static func about(_ key: SigningKeyRecord, _ kind: Kind, at moment: Timestamp, by actor: String) -> Self {
        AuditEvent(at: moment, kind: kind, actor: actor, facts: ["key": key.id, "algorithm": key.algorithm])
    }
}
