import GatewayHTTP
import GatewayKit
import GatewayMiddleware
import GatewayTestKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

/// A gateway of three routes behind a pipeline that is written as the file would have it.
struct Stages {
    let pipeline: [ConfigLiteral]
    var endpoints = Self.routes
    let publicURL: String
    let time: ManualTime
    let limiter: FakeRateLimiter
    let log = RecordedLog()
    let metrics = RecordedMetrics()

    init(pipeline: [ConfigLiteral], publicURL: String = "https://auth.example.com") {
        (self.pipeline, self.publicURL) = (pipeline, publicURL)
        time = ManualTime()
        limiter = FakeRateLimiter(time: time)
    }

    static let routes = [
        Endpoint(
            Route(
                .post, "/auth/login", "Logs in.",
                input: .object(
                    [.form, .json], InputField("username", .text(1...254), "The name."),
                    InputField("password", .password, "The password.")
                ) { ($0, $1) }, answers: [])
        ) { input, _, _ in "\(input.0)" },
        Endpoint(Route(.get, "/links/{token}", "Shows a form.", answers: [])) { _, _, _ in
            Response(
                status: .ok, headers: [.cacheControl: "max-age=60"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "ok")))
        },
        Endpoint(Route(nil, "/auth/verify", "Verifies.", answers: [])) { _, _, _ in HTTPResponse.Status.ok },
    ]

    /// The stages, made as the host makes them.
    func made() async throws -> [PipelineStage] {
        let modules = ModuleSet(ModuleSet.middleware.modules + [limiter.module])
        let provision = try Provision.forTests(time: time, publicURL: publicURL, metrics: metrics)
        var stages: [PipelineStage] = []
        for section in pipeline {
            stages.append(try await Slot.middleware.product(of: section, among: modules, with: provision))
        }
        return stages
    }

    /// The answer to one request; over a socket, with its own machine as a trusted proxy, when so set up.
    func answer(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: String? = nil,
        over setup: TestingSetup = .router
    ) async throws -> TestResponse {
        let proxies = try ["127.0.0.1", "::1"].map { TrustedProxies.Entry.network(try #require(IPNetwork($0))) }
        let door = FrontDoor(
            endpoints: endpoints, pipeline: try await made(), publicURL: try PublicURL(publicURL),
            trustedProxies: TrustedProxies(proxies), bodyLimit: 1000, time: time, random: CountedRandom(),
            logger: log.logger)
        return try await Application(responder: door, logger: log.logger).test(setup) { client in
            try await client.executeRequest(
                uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        }
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    var code: String? { (try? JSONValue(strictly: Array(buffer: body)))?["code"]?.string }
}

extension FakeRateLimiter {
    /// What the file calls `memory`.
    var module: Module<any RateLimiter> {
        Module(.limits, "memory", "Counts for a test.", settings: Settings<Void>.object("Nothing.") {}) { _, _ in self }
    }
}
