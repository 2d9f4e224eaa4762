import Foundation
import GRDB
import GatewayKit
import GatewayTestKit
import ServiceLifecycle
import Testing

@testable import GatewayProviders

@Suite(.timeLimit(.minutes(5))) struct LogTruncationTests {
    private static let mark = "a-very-telling-mark"
    private let folder: TemporaryFolder
    private let time = ManualTime()
    private let log = RecordedLog()
    private let storage: any Storage
    private let service: any Service

    init() async throws {
        folder = try TemporaryFolder()
        let services = ServiceList()
        storage = try await Slot.storage.product(
            of: ["use": "sqlite", "path": "gateway.db"], among: .providers,
            with: .forTests(time: time, storage: nil, folder: folder.path, services: services, logger: log.logger))
        service = try #require(services.all.first)
    }

    @Test func `what was erased leaves no trace in the files for longer than a minute`() async throws {
        try await enqueue()
        #expect(try traces() == [false, true])
        try await whileRunning {
            try await pass(.seconds(60))
            #expect(try traces() == [true, false])
            try await erase()
            try await pass(.seconds(60))
            #expect(try traces() == [false, false])
        }
    }

    @Test func `what was erased leaves no trace in the files when a shutdown is over`() async throws {
        try await enqueue()
        try await erase()
        let group = ServiceGroup(services: [service], logger: log.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await time.waitForSleepers()
            #expect(try traces() == [false, true])
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(try traces() == [false, false])
    }

    @Test func `a reader that stays is said once, and made good for when it has gone`() async throws {
        try await enqueue()
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let reader = try DatabaseQueue(path: folder.file("gateway.db"), configuration: configuration)
        try await reader.writeWithoutTransaction { database in
            try database.beginTransaction(.deferred)
            _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM outbox")
        }
        try await erase()
        try await whileRunning {
            for _ in 1...2 { try await pass(.seconds(60)) }
            #expect(try traces()[1])
            try await reader.writeWithoutTransaction { try $0.rollback() }
            try await pass(.seconds(60))
            #expect(try traces() == [false, false])
        }
        #expect(
            log.lines.map(\.message) == [
                "the database's log could not be cut, erased data may stand in it: does a backup keep it open?"
            ])
    }

    private func enqueue() async throws {
        let mail = OutboxMail(id: "m", sealed: Array(Self.mark.utf8), createdAt: time.now(), dueAt: time.now())
        try await storage.write { records throws(StorageError) in try records.outbox.enqueue(mail) }
    }

    private func erase() async throws {
        try await storage.write { records throws(StorageError) in try records.outbox.erase("m") }
    }

    /// Whether the mail stands in the database's file, and whether in its log.
    private func traces() throws -> [Bool] {
        try ["gateway.db", "gateway.db-wal"].map { name in
            try Data(contentsOf: URL(filePath: folder.file(name))).contains(Self.mark.utf8)
        }
    }

    private func whileRunning(_ steps: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            try await steps()
            group.cancelAll()
        }
    }

    /// Lets time pass while the service rests, and returns when it rests again.
    private func pass(_ duration: Duration) async throws {
        try await time.waitForSleepers()
        time.advance(by: duration)
        try await time.waitForSleepers()
    }
}
