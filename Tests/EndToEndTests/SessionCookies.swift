import Foundation
import GatewayKit
import Testing

/// Gives sessions their cookies in the store itself, as the page will that logs browsers in.
struct SessionCookies {
    let folder: TestFolder

    /// The value of a cookie for the youngest session.
    func add() async throws -> String {
        let token = OpaqueToken(from: SystemRandom())
        let hash = token.hash.bytes.map { String(format: "%02x", $0) }.joined()
        let result = try await RunningProcess.run(
            try #require(Program.path(of: "python3")), ["-c", Self.script, hash], folder: folder.url)
        #expect(result.status == 0, "\(result.output)")
        return token.reveal()
    }

    private static let script = """
        import sqlite3, sys
        store = sqlite3.connect("data/auth-gateway.db", isolation_level=None, timeout=20)
        store.execute("INSERT INTO session_cookies (hash, session_id) SELECT ?, id FROM sessions "
            "ORDER BY created_at DESC LIMIT 1", (bytes.fromhex(sys.argv[1]),))
        """
}
