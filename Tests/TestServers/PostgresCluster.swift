import Foundation
import Synchronization
public import Testing

/// A PostgreSQL server of a test's own: its cluster in a new folder, its socket there, its port a free one of loopback.
///
/// `ServerProcess.swift` is its process; it ends with the test's process, however that ends. `PostgresCluster+Collation`
/// makes databases of other collations, `+Disk` a disk to fill, `+Standby` a second server.
public final class PostgresCluster: Sendable {
    /// The port, at 127.0.0.1 and in the name of the socket.
    public let port: Int
    /// Where its socket lies.
    public let folder: String
    private let settings: [String]
    /// What the server is started behind.
    let wrapper: [String]
    let process = Mutex<ServerProcess?>(nil)
    let databases = Atomic(0)
    /// The locales that are made in its folder, by their names.
    let locales = Mutex<[String: Task<Void, any Error>]>([:])
    private static let clusters = Atomic(0)

    /// The one that the tests of this process share, for all that harms nobody else.
    public static func shared() async throws -> PostgresCluster { try await common.value }

    private static let common = Task {
        let cluster = try await PostgresCluster.start()
        // What all tests share is never released.
        atexit { PostgresCluster.living.withLock { $0?.end() } }
        living.withLock { $0 = cluster }
        return cluster
    }

    private static let living = Mutex<PostgresCluster?>(nil)

    /// Makes a cluster and starts its server, with settings such as `max_connections=5`. What it holds does not survive
    /// a power cut.
    public static func start(_ settings: [String] = []) async throws -> PostgresCluster {
        let cluster = try PostgresCluster(settings)
        try await cluster.initialise()
        try await cluster.start()
        return cluster
    }

    /// The same, speaking TLS with a certificate of its own for `localhost`, which is at ``certificate``.
    public static func startWithTLS() async throws -> PostgresCluster {
        let cluster = try PostgresCluster(["ssl=on", "ssl_cert_file=../tls.crt", "ssl_key_file=../tls.key"])
        try await cluster.initialise()
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "tls.key"]
        let name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", cluster.certificate]
        try await cluster.run(["/usr/bin/openssl", "req", "-x509"] + key + name)
        try await cluster.start()
        return cluster
    }

    /// The certificate of a server that speaks TLS.
    public var certificate: String { folder + "/tls.crt" }

    func initialise() async throws {
        let initdb = ["initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions"]
        try await run(initdb + ["--locale=C", "--encoding=UTF8"])
    }

    init(_ settings: [String], port: Int? = nil, behind wrapper: [String] = []) throws {
        self.port = try port ?? FreePort.next()
        self.wrapper = wrapper
        // Short, for the socket's path may have 107 bytes.
        folder = "/tmp/pg-\(getpid())-\(Self.clusters.add(1, ordering: .relaxed).newValue)"
        self.settings = settings
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        if let owner = Self.owner { chown(folder, owner.uid, owner.gid) }
    }

    deinit { end() }

    private func end() {
        process.withLock { $0?.endNow() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Starts the server again after ``stop()`` or ``crash()``, and waits until it answers.
    public func start() async throws {
        let standing = [
            "fsync=off", "listen_addresses=127.0.0.1", "unix_socket_directories=\(folder)", "max_connections=400",
            "autovacuum=off", "log_min_messages=warning", "lc_messages=C",
        ]
        let options = (standing + settings).flatMap { ["-c", $0] }
        let server = try ServerProcess(
            wrapper + (try Self.words(["postgres", "-D", data, "-p", "\(port)"] + options)), folder: folder)
        process.withLock { $0 = server }
        // A standby's line says that connections are read-only.
        guard await server.line(containing: "database system is ready to accept") else {
            throw ServerFailure(words: "postgres", output: server.transcript)
        }
    }

    /// Stops the server as an operator does who does not wait for clients.
    public func stop() async { await end(SIGINT) }

    /// Kills the server, and its children with it.
    public func crash() async {
        // It makes no more children while it stands still.
        process.withLock { $0?.send(SIGSTOP) }
        let children = process.withLock { $0?.children ?? [] }
        for child in children { kill(child, SIGKILL) }
        await end(SIGKILL)
        // Their memory is not free before, and no other server starts over it.
        while children.contains(where: ServerProcess.lives) { await Task.yield() }
    }

    /// Has the server and all its children stand still, their sockets open.
    public func freeze() { signalAll(SIGSTOP) }

    /// Has them go on.
    public func thaw() { signalAll(SIGCONT) }

    /// Runs a command of SQL, as the superuser unless another is named; what psql prints, bare.
    @discardableResult
    public func sql(
        _ command: String, in database: String = "postgres", as user: String = "postgres"
    ) async throws -> String {
        try await run([
            "psql", "-h", folder, "-p", "\(port)", "-U", user, "-d", database, "-XqAt", "-c", command,
        ])
    }

    /// The URL of a database over TCP, with parameters such as `sslmode=disable`.
    public func url(_ database: String = "postgres", user: String = "postgres", _ parameters: String = "") -> String {
        "postgres://\(user)@127.0.0.1:\(port)/\(database)" + (parameters.isEmpty ? "" : "?\(parameters)")
    }

    /// Has the server ask for passwords over TCP from now on.
    public func demandPasswords() async throws {
        let rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
        try rules.write(toFile: data + "/pg_hba.conf", atomically: false, encoding: .utf8)
        await stop()
        try await start()
    }

    /// What the server has logged.
    public var log: String { process.withLock { $0?.transcript ?? "" } }

    var data: String { folder + "/data" }

    private func end(_ signal: Int32) async {
        let server = process.withLock { process in
            defer { process = nil }
            return process
        }
        server?.send(signal)
        await server?.ended()
    }

    private func signalAll(_ signal: Int32) {
        process.withLock { server in
            // The one that makes others first.
            server?.send(signal)
            for child in server?.children ?? [] { kill(child, signal) }
        }
    }

    @discardableResult
    func run(_ words: [String]) async throws -> String {
        let process = try ServerProcess(try Self.words(words), folder: folder)
        let status = await process.finished()
        guard status == 0 else { throw ServerFailure(words: words[0], output: process.transcript) }
        return process.transcript
    }
}

/// A program that did not do what it should.
public struct ServerFailure: Error, CustomStringConvertible {
    let words: String
    let output: String

    public var description: String { "\(words) has failed:\n\(output)" }
}

extension PostgresCluster {
    /// Whether a server can be started; where CI is set, one must be.
    public static var isExpected: Bool { ProcessInfo.processInfo.environment["CI"] != nil || programs != nil }

    /// Where the newest server's programs lie.
    fileprivate static var programs: String? {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.max()
        return newest.map { "\(root)/\($0)/bin" }.flatMap {
            FileManager.default.isExecutableFile(atPath: $0 + "/initdb") ? $0 : nil
        }
    }

    /// The user that the server runs as where this is root, as whom it refuses to.
    fileprivate static var owner: (uid: uid_t, gid: gid_t)? {
        guard getuid() == 0, let user = getpwnam("postgres") else { return nil }
        return (user.pointee.pw_uid, user.pointee.pw_gid)
    }

    /// A program with its arguments, as that user, to end when the thread ends that has started it.
    static func words(_ words: [String]) throws -> [String] {
        guard let programs else { throw ServerFailure(words: words[0], output: "it is not installed") }
        let program = words[0].hasPrefix("/") ? words[0] : programs + "/" + words[0]
        let user = owner.map { ["--reuid=\($0.uid)", "--regid=\($0.gid)", "--clear-groups"] } ?? []
        return ["/usr/bin/setpriv"] + user + ["--pdeathsig=QUIT", program] + words.dropFirst()
    }
}

extension Trait where Self == ConditionTrait {
    /// Says that a test starts a PostgreSQL server. Where there is none, the test is skipped and says so; but where CI
    /// is set nothing is skipped, and the test fails.
    public static var needsPostgres: Self {
        .enabled(
            if: PostgresCluster.isExpected,
            "needs PostgreSQL, which is not installed: make deps")
    }
}
