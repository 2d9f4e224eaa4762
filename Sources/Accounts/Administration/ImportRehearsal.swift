import GatewayKit

/// An import that stores nothing: says of each account what would become of it, if those before it had been stored.
public struct ImportRehearsal: Sendable {
    let accountImport: AccountImport
    private var earlier: RehearsedAccounts

    init(of accountImport: AccountImport) {
        self.accountImport = accountImport
        earlier = RehearsedAccounts(random: accountImport.random)
    }

    /// What would become of the next accounts, in their order; nothing does.
    public mutating func take(_ accounts: [ImportedAccount]) async throws(AccountsError) -> [AccountImport.Outcome] {
        let now = accountImport.time.now()
        let candidates = accountImport.candidates(of: accounts, at: now)
        let obstacles = try await accountImport.storage.look { records throws(StorageError) in
            try records.imports.obstacles(
                to: candidates.map(\.account), withIDs: candidates.givenIDs, at: now)
        }
        let outcomes = decide(candidates, obstacles)
        for (candidate, outcome) in zip(candidates, outcomes) where outcome == .imported { earlier.insert(candidate) }
        return outcomes
    }

    /// In a scope of its own, for what is remembered is copied when it is changed while two have it.
    private func decide(
        _ candidates: [ImportCandidate], _ obstacles: ImportObstacles
    ) -> [AccountImport.Outcome] {
        var decisions = ImportDecisions(obstacles: obstacles, earlier: earlier)
        return candidates.map { decisions.outcome(of: $0) }
    }
}
