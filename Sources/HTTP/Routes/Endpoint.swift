public import HTTPTypes
public import Hummingbird

/// A declared route with what answers it: an ordinary Hummingbird handler that is given its input decoded.
///
/// ```swift
/// static let login = Route(
///     .post, "/auth/login", "Logs a person in.",
///     input: .object(
///         [.form, .json],
///         InputField("username", .text(1...254), "The user name or the e-mail address."),
///         InputField("password", .password, "The password.")
///     ) { Credentials(name: $0, password: $1) },
///     answers: [.init(.ok, "The tokens.")], refusals: [.invalidCredentials])
///
/// Endpoint(login) { credentials, request, exchange in
///     guard let session = try await flow.login(credentials) else { throw Problem.invalidCredentials }
///     return Response.json(["access_token": .string(…)])
/// }
/// ```
public struct Endpoint: Sendable {
    /// What the route is.
    public let declaration: RouteDeclaration
    private let handler: @Sendable (Request, Exchange) async throws -> Response
    /// How it answers in the express lane, and the fields that all its answers there have.
    let expressDecision: (decide: ExpressDecision, fields: HTTPFields)?

    /// Couples a route with its handler, which throws ``Problem`` for a refusal and a role's error for a fault.
    /// `express` answers in the express lane what the handler would answer in the same way, with 200 and no body.
    public init<Value, Answer: ResponseGenerator>(
        _ route: Route<Value>,
        express: (decide: ExpressDecision, fields: HTTPFields)? = nil,
        handle: @escaping @Sendable (Value, Request, Exchange) async throws -> Answer
    ) {
        declaration = route.declaration
        expressDecision = express
        handler = { request, exchange in
            var request = request
            try route.admit(request)
            let value = try await route.input.read(&request, upTo: exchange.bodyLimit)
            return try await handle(value, request, exchange).response(from: request, context: exchange)
        }
    }

    /// The method under which the router knows the route; any-method routes are dispatched as GET.
    var routedMethod: HTTPRequest.Method { declaration.method ?? .get }

    /// Adds the handler to the router at a path.
    func register(with router: Router<Exchange>, at path: String) {
        let handler = handler
        let takesAnyMethod = declaration.method == nil
        router.on(RouterPath(path), method: routedMethod) { request, exchange in
            try await handler(takesAnyMethod ? request.with(method: exchange.method) : request, exchange)
        }
    }
}

extension Request {
    /// The same request under another method.
    func with(method: HTTPRequest.Method) -> Request {
        guard method != self.method else { return self }
        var head = head
        head.method = method
        return Request(head: head, body: body)
    }
}
