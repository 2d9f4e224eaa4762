import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

/// What each driver must do with parameters and columns, so that a statement means the same on every engine.
@Suite struct SQLConnectionTests {
    @Test func `parameters are bound by name, out of order and repeated`() async throws {
        let row = try await answer("SELECT :b AS b, :a AS a, :c AS c, :b AS d, :a || :b AS e") { row in
            try ["a", "b", "c", "d", "e"].map { try row.text($0) }
        }
        #expect(row == ["A", "B", "C", "B", "AB"])
    }

    @Test(arguments: [0, 1, -1, 1 << 53 + 1, .max, .min] as [Int64])
    func `whole numbers are exact`(number: Int64) async throws {
        #expect(try await roundTrip(.integer(number)) { try $0.integer("value") } == number)
    }

    @Test(arguments: ["", "'; DROP TABLE accounts; --", "\"\\%_", "\u{1F469}\u{200D}\u{1F680}", "e\u{301}\u{FFFF}\n"])
    func `texts come back byte by byte`(text: String) async throws {
        let found = try await roundTrip(.text(text)) { try $0.text("value") }
        #expect(Array(found.utf8) == Array(text.utf8))
    }

    @Test(arguments: [[], [0], [0, 255, 39, 0], [UInt8](repeating: 200, count: 100_000)] as [[UInt8]])
    func `bytes come back, none at all too`(bytes: [UInt8]) async throws {
        #expect(try await roundTrip(.blob(bytes)) { try $0.blob("value") } == bytes)
    }

    @Test(arguments: [SQLValue.text(nil), .integer(nil), .blob(nil)])
    func `a missing value is NULL, whatever its type`(value: SQLValue) async throws {
        let found = try await roundTrip(value) { row in
            (try row.optionalText("value"), try row.optionalInteger("value"), try row.optionalBlob("value"))
        }
        #expect(found == (nil, nil, nil))
        await #expect(throws: StorageError.self) { try await roundTrip(value) { try $0.text("value") } }
    }

    @Test func `a text with NUL is refused`() async throws {
        await #expect(throws: StorageError.self) { try await roundTrip(.text("a\u{0}b")) { try $0.text("value") } }
    }

    @Test func `a column of another type or name is refused`() async throws {
        await #expect(throws: StorageError.self) { try await roundTrip(.text("7")) { try $0.integer("value") } }
        await #expect(throws: StorageError.self) { try await roundTrip(.integer(7)) { try $0.blob("value") } }
        await #expect(throws: StorageError.self) { try await roundTrip(.integer(7)) { try $0.optionalText("other") } }
    }

    @Test func `a parameter without a value is refused`() async throws {
        await #expect(throws: StorageError.self) {
            try await inTransaction { try $0.execute("SELECT :a", ["b": .integer(1)]) }
        }
    }

    @Test func `changed rows are counted, cascades apart`() async throws {
        let counts = try await inTransaction { connection in
            try connection.run(
                script: """
                    CREATE TABLE parents (id TEXT PRIMARY KEY) STRICT;
                    CREATE TABLE children (id TEXT REFERENCES parents (id) ON DELETE CASCADE) STRICT;
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
        _ statement: StaticString, _ read: @escaping @Sendable (any SQLRow) throws -> Value
    ) async throws -> Value? {
        try await inTransaction { connection in
            let values: [String: SQLValue] = ["a": .text("A"), "b": .text("B"), "c": .text("C")]
            return try connection.row(statement, values) { row throws(StorageError) in try typed { try read(row) } }
        }
    }

    private func roundTrip<Value: Sendable>(
        _ value: SQLValue, _ read: @escaping @Sendable (any SQLRow) throws -> Value
    ) async throws -> Value {
        let found = try await inTransaction { connection in
            try connection.execute("CREATE TABLE kept (value ANY) STRICT", [:])
            try connection.execute("INSERT INTO kept (value) VALUES (:value)", ["value": value])
            return try connection.row("SELECT value FROM kept", [:]) { row throws(StorageError) in
                try typed { try read(row) }
            }
        }
        return try #require(found)
    }

    private func inTransaction<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws -> Value {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("x.db"), time: ManualTime(), scripts: [])
        return try await storage.writing { connection throws(StorageError) in try typed { try body(connection) } }
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
