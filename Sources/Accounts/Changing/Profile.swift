public import GatewayKit

/// Shows people their own account, and lets them rename it.
public struct Profile: Sendable {
    let storage: any Storage
    let time: any TimeSource

    /// What became of a renaming.
    public enum Renaming: Sendable {
        /// The account has the name; tokens issued before state the old one until they end.
        case renamed(Account)
        /// The name belongs to someone else, or did, or waits for someone to confirm their address.
        case usernameTaken
        /// The account is no more.
        case gone
    }

    /// The account of whoever asks, or nil when it is no more.
    public func account(of caller: AccountSession) async throws(AccountsError) -> Account? {
        try await storage.look { records throws(StorageError) in
            try records.accounts.account(caller.accountID).flatMap { $0.isDisabled ? nil : $0 }
        }
    }

    /// Gives the account of whoever asks another name; its old one is never given to anybody else.
    public func rename(
        _ caller: AccountSession, to name: Username, from visitor: Visitor
    ) async throws(AccountsError) -> Renaming {
        let now = time.now()
        return try await storage.commit { records throws(StorageError) in
            guard var account = try records.accounts.account(caller.accountID), !account.isDisabled else {
                return .gone
            }
            let former = account.username
            guard former != name else { return .renamed(account) }
            guard try records.registrations.registration(named: name, at: now) == nil else { return .usernameTaken }
            account.username = name
            switch try records.accounts.update(account) {
            case .stored: break
            case .usernameTaken: return .usernameTaken
            case .emailTaken, .missing:
                throw .broken(cause: Inconsistency(description: "an account could not be renamed"))
            }
            try records.audit.append(
                visitor.event(.renamed, of: account.id, at: now, facts: ["from": former.text, "to": name.text]))
            return .renamed(account)
        }
    }
}
