import CoreMetrics
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

/// Refuses who asks a route too often, and says in each answer how much is left
/// (draft-ietf-httpapi-ratelimit-headers-10).
///
/// When the counts are out of reach it refuses with 503: a limit that a fault lifts is none. Requests without a known
/// address share one allowance.
struct RateLimiting: RouterMiddleware {
    /// How often one client may ask one route.
    struct Rule: Sendable {
        let route: String
        let by: Subject
        let allowance: RateLimit
    }

    /// What a client is told apart by.
    enum Subject: String, CaseIterable, Sendable {
        /// The client's address; of IPv6 the first 64 bits, since every customer has all the rest.
        case ip
    }

    private let rules: [String: [Rule]]
    private let limiter: any RateLimiter
    private let refusals: [String: Counter]

    init(rules: [Rule], limiter: any RateLimiter, metrics: any MetricsFactory = NOOPMetricsHandler.instance) {
        // The shortest period first: a request that it refuses has then taken nothing from the longer ones.
        let shortestFirst = rules.sorted { $0.allowance.period < $1.allowance.period }
        self.rules = Dictionary(grouping: shortestFirst, by: \.route)
        self.limiter = limiter
        refusals = Dictionary(
            uniqueKeysWithValues: Set(rules.map(\.route)).map { route in
                let name = "auth_gateway_rate_limit_refusals_total"
                return (route, Counter(label: name, dimensions: [("route", route)], factory: metrics))
            })
    }

    /// Whether any rule is about a route.
    func limits(_ route: RouteDeclaration) -> Bool { rules[route.name] != nil }

    func handle(
        _ request: Request, context: Exchange, next: (Request, Exchange) async throws -> Response
    ) async throws -> Response {
        guard let rules = context.route.declaration.flatMap({ self.rules[$0.name] }) else {
            return try await next(request, context)
        }
        var policies: [String] = []
        var states: [String] = []
        for rule in rules {
            let verdict = try await limiter.take(Self.key(rule, context.clientAddress), from: rule.allowance)
            policies.append(rule.policy)
            states.append(rule.state(verdict))
            guard verdict.isAllowed else {
                refusals[rule.route]?.increment()
                var problem = Problem.tooManyRequests(retryAfter: verdict.retryAfter)
                problem.headers[.rateLimitPolicy] = policies.joined(separator: ", ")
                problem.headers[.rateLimit] = states.joined(separator: ", ")
                throw problem
            }
        }
        var answer = try await next(request, context)
        answer.headers[.rateLimitPolicy] = policies.joined(separator: ", ")
        answer.headers[.rateLimit] = states.joined(separator: ", ")
        return answer
    }

    private static func key(_ rule: Rule, _ address: IPAddress?) -> String {
        switch rule.by {
        case .ip:
            let client = address.map { $0.isIPv6 ? $0.network(prefix: 64).description : $0.description } ?? "-"
            return "\(rule.route) \(rule.by.rawValue) \(client)"
        }
    }
}

extension RateLimiting.Rule {
    /// The rule's name in header fields: a quoted string as structured fields have it (RFC 9651).
    private var name: String { "\"\(allowance.count)-per-\(spelled(allowance.period))\"" }

    fileprivate var policy: String { "\(name);q=\(allowance.count);w=\(allowance.period.wholeSecondsRoundedUp)" }

    fileprivate func state(_ verdict: RateVerdict) -> String {
        "\(name);r=\(verdict.remaining);t=\(verdict.resetAfter.wholeSecondsRoundedUp)"
    }
}

extension HTTPField.Name {
    static let rateLimit = Self(constant: "RateLimit")
    static let rateLimitPolicy = Self(constant: "RateLimit-Policy")
}
