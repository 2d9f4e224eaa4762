public import GatewayKit

/// A mail in the outbox as operators may see it: never its text, which may hold a link.
public struct WaitingMail: Sendable {
    /// Where it stands.
    public enum State: Hashable, Sendable {
        /// It is tried then.
        case waiting(until: Timestamp)
        /// A gateway has it in hand; when nothing becomes of that, another takes it then.
        case claimed(until: Timestamp)
        /// It was given up.
        case parked
    }

    /// What is on its envelope.
    public struct Envelope: Hashable, Sendable {
        /// To whom it goes.
        public var recipient: String
        /// Its subject, which says what it is for.
        public var subject: String
    }

    /// Where it stands.
    public let state: State
    /// What is on its envelope, or why that cannot be read.
    public let envelope: Result<Envelope, UnreadableMail>
    let stored: OutboxMail

    /// Its id, which logs have too.
    public var id: String { stored.id }
    /// When it was written.
    public var createdAt: Timestamp { stored.createdAt }
    /// How often it was tried.
    public var attempts: Int { stored.attempts }
    /// Why it was not taken when it was tried last.
    public var failure: String? { stored.failure }

    init(_ stored: OutboxMail, opening outbox: Outbox, at moment: Timestamp) {
        self.stored = stored
        state =
            if stored.isParked {
                .parked
            } else if stored.isInHand(at: moment) {
                .claimed(until: stored.dueAt)
            } else {
                .waiting(until: stored.dueAt)
            }
        do {
            let mail = try outbox.open(stored)
            envelope = .success(Envelope(recipient: mail.recipient, subject: mail.subject))
        } catch {
            envelope = .failure(UnreadableMail(cause: error))
        }
    }
}

/// Why a mail in the outbox cannot be read.
public struct UnreadableMail: Error, CustomStringConvertible {
    let cause: any Error

    /// In words for operators.
    public var description: String {
        cause is SealError ? "\(cause)" : "it was written by another release"
    }
}
