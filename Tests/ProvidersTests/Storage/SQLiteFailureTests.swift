import Foundation
import GRDB
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct SQLiteFailureTests {
    @Test func `a store that another process has locked past the timeout is unavailable to writers alone`() async throws
    {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(
            path: folder.file("gateway.db"), time: ManualTime(), busyTimeout: .milliseconds(20))
        let guesses = GuessCount(
            key: "a", count: 1, windowStart: Timestamp(seconds: 1), keepUntil: Timestamp(seconds: 2))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: folder.file("gateway.db"), configuration: configuration)
        try await other.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        let error = await #expect(throws: StorageError.self) {
            try await storage.write { records throws(StorageError) in try records.guesses.store(guesses) }
        }
        guard case .unavailable = error else {
            Issue.record("expected unavailable, found \(String(describing: error))")
            return
        }
        #expect(try await storage.read { records throws(StorageError) in try records.guesses.count(of: "a") } == nil)
        try await other.writeWithoutTransaction { try $0.rollback() }
        try await storage.write { records throws(StorageError) in try records.guesses.store(guesses) }
    }

    @Test func `a full disk is unavailable, harms nothing, and is forgotten once there is room`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        try await limitPages(of: storage, to: 1)
        let key = SigningKeyRecord(
            id: "k", algorithm: "ES256", state: .active, sealed: [UInt8](repeating: 1, count: 100_000),
            createdAt: Timestamp(seconds: 1))
        let error = await #expect(throws: StorageError.self) {
            try await storage.write { records throws(StorageError) in
                try records.guesses.store(
                    GuessCount(key: "a", count: 1, windowStart: key.createdAt, keepUntil: key.createdAt))
                try records.keys.insert(key)
            }
        }
        guard case .unavailable(let cause) = error else {
            Issue.record("expected unavailable, found \(String(describing: error))")
            return
        }
        #expect("\(cause)".hasPrefix("SQLite error 13 (database or disk is full) in \"INSERT INTO signing_keys"))
        try await limitPages(of: storage, to: 1_000_000)
        #expect(try await storage.read { records throws(StorageError) in try records.guesses.count(of: "a") } == nil)
        try await storage.write { records throws(StorageError) in try records.keys.insert(key) }
        #expect(try await storage.read { records throws(StorageError) in try records.keys.all() } == [key])
    }

    @Test func `a broken rule of the schema is broken, and its sentence holds no value`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        let link = Link(
            hash: TokenHash(bytes: [1]), purpose: .reset, accountID: AccountID("nobody"),
            email: EmailAddress(stored: "canary@example.com"), createdAt: Timestamp(seconds: 1),
            expiresAt: Timestamp(seconds: 2))
        let error = await #expect(throws: StorageError.self) {
            try await storage.write { records throws(StorageError) in try records.links.insert(link) }
        }
        guard case .broken(let cause) = error else {
            Issue.record("expected broken, found \(String(describing: error))")
            return
        }
        #expect("\(cause)".contains("FOREIGN KEY constraint failed"))
        var dumped = ""
        dump(cause, to: &dumped)
        #expect(!dumped.contains("canary"))
    }

    @Test func `a read closure that writes is refused as broken`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await SQLiteStorage.open(path: folder.file("gateway.db"), time: ManualTime())
        let error = await #expect(throws: StorageError.self) {
            try await storage.read { records throws(StorageError) in try records.guesses.clear("a") }
        }
        guard case .broken = error else {
            Issue.record("expected broken, found \(String(describing: error))")
            return
        }
    }

    @Test(arguments: [
        (ResultCode.SQLITE_BUSY, SQLiteFailure.Step.begin, "unavailable"),
        (.SQLITE_BUSY_SNAPSHOT, .write, "unavailable"), (.SQLITE_LOCKED, .write, "unavailable"),
        (.SQLITE_FULL, .commit, "unavailable"), (.SQLITE_READONLY, .write, "unavailable"),
        (.SQLITE_CANTOPEN, .read, "unavailable"), (.SQLITE_IOERR_READ, .read, "unavailable"),
        (.SQLITE_IOERR_WRITE, .write, "unavailable"), (.SQLITE_IOERR_FSYNC, .commit, "outcomeUnknown"),
        (.SQLITE_CORRUPT, .read, "broken"), (.SQLITE_NOTADB, .read, "broken"), (.SQLITE_MISUSE, .write, "broken"),
        (.SQLITE_CONSTRAINT_UNIQUE, .write, "broken"), (.SQLITE_ERROR, .write, "broken"),
    ])
    func `each code asks for a reaction`(code: ResultCode, step: SQLiteFailure.Step, reaction: String) {
        let error = SQLiteFailure.reaction(to: DatabaseError(resultCode: code), in: step)
        #expect("\(error)".hasPrefix(reaction + "("))
    }

    private func limitPages(of storage: SQLiteStorage, to count: Int) async throws {
        try await storage.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(count)") }
    }
}
