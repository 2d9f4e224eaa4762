import GatewayHTTP
import GatewayKit

extension RateLimiting {
    static let module = Module(
        .middleware, "rate-limit", "Refuses who asks a route too often.", settings: settings
    ) { config, provision in
        let stage = RateLimiting(
            rules: config.rules, limiter: try await config.countIn.make(provision), metrics: provision.metrics)
        return PipelineStage("rate-limit", .decides, stage) { stage.limits($0) ? nil : ExpressStage() }
    }

    private static let settings = Settings<(countIn: ModuleChoice<any RateLimiter>, rules: [Rule])>.object(
        "Counts requests by route and client, and answers 429 above the allowance.",
        Field("count_in", .module(.limits), default: "memory", "Where the counts are kept."),
        Field(
            "rules", .list(of: rule),
            default: [
                ["route": "POST /auth/login", "by": "ip", "allow": "30 per 1m"],
                ["route": "POST /auth/register", "by": "ip", "allow": "10 per 1h"],
                ["route": "POST /auth/forgot-password", "by": "ip", "allow": "10 per 1h"],
                ["route": "POST /auth/verify-email", "by": "ip", "allow": "10 per 1h"],
                ["route": "POST /auth/refresh", "by": "ip", "allow": "300 per 1m"],
            ], "The allowances; a route may have several.")
    ) { (countIn: $0, rules: $1) }

    private static let rule = Settings<Rule>.object(
        "An allowance of one route.",
        Field("route", .route, required: "The method, or ANY, and the path as the API names it."),
        Field("by", .choice, default: "ip", "What a client is told apart by; of IPv6 addresses, the first 64 bits."),
        Field("allow", .rateLimit, required: "How many in which time, refilled evenly.")
    ) { Rule(route: $0, by: $1, allowance: $2) }
}
