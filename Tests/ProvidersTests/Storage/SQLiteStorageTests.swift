import Foundation
import GRDB
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct SQLiteStorageTests {
    @Test func `a commit is synced to the disk before it is acknowledged`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        let settings = try await storage.pool.writeWithoutTransaction { database in
            try ["synchronous", "journal_mode", "foreign_keys", "secure_delete"].map {
                try String.fetchOne(database, sql: "PRAGMA \($0)")
            }
        }
        #expect(settings == ["2", "wal", "1", "1"])
    }

    @Test func `its threads are no more urgent than others, whoever runs it`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        #expect(storage.pool.configuration.qos == .default)
    }

    @Test func `the files are their owner's alone, and so are the folders that were missing`() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("given"), withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.file("given"))
        let path = folder.file("given/made/twice/gateway.db")
        let storage = try await SQLiteStorage.open(path: path, time: ManualTime())
        #expect(try mode(path) == 0o600)
        #expect(try mode(path + "-wal") == 0o600)
        #expect(try mode(path + "-shm") == 0o600)
        #expect(try mode(folder.file("given/made/twice")) == 0o700)
        #expect(try mode(folder.file("given/made")) == 0o700)
        #expect(try mode(folder.file("given")) == 0o755)
        try await storage.checkReadiness()
    }

    @Test func `a database that others could read is closed to them`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("gateway.db")
        #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o644]))
        _ = try await SQLiteStorage.open(path: path, time: ManualTime())
        #expect(try mode(path) == 0o600)
    }

    @Test func `the closure of a task that was cancelled while it waited is not begun`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        let guesses = GuessCount(key: "a", count: 1, windowStart: moment, keepUntil: moment)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                withUnsafeCurrentTask { $0?.cancel() }
                await #expect(throws: StorageError.self) {
                    try await storage.write { records throws(StorageError) in try records.guesses.store(guesses) }
                }
            }
        }
        let found = try await storage.read { records throws(StorageError) in try records.guesses.count(of: "a") }
        #expect(found == nil)
    }

    private let moment = Timestamp(seconds: 1_800_000_000)

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
