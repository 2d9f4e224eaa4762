import Foundation
import GRDB
import GatewayKit
import GatewaySQL
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct MigrationTests {
    @Test(arguments: [("sqlite", Migrations.sqlite), ("postgres", Migrations.postgres)])
    func `every script in the folder is listed, in the order of its number`(
        engine: String, scripts: [Migration]
    ) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../sql/\(engine)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
        let listed = scripts.map { script in
            "v" + String(String(10_000 + script.version).dropFirst()) + "_\(script.name).\(engine).sql"
        }
        #expect(files == listed)
        #expect(zip(scripts, scripts.dropFirst()).allSatisfy { $0.version < $1.version })
        for (file, script) in zip(files, scripts) {
            #expect(try String(contentsOf: folder.appending(path: file), encoding: .utf8) == script.text)
        }
    }

    @Test func `each engine has a script for each version, of the same topic`() {
        #expect(Migrations.postgres.map(\.name) == Migrations.sqlite.map(\.name))
    }

    @Test func `a checksum is the SHA-256 of the script`() {
        let checksum = Migration(1, "empty", Array("abc".utf8)).checksum
        #expect(checksum == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func `every table is strict`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await open(folder, Migrations.sqlite)
        let lax = try await storage.pool.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM pragma_table_list
                    WHERE type = 'table' AND strict = 0 AND schema = 'main' AND name NOT LIKE 'sqlite%'
                    """)
        }
        #expect(lax == [])
    }

    @Test func `a database whose list of scripts is older than strict tables is opened and goes on`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("gateway.db")
        try await DatabaseQueue(path: path).write { database in
            try database.execute(
                sql: """
                    CREATE TABLE schema_migrations (
                        version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
                        applied_at BIGINT NOT NULL);
                    CREATE TABLE t1 (id TEXT) STRICT;
                    """)
            try database.execute(
                sql: "INSERT INTO schema_migrations VALUES (1, 't1', ?, 5)", arguments: [scripts(1)[0].checksum])
        }
        let storage = try await open(folder, scripts(2))
        #expect(try await storage.migrations().map(\.version) == [1, 2])
        #expect(try await storage.migrations().first?.appliedAt == Timestamp(milliseconds: 5))
    }

    @Test func `what was applied is recorded with its moment`() async throws {
        let folder = try TemporaryFolder()
        let time = ManualTime()
        let storage = try await open(folder, scripts(2), time)
        let first = time.now()
        #expect(try await storage.migrations().map(\.appliedAt) == [first, first])
        time.advance(by: .seconds(60))
        let later = try await open(folder, scripts(3), time)
        let expected = [
            MigrationStatus(version: 1, name: "t1", appliedAt: first),
            MigrationStatus(version: 2, name: "t2", appliedAt: first),
            MigrationStatus(version: 3, name: "t3", appliedAt: time.now()),
        ]
        #expect(try await later.migrations() == expected)
    }

    @Test func `a schema newer than the program is refused at start, and a program that is overtaken is not ready`()
        async throws
    {
        let folder = try TemporaryFolder()
        let running = try await open(folder, scripts(2))
        _ = try await open(folder, scripts(3))
        let sentence =
            "the schema has version 3, this program knows versions up to 2: start a newer auth-gateway"
        let error = await #expect(throws: SQLiteOpenFailure.self) { try await open(folder, scripts(2)) }
        #expect(error == SQLiteOpenFailure(folder.file("gateway.db"), sentence))
        await #expect {
            try await running.checkReadiness()
        } throws: { error in
            guard case .broken(let cause) = error as? StorageError else { return false }
            return cause as? SchemaProblem == .newer(version: 3, known: 2)
        }
    }

    @Test func `who may begin no deployment changes no schema`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("gateway.db")
        _ = try await open(folder, scripts(1))
        let behind = try await SQLiteStorage.open(
            path: path, migrates: false, time: ManualTime(), scripts: scripts(3))
        let error = await #expect(throws: StorageError.self) { try await behind.checkReadiness() }
        let sentence = error.map { "\($0.cause)" }
        #expect(sentence == "2 schema scripts are not applied: run 'auth-gateway migrate'")
        #expect(try await behind.migrations().map { $0.appliedAt == nil } == [false, true, true])
        let storage = try await SQLiteStorage.open(
            path: path, migrates: false, time: ManualTime(), scripts: scripts(1))
        #expect(try await storage.migrations().count == 1)
    }

    @Test func `a script that was edited after it was applied is refused at start`() async throws {
        let folder = try TemporaryFolder()
        _ = try await open(folder, scripts(2))
        let edited = [scripts(1)[0], Migration(2, "t2", Array("CREATE TABLE other (id TEXT) STRICT;".utf8))]
        let error = await #expect(throws: SQLiteOpenFailure.self) { try await open(folder, edited) }
        #expect(
            error?.reason == "the script 2 (t2) that was applied is not this program's: its checksum differs")
    }

    @Test func `a script that fails half-way is undone, and those before it stay`() async throws {
        let folder = try TemporaryFolder()
        let failing = Migration(2, "t2", Array("CREATE TABLE half (id TEXT) STRICT; CREATE TABLE t1 (id TEXT);".utf8))
        let error = await #expect(throws: SQLiteOpenFailure.self) {
            try await open(folder, [scripts(1)[0], failing])
        }
        #expect(error?.reason.contains("table t1 already exists") == true)
        let storage = try await open(folder, scripts(2))
        let tables = try await storage.pool.read { database in
            try String.fetchAll(database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        }
        #expect(tables == ["schema_migrations", "t1", "t2"])
    }

    @Test func `many that open one new file at once apply each script once`() async throws {
        let folder = try TemporaryFolder()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = try await open(folder, Migrations.sqlite) } }
            try await group.waitForAll()
        }
        let storage = try await open(folder, Migrations.sqlite)
        #expect(try await storage.migrations().count == Migrations.sqlite.count)
    }

    @Test func `who finds a new file locked while it is switched to WAL tries again`() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("gateway.db")
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try other.writeWithoutTransaction { try $0.execute(sql: "CREATE TABLE t (id TEXT); BEGIN IMMEDIATE") }
        var pauses = 0
        let pool = try SQLiteStorage.openPool(path, .seconds(60)) {
            pauses += 1
            #expect(throws: Never.self) { try other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") } }
        }
        #expect(pauses == 1)
        #expect(try pool.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func `nonces that were spent before the schema knew of it are erased too`() async throws {
        let folder = try TemporaryFolder()
        let before = try await open(folder, Array(Migrations.sqlite.prefix(8)))
        try await before.pool.write { database in
            try database.execute(
                sql: """
                    INSERT INTO usernames VALUES ('ada', 'a');
                    INSERT INTO accounts VALUES ('a', 'ada', 'a@example.com', 0, 'hash', '', 0, 1, 0, NULL);
                    INSERT INTO sessions VALUES ('s', 'a', 0, 0, 1000, NULL, NULL);
                    INSERT INTO refresh_tokens VALUES (x'01', 's', NULL, x'aa', 1), (x'02', 's', x'01', x'bb', 2),
                        (x'03', 's', x'02', NULL, NULL);
                    """)
        }
        let after = try await open(folder, Migrations.sqlite)
        let counts = try await after.write { records throws(StorageError) in
            [
                try records.sessions.eraseNonces(of: nil, rotatedBy: Timestamp(milliseconds: 0), limit: 9),
                try records.sessions.eraseNonces(of: nil, rotatedBy: Timestamp(milliseconds: 9), limit: 9),
            ]
        }
        #expect(counts == [0, 1])
    }

    @Test func `a number that was left out can be filled later, and what was not this program's is refused`()
        async throws
    {
        let folder = try TemporaryFolder()
        let gap = [scripts(1)[0], scripts(3)[2]]
        _ = try await open(folder, gap)
        let filled = try await open(folder, scripts(3))
        #expect(try await filled.migrations().allSatisfy { $0.appliedAt != nil })
        let error = await #expect(throws: SQLiteOpenFailure.self) { try await open(folder, gap) }
        #expect(error?.reason == "the script 2 (t2) that was applied is not this program's: its checksum differs")
    }

    private func scripts(_ count: Int) -> [Migration] {
        (1...count).map { Migration($0, "t\($0)", Array("CREATE TABLE t\($0) (id TEXT) STRICT;".utf8)) }
    }

    private func open(
        _ folder: TemporaryFolder, _ scripts: [Migration], _ time: ManualTime = ManualTime()
    ) async throws -> SQLiteStorage {
        try await SQLiteStorage.open(
            path: folder.file("gateway.db"), time: time, scripts: scripts, busyTimeout: .seconds(60))
    }
}
