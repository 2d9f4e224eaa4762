import GatewayKit

/// What someone typed to say who they are: a name, an address, or neither.
enum LoginName: Sendable {
    case username(Username)
    case email(EmailAddress)
    case neither(String)

    init(_ typed: String) {
        if typed.contains("@"), let email = try? EmailAddress(typed) {
            self = .email(email)
        } else if let username = try? Username(typed) {
            self = .username(username)
        } else {
            self = .neither(typed)
        }
    }

    func account(in records: any Records) throws(StorageError) -> Account? {
        switch self {
        case .username(let name): try records.accounts.account(named: name)
        case .email(let email): try records.accounts.account(addressed: email)
        case .neither: nil
        }
    }

    /// The registration of that name that waits to be confirmed. None is ever found by its address: where an account
    /// has the address the answer is the account's, and would tell.
    func registration(in records: any Records, at moment: Timestamp) throws(StorageError) -> PendingRegistration? {
        guard case .username(let name) = self else { return nil }
        return try records.registrations.registration(named: name, at: moment)
    }

    /// Under what guesses are counted: the account, however it is named, or else the name itself.
    func guessKey(for account: Account?) -> GuessKey {
        if let account { return GuessKey(account.id) }
        return switch self {
        case .username(let name): GuessKey(unknown: name.text)
        case .email(let email): GuessKey(unknown: email.text)
        case .neither(let typed): GuessKey(unknown: typed)
        }
    }
}
