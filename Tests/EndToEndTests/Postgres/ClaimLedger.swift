import GatewayTestServers

/// Who has claimed which mail: the database notes it itself, in the claim's own transaction, by the name that each
/// gateway's connections have.
struct ClaimLedger: Sendable {
    private let deployment: PostgresDeployment

    /// Begins to note claims, in a database whose schema is up.
    static func open(in deployment: PostgresDeployment) async throws -> ClaimLedger {
        let ledger = ClaimLedger(deployment: deployment)
        try await ledger.ask(
            """
            CREATE TABLE claims (mail TEXT NOT NULL, attempt BIGINT NOT NULL, claimer TEXT NOT NULL);
            CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              INSERT INTO claims VALUES (NEW.id, NEW.attempts, current_setting('application_name'));
              RETURN NULL;
            END $$;
            CREATE TRIGGER note_claim AFTER UPDATE ON outbox FOR EACH ROW WHEN (NEW.attempts > OLD.attempts)
              EXECUTE FUNCTION note_claim()
            """)
        return ledger
    }

    /// Starts a gateway whose claims are noted under that name.
    func start(_ name: String, with extra: String) async throws -> GatewayProcess {
        var deployment = deployment
        deployment.url = deployment.cluster.url(deployment.database, "application_name=\(name)")
        return try await deployment.start(with: extra)
    }

    /// The ids of the mails in the hands of a gateway that stands still: what it had asked for before is done by then.
    func mails(heldBy name: String) async throws -> Set<String> {
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = '\(name)' AND state = 'active'"
        while try await ask(busy) != "0" { try Task.checkCancellation() }
        let held = try await ask(
            """
            SELECT id FROM outbox JOIN claims ON mail = id AND attempt = attempts
            WHERE is_claimed = 1 AND claimer = '\(name)'
            """)
        return Set(held.split(separator: "\n").map(String.init))
    }

    /// Waits until no mail waits any more.
    func isEmptied() async throws {
        while try await ask("SELECT count(*) FROM outbox") != "0" { try await Task.sleep(for: .milliseconds(200)) }
    }

    @discardableResult
    private func ask(_ question: String) async throws -> String {
        try await deployment.cluster.sql(question, in: deployment.database)
    }
}
