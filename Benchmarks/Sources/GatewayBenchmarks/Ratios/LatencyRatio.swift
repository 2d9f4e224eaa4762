/// The 99th percentile of verification while logins saturate the hashing, and while nothing else goes on.
@MainActor
struct LatencyRatio {
    let binary: String
    private let pairs = 5
    private let seconds = 4
    private let perSecond = 500

    func rows() throws -> [Row] {
        let folder = try WorkFolder()
        defer { folder.remove() }
        let server = try GatewayServer.start(binary, in: folder)
        defer { server.process.end() }
        let people = Person.crowd(16)
        try server.register(people)
        let request = Requests.verify(token: try server.token(of: people[0]))
        let load = OpenLoop(port: server.port, request: request, perSecond: perSecond)
        _ = try load.times(forSeconds: 1)
        var (late, usual): ([Pair], [Pair]) = ([], [])
        for _ in 0..<pairs {
            let idle = try load.times(forSeconds: seconds)
            let storm = Storm.logins(of: people, at: [server.port])
            Moment.now().advanced(bySeconds: 0.5).wait()
            let busy = try load.times(forSeconds: seconds)
            _ = try storm.stop()
            late.append(Pair(gateway: busy.percentile(99), control: idle.percentile(99)))
            usual.append(Pair(gateway: busy.median, control: idle.median))
        }
        return [
            Row("verify p99 during logins ÷ idle", late, unit: .seconds, goal: .atMost(2)),
            Row("  medians", usual, unit: .seconds),
        ]
    }
}
