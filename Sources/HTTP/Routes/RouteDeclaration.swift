public import HTTPTypes
public import Hummingbird

/// What a route is, said once: decoding, validation, limits, refusals of other methods and the OpenAPI document all
/// follow from it.
public struct RouteDeclaration: Sendable {
    /// How a caller shows who they are.
    public enum Security: Sendable {
        /// Not at all.
        case none
        /// By `Authorization: Bearer` with an access token.
        case bearer
    }

    /// One answer that is not a refusal.
    public struct Answer: Hashable, Sendable {
        /// The status.
        public let status: HTTPResponse.Status
        /// When it is given and what it holds, as a sentence.
        public let summary: String

        /// States both.
        public init(_ status: HTTPResponse.Status, _ summary: String) {
            self.status = status
            self.summary = summary
        }
    }

    /// The method; nil for a route that takes any.
    public let method: HTTPRequest.Method?
    /// The path's pattern.
    public let path: RoutePattern
    /// What it does, as a sentence.
    public let summary: String
    /// How a caller shows who they are.
    public let security: Security
    /// What its body holds; nil for a route that reads none.
    public let input: InputShape?
    /// The answers that are not refusals.
    public let answers: [Answer]
    /// The kinds of refusal that it can give beside those that any route can.
    public let refusals: [ProblemKind]
    /// Makes sure that the caller may send a body at all, reads it, leaves it in the request for whoever comes next,
    /// and throws every fault at once.
    public let checkInput: @Sendable (inout Request, Exchange) async throws -> Void
    /// The route's own answer to a refusal, whoever refuses; nil where problem+json will do.
    public let rendering: @Sendable (Problem, Request) -> Response?

    /// The name that rules and documents use: `POST /auth/login`, `ANY /auth/verify`.
    public var name: String { "\(method?.rawValue ?? "ANY") \(path)" }
}

/// A route's declaration together with the reader of its input.
public struct Route<Value: Sendable>: Sendable {
    /// What it is.
    public let declaration: RouteDeclaration
    /// What reads its body.
    public let input: Input<Value>
    /// Throws ``Problem`` for a caller whose body is not even read.
    let admit: @Sendable (Request) throws -> Void

    /// Declares a route with a body; `method` nil takes any method. `admit` throws ``Problem`` for a caller whose body
    /// is not even read; `rendering` answers refusals in a way of the route's own.
    public init(
        _ method: HTTPRequest.Method?, _ path: String, _ summary: String, input: Input<Value>,
        security: RouteDeclaration.Security = .none, answers: [RouteDeclaration.Answer], refusals: [ProblemKind] = [],
        admit: @escaping @Sendable (Request) throws -> Void = { _ in },
        rendering: @escaping @Sendable (Problem, Request) -> Response? = { _, _ in nil }
    ) {
        self.input = input
        self.admit = admit
        declaration = RouteDeclaration(
            method: method, path: RoutePattern(path), summary: summary, security: security, input: input.shape,
            answers: answers, refusals: refusals,
            checkInput: { request, exchange in
                try admit(request)
                _ = try await input.read(&request, upTo: exchange.bodyLimit)
            }, rendering: rendering)
    }
}

extension Route where Value == Void {
    /// Declares a route that reads no body; `method` nil takes any method.
    public init(
        _ method: HTTPRequest.Method?, _ path: String, _ summary: String,
        security: RouteDeclaration.Security = .none, answers: [RouteDeclaration.Answer], refusals: [ProblemKind] = [],
        rendering: @escaping @Sendable (Problem, Request) -> Response? = { _, _ in nil }
    ) {
        self.init(
            method, path, summary, input: .none, security: security, answers: answers, refusals: refusals,
            rendering: rendering)
    }
}
