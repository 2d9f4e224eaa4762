public import CoreMetrics
public import GatewayKit
import HTTPTypes
public import Hummingbird
public import Logging

/// What every request passes first and every answer last: it settles what Hummingbird leaves open, and hands the rest
/// to Hummingbird's router, whose chain is the pipeline and then the endpoint.
///
/// - `Requests/`: ``Exchange`` is what is known about a request, `Admission` settles it, `RequestMeters` counts it.
/// - `Routes/`: ``Route`` declares, ``Endpoint`` answers, ``RouteTable`` finds, ``PipelineStage`` stands between.
/// - `Input/`: ``Input`` reads a body by its declaration.
/// - `Problems/`: ``Problem`` is a refusal; `ProblemRenderer` turns errors into answers.
/// - `Server/`: ``ServerSettings``, ``Listener`` and the operations listener's endpoints.
/// - `Connections/`: what goes on at one connection, before and behind its requests.
public final class FrontDoor: HTTPResponder {
    /// What Hummingbird calls its request context.
    public typealias Context = Exchange

    /// The declared routes.
    public let routes: RouteTable
    /// The greatest body that is read, in bytes.
    let bodyLimit: Int
    private let router: RouterResponder<Exchange>
    private let admission: Admission
    private let renderer: ProblemRenderer
    /// Answers what never becomes a request.
    let refusals: RefusalWriter
    private let meters: RequestMeters
    /// Answers what needs none of all that; nil where a stage decides about each such route.
    let express: ExpressLane?
    /// What operators see of the connections that lead here.
    let watch: ConnectionWatch

    /// Puts the pipeline, outermost first, before the endpoints; requests are counted by `metrics`.
    public init(
        endpoints: [Endpoint], pipeline: [PipelineStage] = [], publicURL: PublicURL,
        trustedProxies: TrustedProxies = TrustedProxies([]), bodyLimit: Int = 64 * 1024,
        time: any TimeSource, random: any RandomSource, metrics: any MetricsFactory = NOOPMetricsHandler.instance,
        logger: Logger
    ) {
        self.bodyLimit = bodyLimit
        routes = RouteTable(endpoints.map(\.declaration))
        meters = RequestMeters(routes, time: time, in: metrics)
        renderer = ProblemRenderer(publicURL: publicURL, pace: WarningPace(time: time))
        watch = ConnectionWatch(metrics: metrics, time: time, logger: logger)
        refusals = RefusalWriter(renderer: renderer, time: time, random: random, logger: logger, watch: watch)
        express = ExpressLane(
            endpoints: endpoints, pipeline: pipeline, meters: meters, trustedProxies: trustedProxies, time: time,
            random: random, logger: logger)
        admission = Admission(
            routes: routes, trustedProxies: trustedProxies, bodyLimit: bodyLimit, time: time, random: random,
            logger: logger)
        let router = Router(context: Exchange.self)
        router.add(middleware: ErrorsBecomeAnswers(renderer: renderer))
        for stage in pipeline {
            stage.add(to: router)
            router.add(middleware: ErrorsBecomeAnswers(renderer: renderer))
        }
        router.add(middleware: RoutesAreDeclared())
        let names = Set(endpoints.map { "\($0.routedMethod) \($0.declaration.path)" })
        for endpoint in endpoints {
            endpoint.register(with: router, at: endpoint.declaration.path.description)
            // The router reads `/x/` as `/x`; the table has told them apart by then.
            if let bare = endpoint.declaration.path.beforeSuffix, !names.contains("\(endpoint.routedMethod) \(bare)") {
                endpoint.register(with: router, at: bare)
            }
        }
        self.router = router.buildResponder()
    }

    /// The answer to a request, with its id.
    public func respond(to request: Request, context: Exchange) async throws -> Response {
        let start = meters.begin()
        var exchange = context
        admission.admit(request, &exchange)
        RequestInHand.current?.id = exchange.requestID
        var response: Response
        do {
            response = try await router.respond(to: routed(request, exchange.route), context: exchange)
        } catch {
            response = renderer.response(to: error, to: request, in: exchange)
        }
        response.headers[.requestID] = exchange.requestID
        meters.end(exchange, response.status, since: start)
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// The request under the method that the router knows its route by.
    private func routed(_ request: Request, _ match: RouteMatch) -> Request {
        guard let route = match.declaration else { return request }
        return request.with(method: route.method ?? .get)
    }
}
