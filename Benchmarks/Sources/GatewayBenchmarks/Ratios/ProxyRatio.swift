/// An nginx that asks the gateway about each request, beside one that asks an nginx which answers nothing at all.
@MainActor
struct ProxyRatio {
    let binary: String
    private let pairs = 9
    private let requests = 12_000
    private let connections = 8

    func rows() throws -> [Row] {
        let folders = try (0..<4).map { _ in try WorkFolder() }
        defer { for folder in folders { folder.remove() } }
        let gateway = try GatewayServer.start(binary, in: folders[0])
        defer { gateway.process.end() }
        let nobody = try NginxServer.start(in: folders[1])
        defer { nobody.process.end() }
        let (asking, control) = (
            try NginxServer.start(in: folders[2], asking: gateway.port),
            try NginxServer.start(in: folders[3], asking: nobody.port)
        )
        defer {
            asking.process.end()
            control.process.end()
        }
        try gateway.register([Person(number: 0)])
        let request = Requests.verify(token: try gateway.token(of: Person(number: 0)))
        var rates: [Pair] = []
        for round in 0...pairs {
            let own = try ClosedLoop(port: asking.port, request: request, status: 204).rate(
                of: requests, over: connections)
            let other = try ClosedLoop(port: control.port, request: request, status: 204).rate(
                of: requests, over: connections)
            if round > 0 { rates.append(Pair(gateway: own, control: other)) }
        }
        return [
            Row("through nginx: gateway ÷ nginx return 204", rates, unit: .perSecond, goal: .atLeast(0.9))
        ]
    }
}
