import GatewayKit
import GatewaySQL

/// Brings a schema up by its scripts, and compares what was applied with what this program knows.
///
/// What was applied stands in the table `schema_migrations`. Each method runs in a transaction of the caller's, which
/// keeps other processes out, so that each script is applied once. Their numbers rise and may leave some out: one that
/// comes in between later is applied where it is missing, whatever stands behind it.
struct Migrator: Sendable {
    let scripts: [Migration]
    /// Makes the table, in the engine's words, where it is missing; one that is there stays as it was made.
    let table: StaticString

    /// SQLite's table.
    static let sqliteTable: StaticString = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version INTEGER NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            applied_at INTEGER NOT NULL
        ) STRICT
        """

    /// PostgreSQL's table.
    static let postgresTable: StaticString = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version BIGINT NOT NULL PRIMARY KEY,
            name TEXT COLLATE "C" NOT NULL,
            checksum TEXT COLLATE "C" NOT NULL,
            applied_at BIGINT NOT NULL
        )
        """

    /// Each script, as it stands in a store that has none.
    var nothingApplied: [MigrationStatus] {
        scripts.map { MigrationStatus(version: $0.version, name: $0.name, appliedAt: nil) }
    }

    /// Makes the table of what was applied, where it is missing.
    func prepare(_ connection: any SQLConnection) throws(StorageError) {
        try connection.execute(table, [:])
    }

    /// Each script and when it was applied; throws ``SchemaProblem`` as the cause when the schema is not one that this
    /// program can work on.
    func status(_ connection: any SQLConnection) throws(StorageError) -> [MigrationStatus] {
        let applied = try connection.rows(
            "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version", [:]
        ) { row throws(StorageError) in
            Applied(
                version: Int(try row.integer("version")), name: try row.text("name"),
                checksum: try row.text("checksum"), at: try row.moment("applied_at"))
        }
        let known = scripts.last?.version ?? 0
        if let youngest = applied.last?.version, youngest > known {
            throw .broken(cause: SchemaProblem.newer(version: youngest, known: known))
        }
        for applied in applied where !scripts.contains(where: applied.matches) {
            throw .broken(cause: SchemaProblem.changed(version: applied.version, name: applied.name))
        }
        return scripts.map { script in
            MigrationStatus(
                version: script.version, name: script.name,
                appliedAt: applied.first { $0.version == script.version }?.at)
        }
    }

    /// Throws ``SchemaProblem`` as the cause unless every script was applied.
    func check(_ connection: any SQLConnection) throws(StorageError) {
        let missing = try status(connection).filter { $0.appliedAt == nil }.count
        if missing > 0 { throw .broken(cause: SchemaProblem.behind(missing: missing)) }
    }

    /// Applies the first script that is missing; nil when none is.
    func applyNext(_ connection: any SQLConnection, at moment: Timestamp) throws(StorageError) -> MigrationStatus? {
        let next = try status(connection).first { $0.appliedAt == nil }
        guard let next, let script = scripts.first(where: { $0.version == next.version }) else { return nil }
        try connection.run(script: script.text)
        try connection.execute(
            """
            INSERT INTO schema_migrations (version, name, checksum, applied_at)
            VALUES (:version, :name, :checksum, :applied_at)
            """,
            [
                "version": .integer(Int64(script.version)), "name": .text(script.name),
                "checksum": .text(script.checksum), "applied_at": .moment(moment),
            ])
        return MigrationStatus(version: script.version, name: script.name, appliedAt: moment)
    }

    private struct Applied {
        var version: Int
        var name: String
        var checksum: String
        var at: Timestamp

        func matches(_ script: Migration) -> Bool {
            version == script.version && name == script.name && checksum == script.checksum
        }
    }
}

/// Why this program cannot work on a schema.
enum SchemaProblem: Error, Hashable, CustomStringConvertible {
    /// A younger program has worked on it.
    case newer(version: Int, known: Int)
    /// A script was edited after it was applied, or was never this program's.
    case changed(version: Int, name: String)
    /// Scripts are missing.
    case behind(missing: Int)

    var description: String {
        switch self {
        case .newer(let version, let known):
            "the schema has version \(version), this program knows versions up to \(known): start a newer auth-gateway"
        case .changed(let version, let name):
            "the script \(version) (\(name)) that was applied is not this program's: its checksum differs"
        case .behind(let missing):
            "\(missing) schema script\(missing == 1 ? " is" : "s are") not applied: run 'auth-gateway migrate'"
        }
    }
}
