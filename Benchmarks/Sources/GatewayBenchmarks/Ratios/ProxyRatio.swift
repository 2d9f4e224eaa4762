/// An nginx that asks the gateway about each request, beside one that asks an nginx which answers nothing at all.
@MainActor
struct ProxyRatio {
    let binary: String
    private let pairs = 9
    private let requests = 12_000
    private let connections = 8

    func rows() throws -> [Row] {
        let folders = try (0..<6).map { _ in try WorkFolder() }
        defer { for folder in folders { folder.remove() } }
        let shipped = try GatewayServer.start(binary, in: folders[0])
        defer { shipped.process.end() }
        let sampled = try GatewayServer.start(binary, in: folders[1], extra: GatewayServer.sampledPipeline)
        defer { sampled.process.end() }
        let nobody = try NginxServer.start(in: folders[2])
        defer { nobody.process.end() }
        let askers = try zip(folders[3...], [nobody.port, shipped.port, sampled.port]).map { folder, port in
            try NginxServer.start(in: folder, asking: port)
        }
        defer { for asker in askers { asker.process.end() } }
        let asked = try [shipped, sampled].map { server in
            try server.register([Person(number: 0)])
            return Requests.verify(token: try server.token(of: Person(number: 0)))
        }
        var (logged, one): ([Pair], [Pair]) = ([], [])
        for round in 0...pairs {
            let rates = try zip(askers, [asked[0]] + asked).map { asker, request in
                try ClosedLoop(port: asker.port, request: request, status: 204)
                    .rate(of: self.requests, over: connections)
            }
            guard round > 0 else { continue }  // The first warms up.
            logged.append(Pair(gateway: rates[1], control: rates[0]))
            one.append(Pair(gateway: rates[2], control: rates[0]))
        }
        return [
            Row("through nginx: gateway ÷ nginx return 204", logged, unit: .perSecond, goal: .atLeast(0.9)),
            Row("  one in a hundred logged", one, unit: .perSecond, goal: .atLeast(0.9)),
        ]
    }
}
