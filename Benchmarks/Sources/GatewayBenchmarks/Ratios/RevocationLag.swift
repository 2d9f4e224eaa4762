import Foundation

/// How long after a logout was answered at one gateway the others on the same store go on to take the token.
@MainActor
struct RevocationLag {
    let binary: String
    private let logouts = 100
    private let extra = "passwords: {use: argon2id, memory: 7MiB, iterations: 1}\npipeline: []\n"

    func rows() throws -> [Row] {
        let folders = try (0..<3).map { _ in try WorkFolder() }
        defer { for folder in folders { folder.remove() } }
        let postgres = try PostgresServer.start()
        defer { postgres.end() }
        var rows = [try row("SQLite, two gateways", of: 2, in: folders[0], extra, goal: 100)]
        for (count, folder) in zip([2, 4], folders[1...]) {
            let shared = try postgres.makeDatabase("bench\(count)", for: binary, in: folder)
            rows.append(
                try row(
                    "PostgreSQL, \(count == 2 ? "two" : "four") gateways", of: count, in: folder, shared + extra,
                    goal: 50))
        }
        return rows
    }

    /// The others are asked one after the other, each until it refuses: so the last is not earlier than the latest.
    private func row(
        _ name: String, of count: Int, in folder: WorkFolder, _ extra: String, goal: Double
    ) throws -> Row {
        var servers: [GatewayServer] = []
        defer { for server in servers { server.process.end() } }
        for _ in 0..<count { servers.append(try GatewayServer.start(binary, in: folder, extra: extra)) }
        let first = servers[0]
        try first.register([Person(number: 0)])
        let (one, others) = (
            try Connection(port: first.port), try servers.dropFirst().map { try Connection(port: $0.port) }
        )
        let lags = try (0..<logouts).map { _ in
            let token = try first.token(of: Person(number: 0))
            let verify = Requests.verify(token: token)
            for other in others { guard try other.exchange(verify).status == 200 else { throw WrongAnswer() } }
            let logout = Requests.request("POST", "/auth/logout", ["Authorization: Bearer \(token)"], json: "{}")
            guard try one.exchange(logout).status == 204 else { throw WrongAnswer() }
            let ended = Moment.now()
            for other in others { while try other.exchange(verify).status == 200 {} }
            return Moment.now().since(ended) * 1e3
        }
        let late = lags.percentile(99)
        return Row(
            name: "revocation, p99: \(name)", gateway: String(format: "%.1f ms", late), value: late,
            range: String(format: "median %.1f ms", lags.median), goal: .below(goal, unit: "ms"))
    }
}
