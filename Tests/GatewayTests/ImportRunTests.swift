import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import Gateway
@testable import GatewayAccounts

@Suite struct ImportRunTests {
    @Test func `a store that has no time for many at once is given fewer`() async throws {
        let storage = ShortStorage(base: InMemoryStorage(), most: 60)
        let run = try await take(200, into: storage)
        #expect(run.summary == "200 imported, 0 already there, 0 refused")
        let stored = try await storage.read { records throws(StorageError) in
            try records.accounts.page(after: nil, limit: 1000)
        }
        #expect(stored.count == 200)
    }

    @Test func `a store that has no time for one is told of, with the line`() async throws {
        let failure = await #expect(throws: Failure.self) {
            _ = try await take(3, into: ShortStorage(base: InMemoryStorage(), most: 0))
        }
        #expect(failure?.message.hasPrefix("line 1 and behind it: ") == true)
    }

    @Test func `a store that breaks at many is given fewer, down to the line that it breaks at`() async throws {
        let storage = ShortStorage(base: InMemoryStorage(), most: 60, isBroken: true)
        #expect(try await take(200, into: storage).summary == "200 imported, 0 already there, 0 refused")
        let failure = await #expect(throws: Failure.self) {
            _ = try await take(3, into: ShortStorage(base: InMemoryStorage(), most: 0, isBroken: true))
        }
        #expect(failure?.message.hasPrefix("line 1 and behind it: ") == true)
    }

    @Test func `a byte order mark before the first line is none of it`() async throws {
        let run = try await take(2, behind: "\u{FEFF}", into: InMemoryStorage())
        #expect(run.summary == "2 imported, 0 already there, 0 refused")
    }

    private func take(
        _ count: Int, behind mark: String = "", into storage: any Storage
    ) async throws -> ImportRun {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = (0..<count).map { #"{"username":"user\#($0)","email":"user\#($0)@example.com"}"# }
        try Data((mark + lines.joined(separator: "\n")).utf8).write(to: file)
        let accountImport = AccountImport(
            storage: storage, hasher: FakePasswordHasher(), time: ManualTime(), random: CountedRandom())
        var run = ImportRun(
            accountImport: accountImport
        ) { _ in }
        let input = try LineInput(file.path)
        defer { input.close() }
        try await run.take(input)
        return run
    }
}

private struct TooLate: Error {}

/// A store that is too far away for more than so many accounts in one transaction.
private struct ShortStorage: Storage {
    let base: InMemoryStorage
    let most: Int
    /// Whether it breaks then, as where others come between again and again, instead of being late.
    var isBroken = false

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result { try await base.read(body) }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        try await base.write { [most, isBroken] records throws(StorageError) in
            let before = try records.accounts.page(after: nil, limit: 1000).count
            let result = try body(records)
            guard try records.accounts.page(after: nil, limit: 1000).count - before <= most else {
                throw isBroken ? .broken(cause: TooLate()) : .unavailable(cause: TooLate())
            }
            return result
        }
    }

    func checkReadiness() async throws(StorageError) { try await base.checkReadiness() }
}
