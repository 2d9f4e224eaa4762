/// What PostgreSQL makes of logins and refreshes, with one gateway and with two, beside SQLite; and how many statements
/// a request takes.
@MainActor
struct StorageRatio {
    let binary: String
    private let pairs = 5
    private let seconds = 3.0
    private let people = Person.crowd(16)
    private let counted = 200

    func rows() throws -> [Row] {
        let folders = try (0..<2).map { _ in try WorkFolder() }
        defer { for folder in folders { folder.remove() } }
        let postgres = try PostgresServer.start()
        defer { postgres.end() }
        // Hashes that cost little, so that the store is seen.
        let extra = "passwords: {use: argon2id, memory: 7MiB, iterations: 1}\npipeline: []\n"
        let shared = try postgres.makeDatabase("bench", for: binary, in: folders[1]) + extra
        let plain = try GatewayServer.start(binary, in: folders[0], extra: extra)
        defer { plain.process.end() }
        let first = try GatewayServer.start(binary, in: folders[1], extra: shared)
        defer { first.process.end() }
        let second = try GatewayServer.start(binary, in: folders[1], extra: shared)
        defer { second.process.end() }
        try plain.register(people)
        try first.register(people)
        let (one, two) = ([first.port], [first.port, second.port])
        return try rows("logins", Storm.logins, plain, one, two) + rows("refreshes", Storm.refreshes, plain, one, two)
            + statements(postgres, first)
    }

    private func rows(
        _ name: String, _ storm: ([Person], [UInt16]) -> Storm, _ plain: GatewayServer, _ one: [UInt16],
        _ two: [UInt16]
    ) throws -> [Row] {
        var (single, double): ([Pair], [Pair]) = ([], [])
        for _ in 0..<pairs {
            let control = try storm(people, [plain.port]).rate(forSeconds: seconds)
            single.append(Pair(gateway: try storm(people, one).rate(forSeconds: seconds), control: control))
            double.append(Pair(gateway: try storm(people, two).rate(forSeconds: seconds), control: control))
        }
        return [
            Row("\(name): PostgreSQL, one gateway ÷ SQLite", single, unit: .perSecond),
            Row("\(name): PostgreSQL, two gateways ÷ SQLite", double, unit: .perSecond),
        ]
    }

    private func statements(_ postgres: PostgresServer, _ server: GatewayServer) throws -> [Row] {
        let connection = try Connection(port: server.port)
        let logins = try postgres.statements(in: "bench", forEachOf: counted) {
            for turn in 0..<counted {
                guard try connection.exchange(people[0].login(from: turn)).status == 200 else { throw WrongAnswer() }
            }
        }
        var tokens: [String] = []
        let refreshes = try postgres.statements(in: "bench", forEachOf: counted) {
            tokens = try server.tokens(of: people[0], counted)
        }
        // Each seen for the first time here.
        let verifications = try postgres.statements(in: "bench", forEachOf: tokens.count) {
            for token in tokens {
                guard try connection.exchange(Requests.verify(token: token)).status == 200 else { throw WrongAnswer() }
            }
        }
        return [
            row("statements of a login", logins, goal: nil), row("statements of a refresh", refreshes, goal: nil),
            row("statements of a verification", verifications, goal: .atMost(0)),
        ]
    }

    private func row(_ name: String, _ count: Double, goal: Goal?) -> Row {
        Row(name: name, gateway: String(count), value: count, goal: goal)
    }
}
