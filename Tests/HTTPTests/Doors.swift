import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging

/// A front door with a few routes, for tests of what lies before and behind them.
struct Doors {
    var endpoints = Self.routes
    var pipeline: [PipelineStage] = []
    var trustedProxies: [TrustedProxies.Entry] = []
    var log = RecordedLog()
    var metrics = RecordedMetrics()
    var time = ManualTime()

    static let routes = [
        Endpoint(Route(.get, "/things/{id}", "Shows a thing.", answers: [])) { _, _, exchange in
            exchange.parameter("id")
        },
        Endpoint(Route(.delete, "/things/{id}", "Drops a thing.", answers: [])) { _, _, _ in
            HTTPResponse.Status.noContent
        },
        Endpoint(Route(.get, "/things/newest", "Shows the newest thing.", answers: [])) { _, _, _ in "newest" },
        Endpoint(Route(nil, "/verify", "Takes any method.", answers: [])) { _, request, exchange in
            "\(request.method) \(exchange.method)"
        },
        Endpoint(Route(nil, "/verify/envoy/**", "Takes any path.", answers: [])) { _, request, _ in
            request.uri.string
        },
        Endpoint(
            Route(
                .post, "/names", "Takes a name.",
                input: .object(
                    [.json, .form], InputField("name", .username, "The name."),
                    InputField("email", .email, "The address."),
                    InputField("loud", optional: .boolean, "Whether to shout.")
                ) { ($0, $1, $2) }, answers: [])
        ) { input, request, _ in
            "\(input.0.text) \(input.1.text) \(input.2.map(String.init) ?? "-")"
        },
        Endpoint(Route(.get, "/client", "Shows the client.", answers: [])) { _, _, exchange in
            "\(exchange.clientAddress?.description ?? "-") \(exchange.isPeerTrusted)"
        },
    ]

    /// An endpoint at `/fault` that throws something.
    static func fault(_ error: @escaping @Sendable () -> any Error) -> Endpoint {
        Endpoint(Route(.get, "/fault", "Fails.", answers: [])) { _, _, _ -> Response in throw error() }
    }

    func frontDoor() throws -> FrontDoor {
        FrontDoor(
            endpoints: endpoints, pipeline: pipeline, publicURL: try PublicURL("https://auth.example.com"),
            trustedProxies: TrustedProxies(trustedProxies), bodyLimit: 1000, time: time,
            random: CountedRandom(), metrics: metrics, logger: log.logger)
    }

    /// The answer to one request that goes straight to the front door.
    func answer(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: String? = nil
    ) async throws -> TestResponse {
        let door = try frontDoor()
        return try await Application(responder: door).test(.router) { client in
            try await client.executeRequest(
                uri: path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
        }
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    /// The body's member of that name, as JSON.
    func member(_ name: String) throws -> JSONValue? { try JSONValue(strictly: Array(buffer: body))[name] }
}

extension HTTPFields {
    static let json: HTTPFields = [.contentType: "application/json"]
    static let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
}
