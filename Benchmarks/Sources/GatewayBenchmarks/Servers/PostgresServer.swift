import Foundation

/// A PostgreSQL server in a folder of its own, as it is shipped, but that it counts statements.
@MainActor
struct PostgresServer {
    private let process: ServerProcess
    private let port: UInt16
    private let folder: WorkFolder

    /// Makes a cluster and starts its server; the newest that is installed.
    static func start() throws -> PostgresServer {
        let folder = try WorkFolder()
        // It refuses to run as root, so then its own user has the folder.
        if let owner, let user = getpwnam(owner) { chown(folder.path, user.pointee.pw_uid, user.pointee.pw_gid) }
        let (data, port) = (folder.path + "/data", try FreePort.next())
        try ServerProcess(
            try program("initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--locale=C", "--encoding=UTF8"],
            log: folder.path + "/initdb.log", as: owner
        ).waitForEnd()
        let process = try ServerProcess(
            try program("postgres"),
            [
                "-D", data, "-p", "\(port)", "-c", "listen_addresses=127.0.0.1", "-c",
                "unix_socket_directories=\(folder.path)", "-c", "shared_preload_libraries=pg_stat_statements",
            ], log: folder.path + "/postgres.log", as: owner)
        let server = PostgresServer(process: process, port: port, folder: folder)
        while (try? server.sql("SELECT 1")) == nil {
            try process.checkAlive()
            Moment.now().advanced(bySeconds: 0.05).wait()
        }
        try server.sql("CREATE EXTENSION pg_stat_statements")
        return server
    }

    /// Ends it without waiting for its clients, and removes all that it holds.
    func end() {
        process.end(by: SIGINT)
        folder.remove()
    }

    /// Makes an empty database, its schema and the secret that its gateways share; what these have in their files.
    func makeDatabase(_ name: String, for binary: String, in work: WorkFolder) throws -> String {
        try sql("CREATE DATABASE \(name)")
        let settings = "storage: {use: postgres, url: \"postgres://postgres@127.0.0.1:\(port)/\(name)\"}\n"
        try FileManager.default.createDirectory(
            atPath: work.path + "/data", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let secret = try work.write("data/secret.key", "k1:" + String(repeating: "A", count: 43) + "\n")
        chmod(secret, 0o600)
        let file = try work.write("migrate.yaml", settings)
        try ServerProcess(binary, ["migrate", "--config", file], log: work.path + "/migrate.log").waitForEnd()
        return settings
    }

    /// Runs a command as the superuser; what it prints, bare.
    @discardableResult
    func sql(_ command: String, in database: String = "postgres") throws -> String {
        let log = folder.path + "/\(UUID().uuidString).out"
        defer { unlink(log) }
        try ServerProcess(
            try Self.program("psql"),
            ["-h", folder.path, "-p", "\(port)", "-U", "postgres", "-d", database, "-XqAt", "-c", command], log: log
        ).waitForEnd()
        return try String(contentsOfFile: log, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// How many statements a database was sent for each of so many equal requests; what it is sent besides, now and
    /// then, does not count.
    func statements(in database: String, forEachOf count: Int, _ work: () throws -> Void) throws -> Double {
        try sql("SELECT pg_stat_statements_reset()")
        try work()
        let calls = try sql(
            """
            SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON oid = dbid
            WHERE datname = '\(database)' AND calls >= \(count / 2)
            """)
        guard let calls = Double(calls) else { throw WrongAnswer() }
        return calls / Double(count)
    }

    private static var owner: String? { getuid() == 0 ? "postgres" : nil }

    private static func program(_ name: String) throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = try FileManager.default.contentsOfDirectory(atPath: root).compactMap { Int($0) }
        guard let newest = versions.max() else { throw WrongAnswer() }
        return "\(root)/\(newest)/bin/\(name)"
    }
}
