import Foundation
import GatewayKit
import GatewayTestKit
import Synchronization
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

    @Test func `a trouble that passes leaves no small transactions behind`() async throws {
        let storage = TroubledStorage(base: InMemoryStorage(), failing: [1, 2, 3, 4, 5, 6])
        #expect(try await take(1500, into: storage).imported == 1500)
        #expect(storage.sizes == [7, 14, 28, 56, 112, 224, 59, 448, 52, 500])
    }

    @Test func `a trouble with the last lines of a batch makes the next one no smaller`() async throws {
        let storage = TroubledStorage(base: InMemoryStorage(), failing: [1, 3])
        #expect(try await take(1500, into: storage).imported == 1500)
        #expect(storage.sizes == [250, 125, 125, 500, 500])
    }

    @Test func `a batch of few, for many lines are refused, tells what the store has time for too`() async throws {
        let storage = TroubledStorage(base: InMemoryStorage(), failing: [1, 2, 3, 4])
        let lines = (0..<1000).map { $0 % 500 < 100 ? Self.line($0) : "[]" }
        #expect(try await take(lines, into: storage) { _ in }.imported == 200)
        #expect(storage.sizes == [6, 12, 24, 48, 10, 96, 4])
    }

    @Test func `a store that gives out is told of behind the lines before it, which are counted`() async throws {
        let storage = TroubledStorage(base: InMemoryStorage(), failing: Set(2...50).subtracting([3]))
        let told = Told()
        var lines = (0..<1500).map(Self.line)
        for number in [4, 501, 502, 601, 801] { lines[number - 1] = "[]" }
        let failure = await #expect(throws: Failure.self) { _ = try await take(lines, into: storage, told.tell) }
        #expect(failure?.message.hasPrefix("line 752 and behind it: ") == true)
        let refused = [4, 501, 502, 601].map { "line \($0): a line must be a JSON object" }
        #expect(told.lines == refused + ["before line 752: 747 imported, 0 already there, 4 refused"])
    }

    @Test func `what was read before an input gave out is taken over and counted`() async throws {
        let told = Told()
        var run = ImportRun(accountImport: Self.accountImport(into: InMemoryStorage()), tell: told.tell)
        var pieces = ["[]\n\(Self.line(1))\n", "\(Self.line(2))\n\(Self.line(3))"].map { Array($0.utf8) }
        let failure = await #expect(throws: Failure.self) {
            try await run.take { () throws(Failure) in
                guard !pieces.isEmpty else { throw Failure("cannot read users.jsonl: input/output error") }
                return pieces.removeFirst()
            }
        }
        #expect(failure?.message == "cannot read users.jsonl: input/output error")
        #expect(
            told.lines == [
                "line 1: a line must be a JSON object", "before line 4: 2 imported, 0 already there, 1 refused",
            ])
    }

    @Test func `a byte order mark before the first line is none of it`() async throws {
        let run = try await take(2, behind: "\u{FEFF}", into: InMemoryStorage())
        #expect(run.summary == "2 imported, 0 already there, 0 refused")
    }

    private static func accountImport(into storage: any Storage) -> AccountImport {
        AccountImport(storage: storage, hasher: FakePasswordHasher(), time: ManualTime(), random: CountedRandom())
    }

    private func take(
        _ count: Int, behind mark: String = "", into storage: any Storage
    ) async throws -> ImportRun {
        var lines = (0..<count).map(Self.line)
        lines[0] = mark + lines[0]
        return try await take(lines, into: storage) { _ in }
    }

    private static func line(_ number: Int) -> String {
        #"{"username":"user\#(number)","email":"user\#(number)@example.com"}"#
    }

    private func take(
        _ lines: [String], into storage: any Storage, _ tell: @escaping (String) -> Void
    ) async throws -> ImportRun {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        var run = ImportRun(accountImport: Self.accountImport(into: storage), tell: tell)
        let input = try LineInput(file.path)
        defer { input.close() }
        try await run.take(input.next)
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

/// A store that is out of reach at some of its transactions, counted from one.
private final class TroubledStorage: Storage {
    let base: InMemoryStorage
    let failing: Set<Int>
    private let state = Mutex<(attempts: Int, sizes: [Int])>((0, []))

    init(base: InMemoryStorage, failing: Set<Int>) { (self.base, self.failing) = (base, failing) }

    /// How many accounts each transaction brought.
    var sizes: [Int] { state.withLock(\.sizes) }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result { try await base.read(body) }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Records) throws(StorageError) -> Result
    ) async throws(StorageError) -> Result {
        let attempt = state.withLock { state in
            state.attempts += 1
            return state.attempts
        }
        guard !failing.contains(attempt) else { throw .unavailable(cause: TooLate()) }
        let (result, size) = try await base.write { records throws(StorageError) in
            let before = try records.accounts.page(after: nil, limit: 5000).count
            let result = try body(records)
            return (result, try records.accounts.page(after: nil, limit: 5000).count - before)
        }
        state.withLock { $0.sizes.append(size) }
        return result
    }

    func checkReadiness() async throws(StorageError) { try await base.checkReadiness() }
}
