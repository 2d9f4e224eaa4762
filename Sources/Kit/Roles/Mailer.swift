/// Delivers one mail. The outbox calls it again, with the same mail, until it succeeds or fails for good.
/// `MailerConformance` in TestKit is what an implementation must pass.
public protocol Mailer: Sendable {
    /// Returns once the mail is in the hands of the next system or safely on disk; throws ``MailerError``. A mail with
    /// the id of one sent before replaces it or is dropped, where the medium allows. A send that is cancelled, as
    /// the outbox does with one that takes too long, ends soon, whatever the next system does.
    func send(_ mail: Mail) async throws(MailerError)
}

/// How the outbox can react.
@nonexhaustive
public enum MailerError: Error, Sendable {
    /// Try again later.
    case temporary(cause: any Error)
    /// This mail will never be taken: give it up.
    case permanent(cause: any Error)
}
