import Foundation
import GRDB
import GatewayKit
import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct SQLiteOpeningTests {
    @Test func `a path that cannot be opened is named with the reason`() async throws {
        let folder = try TemporaryFolder()
        try Data("words".utf8).write(to: URL(filePath: folder.file("file")))
        try Data(repeating: 120, count: 10_000).write(to: URL(filePath: folder.file("picture.db")))
        let failures = [
            (folder.file("file/gateway.db"), "not a directory"), (folder.path, "it is not a file"),
            (folder.file("picture.db"), "SQLite error 26 (file is not a database)"),
        ]
        for (path, reason) in failures {
            let error = await #expect(throws: SQLiteOpenFailure.self) {
                try await SQLiteStorage.open(path: path, time: ManualTime())
            }
            let sentence = error.map { "\($0)" } ?? ""
            #expect(sentence.hasPrefix("cannot use the database \(path): \(reason)"), "found \(sentence)")
        }
    }

    @Test func `a file that no one may write is refused`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("gateway.db")
        // Without a log beside it, which would say what the file's first page is.
        let database = try DatabaseQueue(path: path)
        try await database.write { try $0.execute(sql: "CREATE TABLE t (id TEXT)") }
        try database.close()
        // A write version of 3 is a future SQLite's: today's opens such a file, whoever asks, to read alone.
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: 18)
        try file.write(contentsOf: Data([3]))
        try file.close()
        let error = await #expect(throws: SQLiteOpenFailure.self) {
            try await SQLiteStorage.open(path: path, time: ManualTime())
        }
        #expect("\(String(describing: error))".contains(path))
    }

    @Test func `the module opens its path below the folder of the file`() async throws {
        let folder = try TemporaryFolder()
        let storage = try await Slot.storage.product(
            of: "sqlite", among: .providers, with: .forTests(storage: nil, folder: folder.path))
        try await storage.checkReadiness()
        #expect(FileManager.default.fileExists(atPath: folder.file("data/auth-gateway.db")))
    }
}
