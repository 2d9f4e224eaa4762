/// The processor time of a verification with a known token, and of an nginx that answers nothing at all.
@MainActor
struct VerifyRatio {
    let binary: String
    private let pairs = 9
    private let requests = 16_000
    private let connections = 8

    func rows() throws -> [Row] {
        let folders = [try WorkFolder(), try WorkFolder(), try WorkFolder()]
        defer { for folder in folders { folder.remove() } }
        let shipped = try GatewayServer.start(binary, in: folders[0])
        defer { shipped.process.end() }
        let bare = try GatewayServer.start(binary, in: folders[1], extra: "pipeline: []")
        defer { bare.process.end() }
        let nginx = try NginxServer.start(in: folders[2])
        defer { nginx.process.end() }
        let (shippedRequest, bareRequest) = (try verification(shipped), try verification(bare))
        var (ofShipped, ofBare): ([Pair], [Pair]) = ([], [])
        for round in 0...pairs {
            let own = try cost(shipped.process, ClosedLoop(port: shipped.port, request: shippedRequest, status: 200))
            let control = try cost(nginx.process, ClosedLoop(port: nginx.port, request: shippedRequest, status: 204))
            let small = try cost(bare.process, ClosedLoop(port: bare.port, request: bareRequest, status: 200))
            guard round > 0 else { continue }  // The first warms up.
            ofShipped.append(Pair(gateway: own, control: control))
            ofBare.append(Pair(gateway: small, control: control))
        }
        return [
            Row("/auth/verify ÷ nginx return 204, CPU time", ofShipped, unit: .seconds, goal: .atMost(3.5)),
            Row("  with pipeline: []", ofBare, unit: .seconds),
        ]
    }

    private func verification(_ server: GatewayServer) throws -> [UInt8] {
        try server.register([Person(number: 0)])
        return Requests.verify(token: try server.token(of: Person(number: 0)))
    }

    /// The processor time of one request.
    private func cost(_ process: ServerProcess, _ load: ClosedLoop) throws -> Double {
        let before = try process.processorTime()
        try load.send(requests, over: connections)
        return (try process.processorTime() - before) / Double(requests)
    }
}
