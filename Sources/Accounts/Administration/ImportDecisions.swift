import GatewayKit

/// An account that is to be imported, and whether its id came with it.
struct ImportCandidate: Sendable {
    let account: Account
    let hasID: Bool
}

extension [ImportCandidate] {
    /// The ids that came with accounts. Those that were drawn here nobody has or had, as those of registrations, and so
    /// they need no look among a million accounts and in their trail.
    var givenIDs: [AccountID] { filter(\.hasID).map(\.account.id) }
}

/// Decides what becomes of accounts, one after the other, by what the store has and by those that were let in before,
/// of a rehearsal those of earlier batches too.
struct ImportDecisions {
    private let obstacles: ImportObstacles
    private let earlier: RehearsedAccounts?
    private var byID: [AccountID: Account] = [:]
    private var byName: [Username: Account] = [:]
    private var addresses: Set<EmailAddress>

    /// Begins with what the store has, or would have.
    init(obstacles: ImportObstacles, earlier: RehearsedAccounts? = nil) {
        self.obstacles = obstacles
        self.earlier = earlier
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
            if let earlier, earlier.has(account.id) {
                return earlier.hasNamesake(of: account) ? .alreadyThere : .conflicts(.id)
            }
            // The trail outlives accounts, and each begins with an entry.
            if obstacles.formerIDs.contains(account.id) { return .conflicts(.formerID) }
        }
        if obstacles.inheritedAddresses.contains(account.email) {
            return isThere(candidate) ? .alreadyThere : .conflicts(.email)
        }
        if has(account.username) {
            return isThere(candidate) ? .alreadyThere : .conflicts(.username)
        }
        return has(account.email) ? .conflicts(.email) : .imported
    }

    private func has(_ name: Username) -> Bool {
        byName[name] != nil || obstacles.formerNames.contains(name) || earlier?.has(name) == true
    }

    private func has(_ address: EmailAddress) -> Bool { addresses.contains(address) || earlier?.has(address) == true }

    /// Whether an account of that name has that hash; where there is none to tell by, that address. One that is to have
    /// an id of its own is told by that alone.
    private func isThere(_ candidate: ImportCandidate) -> Bool {
        let account = candidate.account
        guard !candidate.hasID else { return false }
        guard let known = byName[account.username] else { return earlier?.hasSame(as: account) == true }
        guard account.passwordHash == .noPassword else { return known.passwordHash == account.passwordHash }
        return known.passwordHash == .noPassword && known.email == account.email
    }

    private mutating func hold(_ account: Account) {
        byID[account.id] = account
        byName[account.username] = account
        addresses.insert(account.email)
    }
}
