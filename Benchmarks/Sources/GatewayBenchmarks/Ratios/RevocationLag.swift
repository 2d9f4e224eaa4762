import Foundation

/// How long after a logout was answered at one gateway another on the same store goes on to take the token.
@MainActor
struct RevocationLag {
    let binary: String
    private let logouts = 100

    func rows() throws -> [Row] {
        let folder = try WorkFolder()
        defer { folder.remove() }
        let extra = "passwords: {use: argon2id, memory: 7MiB, iterations: 1}\npipeline: []"
        let first = try GatewayServer.start(binary, in: folder, extra: extra)
        defer { first.process.end() }
        let second = try GatewayServer.start(binary, in: folder, extra: extra)
        defer { second.process.end() }
        try first.register([Person(number: 0)])
        let (one, other) = (try Connection(port: first.port), try Connection(port: second.port))
        let lags = try (0..<logouts).map { _ in
            let token = try first.token(of: Person(number: 0))
            let verify = Requests.verify(token: token)
            guard try other.exchange(verify).status == 200 else { throw WrongAnswer() }
            let logout = Requests.request("POST", "/auth/logout", ["Authorization: Bearer \(token)"], json: "{}")
            guard try one.exchange(logout).status == 204 else { throw WrongAnswer() }
            let ended = Moment.now()
            while try other.exchange(verify).status == 200 {}
            return Moment.now().since(ended) * 1e3
        }
        let late = lags.percentile(99)
        return [
            Row(
                name: "revocation at another gateway, p99", gateway: String(format: "%.0f ms", late), value: late,
                range: String(format: "median %.0f ms", lags.median), goal: .below(100, unit: "ms"))
        ]
    }
}
