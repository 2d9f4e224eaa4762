import CoreMetrics
import GatewayKit
import HTTPTypes
import Synchronization

/// Counts and times requests by the route that they mean, never by what a client wrote: a path, a query or a method of
/// its own making would be a new series each time, and may be a secret.
struct RequestMeters: Sendable {
    private let inFlight: Meter
    private let routes: [String: RouteMeters]
    private let unknown: RouteMeters
    private let time: any TimeSource

    init(_ table: RouteTable, time: any TimeSource, in factory: any MetricsFactory) {
        inFlight = Meter(label: "auth_gateway_http_requests_in_flight", factory: factory)
        // Shown from the start; another door may count on the same.
        inFlight.increment(by: 0)
        let patterns = Set(table.declarations.map(\.path.description))
        routes = Dictionary(uniqueKeysWithValues: patterns.map { ($0, RouteMeters($0, in: factory)) })
        unknown = RouteMeters(RouteMatch.unknown.pattern, in: factory)
        self.time = time
    }

    /// Notes that a request has come; the moment is for ``end(_:_:since:)``.
    func begin() -> Duration {
        inFlight.increment()
        return time.elapsed()
    }

    /// The meters of a route.
    func meters(of route: RouteDeclaration) -> RouteMeters { routes[route.path.description] ?? unknown }

    /// Notes that a request was answered.
    func end(_ exchange: Exchange, _ status: HTTPResponse.Status, since start: Duration) {
        inFlight.decrement()
        let route = routes[exchange.route.pattern] ?? unknown
        route.count(exchange.method, status, took: time.elapsed() - start)
    }
}

/// The meters of one route, each made at its first use.
final class RouteMeters: Sendable {
    private struct Series: Hashable {
        let method: HTTPRequest.Method?
        let status: Int
    }

    private let route: String
    private let factory: any MetricsFactory
    let duration: CoreMetrics.Timer
    private let counters = Mutex<[Series: Counter]>([:])

    init(_ route: String, in factory: any MetricsFactory) {
        self.route = route
        self.factory = factory
        duration = CoreMetrics.Timer(
            label: "auth_gateway_http_request_duration_seconds", dimensions: [("route", route)], factory: factory)
    }

    /// Counts those of its answers that the express lane gives.
    var expressAnswers: Counter {
        let label = "auth_gateway_http_express_answers_total"
        return Counter(label: label, dimensions: [("route", route)], factory: factory)
    }

    func count(_ method: HTTPRequest.Method, _ status: HTTPResponse.Status, took: Duration) {
        counter(of: method, status).increment()
        duration.record(took)
    }

    /// The counter of a method's answers of that status.
    func counter(of method: HTTPRequest.Method, _ status: HTTPResponse.Status) -> Counter {
        let series = Series(method: Self.methods.contains(method) ? method : nil, status: status.code)
        return counters.withLock { counters in
            if let known = counters[series] { return known }
            let made = Counter(
                label: "auth_gateway_http_requests_total",
                dimensions: [
                    ("route", route), ("method", series.method?.rawValue ?? "other"),
                    ("status", String(series.status)),
                ], factory: factory)
            counters[series] = made
            return made
        }
    }

    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]
}
