import Foundation
public import GatewayKit

/// Seals mails for the store and opens them for delivery, so that no link stands in the database in clear.
///
/// `MailTemplate.swift` holds the texts, `Letters.swift` fills them in for an account, `Signal.swift` wakes the
/// delivery, `Outbox+Resealing.swift` follows a change of the deployment's keys.
public struct Outbox: Sendable {
    /// Raised after a transaction that put a mail into the outbox was committed.
    public let signal: Signal
    private let keyring: SecretKeyring

    /// Takes the deployment's keys, and the signal that its delivery waits for.
    public init(keyring: SecretKeyring, signal: Signal) {
        self.keyring = keyring
        self.signal = signal
    }

    /// A mail as the store keeps it, due at once; a flow enqueues it in its own transaction. Throws what the cipher
    /// throws.
    public func seal(_ mail: Mail) throws -> OutboxMail {
        let bytes = Array(try JSONEncoder().encode(mail))
        return OutboxMail(
            id: mail.id, sealed: try keyring.seal(bytes, for: Self.purpose(mail.id)), createdAt: mail.createdAt,
            dueAt: mail.createdAt)
    }

    /// The mail that ``seal(_:)`` sealed; throws `SealError`, or a `DecodingError` for one of another release.
    public func open(_ stored: OutboxMail) throws -> Mail {
        let bytes = try keyring.open(stored.sealed, for: Self.purpose(stored.id))
        return try JSONDecoder().decode(Mail.self, from: Data(bytes))
    }

    /// The mail as the first key of the secret file seals it; nil when it has.
    func resealed(_ stored: OutboxMail) throws(SealError) -> [UInt8]? {
        try keyring.resealed(stored.sealed, for: Self.purpose(stored.id))
    }

    private static func purpose(_ id: String) -> String { "outbox \(id)" }
}
