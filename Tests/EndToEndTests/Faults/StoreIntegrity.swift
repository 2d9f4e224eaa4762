import Foundation
import Testing

/// What SQLite itself says of a store, and which rows of it refer to none.
enum StoreIntegrity {
    /// Expects that nothing is broken in the store in a folder.
    static func expectWhole(in folder: TestFolder, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let check = try await RunningProcess.run(
            try #require(Program.path(of: "python3")), ["-c", script], folder: folder.url)
        #expect(check.output == "ok []", sourceLocation: sourceLocation)
    }

    private static let script = """
        import sqlite3
        store = sqlite3.connect("data/auth-gateway.db")
        broken = store.execute("PRAGMA foreign_key_check").fetchall()
        print(store.execute("PRAGMA integrity_check").fetchone()[0], broken)
        """
}

/// Another process that has a store's lock for writing.
struct StoreLock {
    private let holder: RunningProcess

    /// Takes the lock of the store in a folder.
    static func take(in folder: TestFolder) async throws -> Self {
        let holder = try RunningProcess(
            try #require(Program.path(of: "python3")), ["-u", "-c", script], folder: folder.url)
        _ = try await holder.line(containing: "locked")
        return Self(holder: holder)
    }

    func release() async { await holder.end() }

    private static let script = """
        import signal, sqlite3
        store = sqlite3.connect("data/auth-gateway.db", isolation_level=None, timeout=20)
        store.execute("BEGIN IMMEDIATE")
        print("locked")
        signal.pause()
        """
}
