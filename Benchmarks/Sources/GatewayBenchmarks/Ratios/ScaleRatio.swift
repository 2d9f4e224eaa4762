import Foundation

/// What a verification costs with many tokens, many rules and a full store, beside one with none of that.
@MainActor
struct ScaleRatio {
    let binary: String
    private let pairs = 7
    private let requests = 20_000
    private let connections = 8
    private let tokens = 10_000

    func rows() throws -> [Row] {
        let folders = try (0..<3).map { _ in try WorkFolder() }
        defer { for folder in folders { folder.remove() } }
        let plain = try start(in: folders[0])
        defer { plain.process.end() }
        let ruled = try start(in: folders[1], rules: 1000)
        defer { ruled.process.end() }
        let full = try startFull(in: folders[2])
        defer { full.process.end() }
        let url = "https://app999.example.com/area/page"
        let one = try [plain, ruled, full].map { server in
            Requests.verify(forNginx: url, token: try server.token(of: Person(number: 0)))
        }
        let before = try plain.process.residentMegabytes()
        let many = try plain.tokens(of: Person(number: 0), tokens).map { Requests.verify(forNginx: url, token: $0) }
        let between = try plain.process.residentMegabytes()
        try ClosedLoop(port: plain.port, requests: many, status: 200).send(tokens, over: connections)
        let after = try plain.process.residentMegabytes()
        var (rotating, ruling, filled): ([Pair], [Pair], [Pair]) = ([], [], [])
        for round in 0...pairs {
            let control = try cost(plain, [one[0]])
            let (rotated, decided, stored) = (
                try cost(plain, many), try cost(ruled, [one[1]]), try cost(full, [one[2]])
            )
            guard round > 0 else { continue }  // The first warms up.
            rotating.append(Pair(gateway: rotated, control: control))
            ruling.append(Pair(gateway: decided, control: control))
            filled.append(Pair(gateway: stored, control: control))
        }
        let bytes = (after - between) * 1e6 / Double(tokens)
        return [
            Row("verify: 10,000 tokens ÷ one, CPU time", rotating, unit: .seconds, goal: .atMost(1.2)),
            Row("verify: 1,000 rules ÷ none, CPU time", ruling, unit: .seconds, goal: .atMost(1.2)),
            Row("verify: 1,000,000 accounts ÷ one, CPU time", filled, unit: .seconds, goal: .atMost(1.05)),
            Row(
                name: "memory of a known credential", gateway: String(format: "%.0f B", bytes), value: bytes,
                range: String(format: "%.0f, %.0f MB", before, after), goal: .below(600.5, unit: "B")),
        ]
    }

    private func start(in folder: WorkFolder, rules: Int = 0) throws -> GatewayServer {
        let list = (0..<rules).map { number in
            "    - {host: app\(number).example.com, path: /area/**, allow: authenticated}"
        }
        let access = rules == 0 ? "" : "access:\n  rules:\n" + list.joined(separator: "\n") + "\n"
        let server = try GatewayServer.start(binary, in: folder, extra: "pipeline: []\n" + access)
        try server.register([Person(number: 0)])
        return server
    }

    /// A million accounts and a hundred thousand sessions beside the one.
    private func startFull(in folder: WorkFolder) throws -> GatewayServer {
        try start(in: folder).process.end()
        let script = try folder.write("fill.py", Self.filling)
        let filling = try ServerProcess(
            "/usr/bin/python3", [script, folder.path + "/data/auth-gateway.db"], log: folder.path + "/fill.log")
        try filling.waitForEnd()
        return try GatewayServer.start(binary, in: folder, extra: "pipeline: []\n")
    }

    private func cost(_ server: GatewayServer, _ requests: [[UInt8]]) throws -> Double {
        let before = try server.process.processorTime()
        try ClosedLoop(port: server.port, requests: requests, status: 200).send(self.requests, over: connections)
        return (try server.process.processorTime() - before) / Double(self.requests)
    }

    private static let filling = """
        import sqlite3, sys
        store = sqlite3.connect(sys.argv[1])
        store.execute("PRAGMA synchronous = OFF")
        names = [("n%07d" % n, "a%025d" % n) for n in range(1000000)]
        store.executemany("INSERT INTO usernames (name, account_id) VALUES (?, ?)", names)
        store.executemany(
            "INSERT INTO accounts (id, username, email, is_email_verified, password_hash, group_names, is_disabled, "
            "version, created_at) VALUES (?, ?, ?, 0, '', '', 0, 1, 1800000000000)",
            ((id, name, name + "@example.com") for name, id in names))
        store.executemany(
            "INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at) "
            "VALUES (?, ?, 1800000000000, 1800000000000, 4102444800000)",
            (("s%025d" % n, names[n][1]) for n in range(100000)))
        store.commit()
        """
}
