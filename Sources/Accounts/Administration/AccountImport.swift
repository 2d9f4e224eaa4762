public import GatewayKit

/// Takes accounts over from another system, a batch in each transaction.
///
/// It can be broken off anywhere and begun again: an account that is there already is passed over, so that in the end
/// all are there, once. What becomes of an account is decided by `ImportDecisions`, for a rehearsal as for the real
/// thing.
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
    /// mail is sent.
    public func take(_ accounts: [ImportedAccount], by someone: Operator) async throws(AccountsError) -> [Outcome] {
        let now = time.now()
        // Drawn here and not in the transaction, which may run more than once.
        let candidates = candidates(of: accounts, at: now)
        return try await storage.commit { records throws(StorageError) in
            // Who comes between the look and the insertion has the transaction run again, with another look.
            var decisions = ImportDecisions(
                obstacles: try records.imports.obstacles(
                    to: candidates.map(\.account), withIDs: candidates.givenIDs, at: now))
            let outcomes = candidates.map { decisions.outcome(of: $0) }
            let added = zip(candidates, outcomes).filter { $1 == .imported }.map(\.0.account)
            if !added.isEmpty { try records.imports.insert(added, with: added.map { someone.imported($0, at: now) }) }
            return outcomes
        }
    }

    /// An import that begins now and stores nothing.
    public func rehearsal() -> ImportRehearsal { ImportRehearsal(of: self) }

    /// A hash that another system made, as the gateway keeps it; throws ``InputRefusal``.
    public func adopted(_ foreign: JSONValue) throws(InputRefusal) -> PasswordHash { try hasher.adopted(foreign) }

    func candidates(of accounts: [ImportedAccount], at now: Timestamp) -> [ImportCandidate] {
        accounts.map { ImportCandidate(account: $0.account(random: random, now: now), hasID: $0.id != nil) }
    }
}

extension Administration {
    /// Takes accounts over from another system.
    public var accountImport: AccountImport {
        AccountImport(storage: storage, hasher: hasher, time: time, random: random)
    }
}

extension Operator {
    fileprivate func imported(_ account: Account, at now: Timestamp) -> AuditEvent {
        let facts = ["username": account.username.text, "groups": account.groups.commaSeparated]
        return event(.accountImported, of: account.id, at: now, facts: facts)
    }
}
