public import GatewayKit

/// Takes accounts over from another system, a batch in each transaction.
///
/// It can be broken off anywhere and begun again: an account that is there already is passed over, so that in the end
/// all are there, once.
public struct AccountImport: Sendable {
    let storage: any Storage
    let hasher: any PasswordHasher
    let time: any TimeSource
    let random: any RandomSource

    /// What became of one account.
    public enum Outcome: Hashable, Sendable {
        /// It is there now, or would be.
        case imported
        /// It was there already: under this id or, where the line has none, under this name with this hash.
        case alreadyThere
        /// It cannot be there as it is, and nothing of it was stored.
        case conflicts(Conflict)
    }

    /// What an account cannot have, for another has or had it.
    public enum Conflict: Hashable, Sendable {
        /// The name belongs to another account, or did.
        case username
        /// The address belongs to another account, or can be taken back by one.
        case email
        /// The id belongs to an account of another name and another address.
        case id
        /// The id belonged to an account that was deleted: ids are never used again.
        case formerID
    }

    /// Stores accounts in their order; what became of each. One that conflicts takes none of the others with it. No
    /// mail is sent. A rehearsal finds the same and stores nothing.
    public func take(
        _ accounts: [ImportedAccount], asRehearsal isRehearsal: Bool = false, by someone: Operator
    ) async throws(AccountsError) -> [Outcome] {
        let now = time.now()
        // Drawn here and not in the transaction, which may run more than once.
        let rows = accounts.map { (account: $0.account(random: random, now: now), hasID: $0.id != nil) }
        do throws(StorageError) {
            return try await storage.write { records throws(StorageError) in
                var outcomes: [Outcome] = []
                for row in rows {
                    outcomes.append(try records.take(row.account, hasID: row.hasID, by: someone, at: now))
                }
                // Only what throws is undone, and the store alone knows every name that was ever given away.
                if isRehearsal { throw .broken(cause: Rehearsed(outcomes: outcomes)) }
                return outcomes
            }
        } catch {
            if let rehearsed = error.cause as? Rehearsed { return rehearsed.outcomes }
            throw AccountsError(error)
        }
    }

    /// A hash that another system made, as the gateway keeps it; throws ``InputRefusal``.
    public func adopted(_ foreign: JSONValue) throws(InputRefusal) -> PasswordHash { try hasher.adopted(foreign) }
}

extension Administration {
    /// Takes accounts over from another system.
    public var accountImport: AccountImport {
        AccountImport(storage: storage, hasher: hasher, time: time, random: random)
    }
}

/// How a transaction that was never meant to last hands over what it found.
private struct Rehearsed: Error {
    let outcomes: [AccountImport.Outcome]
}

extension Records {
    fileprivate func take(
        _ account: Account, hasID: Bool, by someone: Operator, at now: Timestamp
    ) throws(StorageError) -> AccountImport.Outcome {
        if hasID {
            if let known = try accounts.account(account.id) {
                let isSame = known.username == account.username || known.email == account.email
                return isSame ? .alreadyThere : .conflicts(.id)
            }
            // The trail outlives accounts, and each begins with an entry.
            if try !audit.latest(of: account.id, limit: 1).isEmpty { return .conflicts(.formerID) }
        }
        if try links.heir(of: account.email, at: now) != nil {
            return try isThere(account, hasID) ? .alreadyThere : .conflicts(.email)
        }
        switch try accounts.insert(account) {
        // Who takes the name ends the registration that waits for it, as whoever creates an account does.
        case .stored: _ = try records.registrations.remove(account.username)
        case .usernameTaken: return try isThere(account, hasID) ? .alreadyThere : .conflicts(.username)
        case .emailTaken: return .conflicts(.email)
        case .missing: throw .broken(cause: Inconsistency(description: "a new account is missing"))
        }
        let facts = ["username": account.username.text, "groups": account.groups.commaSeparated]
        try audit.append(someone.event(.accountImported, of: account.id, at: now, facts: facts))
        return .imported
    }

    /// Whether an account of that name has that hash; where there is none to tell by, that address. One that is to have
    /// an id of its own is told by that alone.
    private func isThere(_ account: Account, _ hasID: Bool) throws(StorageError) -> Bool {
        guard !hasID, let known = try accounts.account(named: account.username) else { return false }
        guard account.passwordHash == .noPassword else { return known.passwordHash == account.passwordHash }
        return known.passwordHash == .noPassword && known.email == account.email
    }
}
