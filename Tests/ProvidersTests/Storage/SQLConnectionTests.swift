import GatewayKit
import GatewayTestKit
import GatewayTestServers
import Testing

@testable import GatewayProviders

/// What each driver must do with parameters and columns, so that a statement means the same on every engine.
@Suite struct SQLConnectionTests {
    @Test(arguments: SQLEngine.all)
    func `parameters are bound by name, out of order and repeated`(engine: SQLEngine) async throws {
        let row = try await answer(on: engine, "SELECT :b AS b, :a AS a, :c AS c, :b AS d, :a || :b AS e") { row in
            try ["a", "b", "c", "d", "e"].map { try row.text($0) }
        }
        #expect(row == ["A", "B", "C", "B", "AB"])
    }

    @Test(arguments: SQLEngine.all, [0, 1, -1, 1 << 53 + 1, .max, .min] as [Int64])
    func `whole numbers are exact`(engine: SQLEngine, number: Int64) async throws {
        #expect(try await roundTrip(on: engine, .integer(number)) { try $0.integer("value") } == number)
    }

    @Test(
        arguments: SQLEngine.all,
        ["", "'; DROP TABLE accounts; --", "\"\\%_", "\u{1F469}\u{200D}\u{1F680}", "e\u{301}\u{FFFF}\n"])
    func `texts come back byte by byte`(engine: SQLEngine, text: String) async throws {
        let found = try await roundTrip(on: engine, .text(text)) { try $0.text("value") }
        #expect(Array(found.utf8) == Array(text.utf8))
    }

    @Test(arguments: SQLEngine.all, [[], [0], [0, 255, 39, 0], [UInt8](repeating: 200, count: 100_000)] as [[UInt8]])
    func `bytes come back, none at all too`(engine: SQLEngine, bytes: [UInt8]) async throws {
        #expect(try await roundTrip(on: engine, .blob(bytes)) { try $0.blob("value") } == bytes)
    }

    @Test(arguments: SQLEngine.all, [SQLValue.text(nil), .integer(nil), .blob(nil)])
    func `a missing value is NULL, whatever its type`(engine: SQLEngine, value: SQLValue) async throws {
        let isMissing = try await roundTrip(on: engine, value) { row in
            switch value {
            case .text: try row.optionalText("value") == nil
            case .integer: try row.optionalInteger("value") == nil
            case .blob: try row.optionalBlob("value") == nil
            }
        }
        #expect(isMissing)
        await #expect(throws: StorageError.self) { try await roundTrip(on: engine, value) { try $0.text("value") } }
        await #expect(throws: StorageError.self) { try await roundTrip(on: engine, value) { try $0.integer("value") } }
    }

    @Test(arguments: SQLEngine.all)
    func `a text with NUL is refused`(engine: SQLEngine) async throws {
        await #expect(throws: StorageError.self) {
            try await roundTrip(on: engine, .text("a\u{0}b")) { try $0.text("value") }
        }
    }

    @Test(arguments: SQLEngine.all)
    func `a column of another type or name is refused`(engine: SQLEngine) async throws {
        let reads: [(SQLValue, @Sendable (any SQLRow) throws -> Void)] = [
            (.text("7"), { _ = try $0.integer("value") }), (.integer(7), { _ = try $0.blob("value") }),
            (.integer(7), { _ = try $0.text("value") }), (.blob([55]), { _ = try $0.text("value") }),
            (.integer(7), { _ = try $0.optionalText("other") }),
        ]
        for (value, read) in reads {
            await #expect(throws: StorageError.self) { try await roundTrip(on: engine, value, read) }
        }
    }

    @Test(arguments: SQLEngine.all)
    func `a parameter without a value is refused`(engine: SQLEngine) async throws {
        for values in [["b": .integer(1)], [:]] as [[String: SQLValue]] {
            await #expect(throws: StorageError.self) {
                try await engine.inTransaction { try $0.execute("SELECT :a", values) }
            }
        }
    }

    @Test(arguments: SQLEngine.all)
    func `one statement takes now a value and now none`(engine: SQLEngine) async throws {
        let found = try await engine.inTransaction { connection in
            try [SQLValue.text("a"), .text(nil), .text("b")].map { value in
                try connection.row("SELECT :a AS value", ["a": value]) { row throws(StorageError) in
                    try row.optionalText("value")
                }
            }
        }
        #expect(found == ["a", .some(nil), "b"])
    }

    @Test(arguments: SQLEngine.all)
    func `changed rows are counted, cascades apart`(engine: SQLEngine) async throws {
        let counts = try await engine.inTransaction { connection in
            try connection.run(
                script: """
                    CREATE TABLE parents (id TEXT PRIMARY KEY);
                    CREATE TABLE children (id TEXT REFERENCES parents (id) ON DELETE CASCADE);
                    INSERT INTO parents VALUES ('a'), ('b');
                    INSERT INTO children VALUES ('a'), ('a'), ('a');
                    """)
            return [
                try connection.execute("UPDATE parents SET id = id WHERE id = :id", ["id": .text("none")]),
                try connection.execute("DELETE FROM parents", [:]),
                try connection.execute("DELETE FROM children", [:]),
            ]
        }
        #expect(counts == [0, 2, 0])
    }

    private func answer<Value: Sendable>(
        on engine: SQLEngine, _ statement: StaticString,
        _ read: @escaping @Sendable (any SQLRow) throws -> Value
    ) async throws -> Value? {
        try await engine.inTransaction { connection in
            let values: [String: SQLValue] = ["a": .text("A"), "b": .text("B"), "c": .text("C")]
            return try connection.row(statement, values) { row throws(StorageError) in try typed { try read(row) } }
        }
    }

    private func roundTrip<Value: Sendable>(
        on engine: SQLEngine, _ value: SQLValue, _ read: @escaping @Sendable (any SQLRow) throws -> Value
    ) async throws -> Value {
        let found = try await engine.inTransaction { connection in
            try connection.execute(engine.table(for: value), [:])
            try connection.execute("INSERT INTO kept (value) VALUES (:value)", ["value": value])
            return try connection.row("SELECT value FROM kept", [:]) { row throws(StorageError) in
                try typed { try read(row) }
            }
        }
        return try #require(found)
    }
}

/// An engine with a database that is empty, a new one for each transaction.
enum SQLEngine: String, CustomTestStringConvertible {
    case sqlite, postgres

    /// Those of which there is one on this machine.
    static let all: [SQLEngine] = PostgresCluster.isExpected ? [.sqlite, .postgres] : [.sqlite]

    var testDescription: String { rawValue }

    /// Makes a table that keeps a value of its type alone.
    func table(for value: SQLValue) -> StaticString {
        switch (self, value) {
        case (.sqlite, _): "CREATE TABLE kept (value ANY) STRICT"
        case (.postgres, .text): "CREATE TEMPORARY TABLE kept (value TEXT) ON COMMIT DROP"
        case (.postgres, .integer): "CREATE TEMPORARY TABLE kept (value BIGINT) ON COMMIT DROP"
        case (.postgres, .blob): "CREATE TEMPORARY TABLE kept (value BYTEA) ON COMMIT DROP"
        }
    }

    /// Runs a closure in a transaction that writes.
    func inTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        let typedBody = { @Sendable (connection: any SQLConnection) throws(StorageError) -> Value in
            try typed { try body(connection) }
        }
        switch self {
        case .sqlite:
            let folder = try TemporaryFolder()
            let storage = try await SQLiteStorage.open(path: folder.file("x.db"), time: ManualTime(), scripts: [])
            return try await storage.writing(typedBody)
        case .postgres:
            let cluster = try await PostgresCluster.shared()
            let storage = try await PostgresStorage.opened(
                cluster.url(try await cluster.makeDatabase()), scripts: [], connections: 1)
            return try await storage.writing(typedBody)
        }
    }
}

/// Lets a closure spare the annotation of its error.
private func typed<Value>(_ body: () throws -> Value) throws(StorageError) -> Value {
    do {
        return try body()
    } catch let error as StorageError {
        throw error
    } catch {
        throw .broken(cause: error)
    }
}
