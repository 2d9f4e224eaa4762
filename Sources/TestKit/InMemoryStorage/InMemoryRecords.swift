import GatewayKit

/// Everything that the store holds; a value, so that undoing a transaction is forgetting a copy.
struct Tables: Hashable, Sendable {
    var accounts: [AccountID: Account] = [:]
    /// Every name that was ever given away, with the account that got it.
    var names: [Username: AccountID] = [:]
    var registrations: [Username: PendingRegistration] = [:]
    var sessions: [SessionID: Session] = [:]
    var refreshTokens: [TokenHash: RefreshTokenRecord] = [:]
    var cookies: [TokenHash: SessionID] = [:]
    var apiKeys: [String: APIKey] = [:]
    var links: [TokenHash: Link] = [:]
    var keys: [SigningKeyRecord] = []
    var outbox: [OutboxMail] = []
    var revocations: [Revocation] = []
    var lastRevocationID: Int64 = 0
    var audit: [AuditEvent] = []
    var guesses: [String: GuessCount] = [:]
}

/// One transaction's view of the tables.
final class InMemoryRecords: Records {
    private(set) var tables: Tables
    private let canWrite: Bool
    private let fault: InMemoryStorage.Fault?

    init(_ tables: Tables, canWrite: Bool, fault: InMemoryStorage.Fault? = nil) {
        self.tables = tables
        self.canWrite = canWrite
        self.fault = fault
    }

    /// Whether the audit trail takes no event.
    var refusesAudit: Bool { fault == .auditClosed }

    var accounts: any AccountRecords { InMemoryAccounts(records: self) }
    var registrations: any RegistrationRecords { InMemoryRegistrations(records: self) }
    var sessions: any SessionRecords { InMemorySessions(records: self) }
    var apiKeys: any APIKeyRecords { InMemoryAPIKeys(records: self) }
    var links: any LinkRecords { InMemoryLinks(records: self) }
    var keys: any KeyRecords { InMemoryKeys(records: self) }
    var outbox: any OutboxRecords { InMemoryOutbox(records: self) }
    var revocations: any RevocationRecords { InMemoryRevocations(records: self) }
    var audit: any AuditRecords { InMemoryAudit(records: self) }
    var guesses: any GuessRecords { InMemoryGuesses(records: self) }
    var imports: any ImportRecords { InMemoryImports(records: self) }

    /// One transaction runs at a time, but another node may be at the work all the same.
    func isAlone(at work: SharedWork) throws(StorageError) -> Bool { fault != .notAlone }

    /// Changes the tables, in a write closure alone, so that they hold those texts; one with NUL is refused, for SQL
    /// engines keep none.
    func change<Result>(
        storing texts: [String?] = [], _ body: (inout Tables) throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        guard canWrite else { throw Self.broken("a read closure writes") }
        guard !texts.contains(where: { $0?.utf8.contains(0) == true }) else { throw Self.broken("NUL in a text") }
        return try body(&tables)
    }

    static func broken(_ what: String) -> StorageError { .broken(cause: InMemoryStorage.Failure(description: what)) }
}

extension Collection {
    /// The first so many, none when that is below zero.
    func first(atMost limit: Int) -> SubSequence { prefix(Swift.max(0, limit)) }
}
