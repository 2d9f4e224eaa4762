import GatewayKit

/// Every record role over one connection, for each engine alike; a role a file, its statements beside the function that
/// runs them.
struct SQLRecords: Records {
    let connection: any SQLConnection

    var accounts: any AccountRecords { SQLAccountRecords(connection: connection) }
    var registrations: any RegistrationRecords { SQLRegistrationRecords(connection: connection) }
    var sessions: any SessionRecords { SQLSessionRecords(connection: connection) }
    var apiKeys: any APIKeyRecords { SQLAPIKeyRecords(connection: connection) }
    var links: any LinkRecords { SQLLinkRecords(connection: connection) }
    var keys: any KeyRecords { SQLKeyRecords(connection: connection) }
    var outbox: any OutboxRecords { SQLOutboxRecords(connection: connection) }
    var revocations: any RevocationRecords { SQLRevocationRecords(connection: connection) }
    var audit: any AuditRecords { SQLAuditRecords(connection: connection) }
    var guesses: any GuessRecords { SQLGuessRecords(connection: connection) }
    var imports: any ImportRecords { SQLImportRecords(connection: connection) }

    func isAlone(at work: SharedWork) throws(StorageError) -> Bool { try connection.isAlone(at: work) }
}
