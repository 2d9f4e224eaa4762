public import GatewayKit

/// Every kind of event that flows write into the audit trail; `docs/audit.md` has them in a table.
extension AuditEvent.Kind {
    /// Someone made an account of their own, or confirmed the address that it waited for; facts: `username`.
    public static let registered = Self("registered")
    /// Someone wants an account, which waits for its address to be confirmed; of the account that has the address
    /// already or can be taken back to it, where one does; facts: `username`, the name that was asked for.
    public static let registrationRequested = Self("registration_requested")
    /// A password was right, and a session began; facts: `session`, and `rehashed` when the stored hash was replaced by
    /// a stronger one.
    public static let loginSucceeded = Self("login_succeeded")
    /// A login was refused; facts: `reason`, one of `unknown`, `password`, `disabled`, `unverified`,
    /// `changed`.
    public static let loginFailed = Self("login_failed")
    /// Too many guesses at an account or at a name that does not exist: further ones are refused for a while; facts:
    /// `seconds`.
    public static let guessesExhausted = Self("guesses_exhausted")
    /// A new password was asked for too often: further mails are held back for a while; facts: `seconds`.
    public static let resetsExhausted = Self("resets_exhausted")
    /// Someone with a session gave a wrong current password; facts: `session`.
    public static let passwordRefused = Self("password_refused")
    /// A session was ended by its owner; facts: `session`, and `by_session` when another session asked for it.
    public static let loggedOut = Self("logged_out")
    /// All sessions were ended; facts: `sessions`, how many, and likewise `api_keys` where an administrator did.
    public static let loggedOutEverywhere = Self("logged_out_everywhere")
    /// A refresh token was presented that had long been rotated, and its family was ended; facts: `session`.
    public static let refreshReplayed = Self("refresh_replayed")
    /// A link for a new password was asked for, and mailed where there is an account.
    public static let resetRequested = Self("reset_requested")
    /// A link that confirms an address was asked for, and mailed where an account has it and it is to be confirmed.
    public static let confirmationRequested = Self("confirmation_requested")
    /// Links that confirm addresses were asked for too often: further mails are held back for a while; facts:
    /// `seconds`.
    public static let confirmationsExhausted = Self("confirmations_exhausted")
    /// An account's address was confirmed by a mailed link, or by an administrator's word.
    public static let addressConfirmed = Self("address_confirmed")
    /// An administrator took an account's address for one that is not confirmed.
    public static let addressDoubted = Self("address_doubted")
    /// Another address was asked for by the account's owner; it counts once it is confirmed.
    public static let addressChangeRequested = Self("address_change_requested")
    /// An account has another address, which was confirmed by a mailed link or given by an administrator; facts of the
    /// latter: `verified`, whether it counts as confirmed.
    public static let addressChanged = Self("address_changed")
    /// An account was taken back from its former address; facts: `sessions` and `api_keys`, how many it ended.
    public static let addressRestored = Self("address_restored")
    /// A password was set by a mailed link; facts: `sessions` and `api_keys`, how many it ended.
    public static let passwordReset = Self("password_reset")
    /// A password was changed by its owner or an operator; facts: `sessions`, how many it ended, and likewise
    /// `api_keys` where an operator did.
    public static let passwordChanged = Self("password_changed")
    /// An API key was made by its owner; facts: `api_key`, its id.
    public static let apiKeyCreated = Self("api_key_created")
    /// An API key was revoked by its owner; facts: `api_key`, its id.
    public static let apiKeyRevoked = Self("api_key_revoked")
    /// A user's name was changed, by its owner or an administrator; facts: `from`, `to`.
    public static let renamed = Self("renamed")
    /// An account was deleted by its owner or an operator; facts: `username`.
    public static let accountDeleted = Self("account_deleted")
    /// An operator made an account; facts: `username`, and `groups`, comma-separated, and `invited` where its owner was
    /// mailed a link that sets a password.
    public static let accountCreated = Self("account_created")
    /// An operator took an account over from another system; facts: `username`, and `groups`, comma-separated.
    public static let accountImported = Self("account_imported")
    /// An operator set an account's groups; facts: `groups`, comma-separated, and `former`, those before.
    public static let groupsChanged = Self("groups_changed")
    /// An operator closed an account; facts: `sessions` and `api_keys`, how many it ended.
    public static let accountDisabled = Self("account_disabled")
    /// Waiting mails were sealed with another key of the secret file; facts: `count`.
    public static let mailsResealed = Self("mails_resealed")
    /// An operator had a mail tried again; facts: `mail`, its id.
    public static let mailRetried = Self("mail_retried")
    /// An operator erased a mail that waited or was given up; facts: `mail`, its id.
    public static let mailDropped = Self("mail_dropped")
    /// An operator opened an account again.
    public static let accountEnabled = Self("account_enabled")

    /// All of them.
    static let all: [Self] = [
        registered, registrationRequested, loginSucceeded, loginFailed, guessesExhausted, passwordRefused,
        refreshReplayed, loggedOut,
        loggedOutEverywhere, resetRequested, resetsExhausted, confirmationRequested, confirmationsExhausted,
        addressConfirmed, addressDoubted, addressChangeRequested, addressChanged, addressRestored, passwordReset,
        passwordChanged, apiKeyCreated, apiKeyRevoked, renamed, accountDeleted, accountCreated, accountImported,
        groupsChanged, accountDisabled, accountEnabled, mailsResealed, mailRetried, mailDropped,
    ]
}
