import GatewayKit
import HTTPTypes
import Hummingbird

/// What one part of the gateway says about its readiness.
public struct HealthCheck: Hashable, Sendable {
    /// The part, such as `storage`.
    public let name: String
    /// What is missing, in words for an operator; nil when the part is ready.
    public let problem: String?

    /// States both.
    public init(_ name: String, problem: String? = nil) {
        self.name = name
        self.problem = problem
    }
}

extension Endpoint {
    /// `GET /health/live` and `GET /health/ready`, for the operations listener: 200 while the process answers at all,
    /// and 200 or 503 with what `checks` says.
    public static func health(checks: @escaping @Sendable () async -> [HealthCheck]) -> [Endpoint] {
        let live = Route(
            .get, "/health/live", "Says that the process answers.", answers: [.init(.ok, "It does.")])
        let ready = Route(
            .get, "/health/ready", "Says whether requests can be answered.",
            answers: [.init(.ok, "They can."), .init(.serviceUnavailable, "They cannot; each check says why.")])
        return [
            Endpoint(live) { _, _, _ in health(["status": "live"]) },
            Endpoint(ready) { _, _, _ in
                let checks = await checks()
                let isReady = checks.allSatisfy { $0.problem == nil }
                let body: JSONValue = [
                    "status": isReady ? "ready" : "not_ready", "checks": .array(checks.map(\.json)),
                ]
                return health(body, status: isReady ? .ok : .serviceUnavailable)
            },
        ]
    }

    private static func health(_ body: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        .json(body, status: status, headers: [.cacheControl: "no-store"])
    }
}

extension HealthCheck {
    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("status", problem == nil ? "ok" : "failing"),
        ]
        if let problem { members.append(.init("problem", .string(problem))) }
        return .object(members)
    }
}
