import GatewayKit

/// An account that is to be imported, and whether its id came with it.
struct ImportCandidate: Sendable {
    let account: Account
    let hasID: Bool
}

/// Decides what becomes of accounts, one after the other, by what the store has and by those that were let in before.
struct ImportDecisions {
    private var obstacles: ImportObstacles
    private var byID: [AccountID: Account] = [:]
    private var byName: [Username: Account] = [:]
    private var addresses: Set<EmailAddress>

    /// Begins with what the store has.
    init(obstacles: ImportObstacles) {
        self.obstacles = obstacles
        addresses = []
        for account in obstacles.accounts { hold(account) }
    }

    /// What becomes of an account. One that is imported stands in the way of those behind it.
    mutating func outcome(of candidate: ImportCandidate) -> AccountImport.Outcome {
        let outcome = decide(candidate)
        if outcome == .imported { hold(candidate.account) }
        return outcome
    }

    private func decide(_ candidate: ImportCandidate) -> AccountImport.Outcome {
        let account = candidate.account
        if candidate.hasID {
            if let known = byID[account.id] {
                let isSame = known.username == account.username || known.email == account.email
                return isSame ? .alreadyThere : .conflicts(.id)
            }
            // The trail outlives accounts, and each begins with an entry.
            if obstacles.formerIDs.contains(account.id) { return .conflicts(.formerID) }
        }
        if obstacles.inheritedAddresses.contains(account.email) {
            return isThere(candidate) ? .alreadyThere : .conflicts(.email)
        }
        if byName[account.username] != nil || obstacles.formerNames.contains(account.username) {
            return isThere(candidate) ? .alreadyThere : .conflicts(.username)
        }
        return addresses.contains(account.email) ? .conflicts(.email) : .imported
    }

    /// Whether an account of that name has that hash; where there is none to tell by, that address. One that is to have
    /// an id of its own is told by that alone.
    private func isThere(_ candidate: ImportCandidate) -> Bool {
        let account = candidate.account
        guard !candidate.hasID, let known = byName[account.username] else { return false }
        guard account.passwordHash == .noPassword else { return known.passwordHash == account.passwordHash }
        return known.passwordHash == .noPassword && known.email == account.email
    }

    private mutating func hold(_ account: Account) {
        byID[account.id] = account
        byName[account.username] = account
        addresses.insert(account.email)
    }
}
