import Crypto
import Foundation
import GatewayKit

/// The processor time and the rate of a verification with a known token, beside an nginx that answers nothing at all
/// and an HAProxy that checks a signature each time.
@MainActor
struct VerifyRatio {
    let binary: String
    private let pairs = 9
    private let requests = 16_000
    private let connections = 8

    func rows() throws -> [Row] {
        let folders = try (0..<5).map { _ in try WorkFolder() }
        defer { for folder in folders { folder.remove() } }
        let shipped = try GatewayServer.start(binary, in: folders[0])
        defer { shipped.process.end() }
        let sampled = try GatewayServer.start(binary, in: folders[1], extra: GatewayServer.sampledPipeline)
        defer { sampled.process.end() }
        let bare = try GatewayServer.start(binary, in: folders[2], extra: "pipeline: []")
        defer { bare.process.end() }
        let nginx = try NginxServer.start(in: folders[3])
        defer { nginx.process.end() }
        let haproxy = try HAProxyServer.start(in: folders[4], secret: Self.secret)
        defer { haproxy.process.end() }
        let servers = [shipped, sampled, bare]
        let asked = try servers.map { try verification($0) }
        let signed = Requests.verify(token: try Self.signedToken())
        var pairs = [[Pair]](repeating: [], count: 5)
        for round in 0...self.pairs {
            let control = try cost(nginx.process, ClosedLoop(port: nginx.port, request: asked[0], status: 204))
            let costs = try zip(servers, asked).map { server, request in
                try cost(server.process, ClosedLoop(port: server.port, request: request, status: 200))
            }
            let checked = try cost(haproxy.process, ClosedLoop(port: haproxy.port, request: signed, status: 204))
            guard round > 0 else { continue }  // The first warms up.
            for (number, cost) in costs.enumerated() {
                pairs[number].append(Pair(gateway: cost.processor, control: control.processor))
            }
            pairs[3].append(Pair(gateway: costs[2].processor, control: checked.processor))
            pairs[4].append(Pair(gateway: costs[2].rate, control: control.rate))
        }
        return [
            Row("/auth/verify ÷ nginx return 204, CPU time", pairs[0], unit: .seconds, goal: .atMost(1.3)),
            Row("  one in a hundred logged", pairs[1], unit: .seconds, goal: .atMost(1.3)),
            Row("  with pipeline: []", pairs[2], unit: .seconds, goal: .atMost(1.3)),
            Row("  the same ÷ HAProxy's jwt_verify, HS256", pairs[3], unit: .seconds, goal: .atMost(1)),
            Row("  the same ÷ nginx, requests per second", pairs[4], unit: .perSecond),
        ]
    }

    private func verification(_ server: GatewayServer) throws -> [UInt8] {
        try server.register([Person(number: 0)])
        return Requests.verify(token: try server.token(of: Person(number: 0)))
    }

    /// The processor time of one request, and how many are answered in a second.
    private func cost(_ process: ServerProcess, _ load: ClosedLoop) throws -> (processor: Double, rate: Double) {
        let before = try process.processorTime()
        let rate = try load.rate(of: requests, over: connections)
        return ((try process.processorTime() - before) / Double(requests), rate)
    }

    private static let secret = "a-secret-of-the-benchmark-alone-0123456789"

    /// A token of about the size of the gateway's own.
    private static func signedToken() throws -> String {
        let header = #"{"alg":"HS256","typ":"at+jwt","kid":"benchmark"}"#
        let claims = """
            {"iss":"http://localhost:8080","aud":"auth-gateway","sub":"ldkgtavkt2yaouwcgur5qoet3u","exp":4102444800,\
            "iat":1800000000,"jti":"acyvyhwh3qa2dm7esshwvfgf3q","sid":"h3l67uzxi5trdqsq7hfgelphtm","ver":1,\
            "preferred_username":"person0","groups":[]}
            """
        let text = [header, claims].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")
        let key = SymmetricKey(data: Data(secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
        return text + "." + Base64URL.encode(Array(code))
    }
}
