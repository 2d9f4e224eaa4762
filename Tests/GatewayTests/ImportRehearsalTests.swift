import Foundation
import GatewayKit
import GatewayTestKit
import Testing

@testable import Gateway
@testable import GatewayAccounts

/// A dry run says what the real run says, however far from each other the lines are that conflict.
@Suite(.timeLimit(.minutes(5))) struct ImportRehearsalTests {
    @Test func `a dry run of several batches reports to the word what the real run reports`() async throws {
        let storage = try await Self.storage()
        let lines = Self.lines()
        let rehearsed = try await run(lines, in: storage, isRehearsal: true)
        let count = try await storage.read { records throws(StorageError) in
            try records.accounts.page(after: nil, limit: 9000).count
        }
        #expect(count == 1, "it stores nothing")
        let real = try await run(lines, in: storage, isRehearsal: false)
        #expect(rehearsed.told == real.told)
        #expect(rehearsed.summary == real.summary.replacing(" imported", with: " would be imported"))
        // What is compared is not nothing: each of the last ten lines is about one of the first batch or of the store.
        #expect(
            real.told.suffix(8).map { $0.split(separator: ": ")[1] } == [
                "the user name 'user1' belongs to another account, or did",
                "the user name 'user4' belongs to another account, or did",
                "the address 'user3@example.com' belongs to another account",
                "the user name 'user5' belongs to another account, or did",
                "the id belongs to an account of another name and another address",
                "the user name 'taken' belongs to another account, or did",
                "the user name 'former' belongs to another account, or did",
                "the id belonged to an account that was deleted",
            ])
        #expect(real.told.count == 10)
        #expect(real.summary == "2007 imported, 4 already there, 10 refused")
    }

    /// One account, and one that was deleted.
    private static func storage() async throws -> InMemoryStorage {
        let storage = InMemoryStorage()
        let accountImport = accountImport(into: storage)
        let accounts = try ["taken", "former"].map { name in
            ImportedAccount(
                id: AccountID("id-\(name)"), username: try Username(name),
                email: try EmailAddress("\(name)@example.com"))
        }
        _ = try await accountImport.take(accounts, by: .commandLine)
        _ = try await storage.write { records throws(StorageError) in
            try records.accounts.delete(AccountID("id-former"))
        }
        return storage
    }

    private static func lines() -> [String] {
        func line(_ name: String, _ address: String? = nil, id: String? = nil, hash: String? = nil) -> String {
            let id = id.map { #""id":"\#($0)","# } ?? ""
            let hash = hash.map { #","password_hash":"\#($0)""# } ?? ""
            return #"{\#(id)"username":"\#(name)","email":"\#(address ?? name)@example.com"\#(hash)}"#
        }
        var lines = (0..<2000).map { number in
            line("user\(number)", id: number % 3 == 0 ? "id-\(number)" : nil, hash: number % 2 == 0 ? Self.hash : nil)
        }
        lines.insert("{", at: 10)
        lines.insert(line("user7", "user8"), at: 700)
        lines += [
            // Those of the first batch: the same again, known by id, by hash, by address and by id under another name.
            line("user6", id: "id-6", hash: Self.otherHash), line("user2", hash: Self.hash), line("user1"),
            line("renamed", "user3", id: "id-3"),
            // The same names and addresses, and other accounts.
            line("user1", hash: Self.hash), line("user4", hash: Self.otherHash), line("other", "user3"),
            line("user5", id: "id-5"), line("other", "elsewhere", id: "id-3"),
            // What the store has.
            line("taken", "x", hash: Self.hash), line("former", "y"), line("newname", id: "id-former"),
        ]
        // And what nobody has.
        return lines + (0..<7).map { line("last\($0)") }
    }

    private static let hash = "$fake$hash"
    private static let otherHash = "$fake$other"

    private static func accountImport(into storage: InMemoryStorage) -> AccountImport {
        AccountImport(storage: storage, hasher: FakePasswordHasher(), time: ManualTime(), random: CountedRandom())
    }

    private func run(
        _ lines: [String], in storage: InMemoryStorage, isRehearsal: Bool
    ) async throws -> (told: [String], summary: String) {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let told = Told()
        var run = ImportRun(
            accountImport: Self.accountImport(into: storage), isRehearsal: isRehearsal, tell: told.tell)
        let input = try LineInput(file.path)
        defer { input.close() }
        try await run.take(input.next)
        return (told.lines, run.summary)
    }
}

/// What was told, in its order.
final class Told {
    private(set) var lines: [String] = []

    func tell(_ line: String) { lines.append(line) }
}
