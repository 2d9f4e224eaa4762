public import GatewayKit
public import Hummingbird

/// What a pipeline module makes: an ordinary Hummingbird middleware, and what the gateway must know about it.
public struct PipelineStage: Sendable {
    /// Whether a stage can change what becomes of a request.
    public enum Role: Sendable {
        /// It watches, or adds to answers, and lets every request through.
        case observes
        /// It can refuse or rewrite a request.
        case decides
    }

    /// The module's name.
    public let name: String
    /// Whether it can change what becomes of a request.
    public let role: Role
    /// The middleware itself. Errors behind it have become answers; what it throws becomes one before it.
    public let middleware: any RouterMiddleware<Exchange>
    /// What it does to an answer of the express lane about a route; nil where it must see the request itself.
    let express: @Sendable (RouteDeclaration) -> ExpressStage?

    /// States every part. Where nothing is said of the express lane, a stage that observes is not shown what the lane
    /// answers, and one that decides turns it off.
    public init(
        _ name: String, _ role: Role, _ middleware: any RouterMiddleware<Exchange>,
        express: (@Sendable (RouteDeclaration) -> ExpressStage?)? = nil
    ) {
        self.name = name
        self.role = role
        self.middleware = middleware
        self.express = express ?? { _ in role == .observes ? ExpressStage() : nil }
    }

    /// Adds the middleware to the router's chain.
    func add(to router: Router<Exchange>) {
        func add(_ middleware: some RouterMiddleware<Exchange>) { router.add(middleware: middleware) }
        add(middleware)
    }
}

extension Slot where Product == PipelineStage {
    /// `middleware`.
    public static var middleware: Self {
        Slot("middleware", "Stands between the socket and the endpoints, in the order of the file.")
    }
}
