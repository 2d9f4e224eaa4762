public import HTTPTypes
public import Hummingbird

/// What a route is, said once: decoding, validation, limits, refusals of other methods and the OpenAPI document all
/// follow from it. It is handed from stage to stage with each request, and so an object.
public final class RouteDeclaration: Sendable {
    /// How a caller shows who they are.
    public enum Security: Hashable, Sendable {
        /// Not at all.
        case none
        /// By `Authorization: Bearer` with an access token.
        case bearer
        /// The same, where the rules ask for it.
        case bearerOrNothing
        /// By the access token, or by the token in this field of the body.
        case bearerOrField(String)
    }

    /// One answer that is not a refusal.
    public struct Answer: Hashable, Sendable {
        /// The status.
        public let status: HTTPResponse.Status
        /// When it is given and what it holds, as a sentence.
        public let summary: String
        /// The bodies that it can have; none for an empty one.
        public let contents: [AnswerContent]
        /// The header fields that it always has.
        public let headers: [AnswerHeader]

        /// States every part.
        public init(
            _ status: HTTPResponse.Status, _ summary: String, contents: [AnswerContent] = [],
            headers: [AnswerHeader] = []
        ) {
            self.status = status
            self.summary = summary
            self.contents = contents
            self.headers = headers
        }
    }

    /// The method; nil for a route that takes any.
    public let method: HTTPRequest.Method?
    /// The path's pattern.
    public let path: RoutePattern
    /// What it does, as a sentence.
    public let summary: String
    /// What documents say beside that.
    public let notes: RouteNotes
    /// How a caller shows who they are.
    public let security: Security
    /// What its body holds; nil for a route that reads none.
    public let input: InputShape?
    /// The parameters of its query; none for a route that reads none.
    public let query: [InputFieldShape]
    /// The answers that are not refusals.
    public let answers: [Answer]
    /// The kinds of refusal that it can give beside those that any route can; see ``allRefusals``.
    public let refusals: [ProblemKind]
    /// How it answers them.
    public let refusalForm: RefusalForm
    /// Makes sure that the caller may send a body at all, reads it, leaves it in the request for whoever comes next,
    /// and throws every fault at once.
    public let checkInput: @Sendable (inout Request, Exchange) async throws -> Void
    /// The route's own answer to a refusal, whoever refuses; nil where problem+json will do.
    public let rendering: @Sendable (Problem, Request) -> Response?

    init(
        method: HTTPRequest.Method?, path: RoutePattern, summary: String, notes: RouteNotes, security: Security,
        input: InputShape?, query: [InputFieldShape], answers: [Answer], refusals: [ProblemKind],
        refusalForm: RefusalForm,
        checkInput: @escaping @Sendable (inout Request, Exchange) async throws -> Void,
        rendering: @escaping @Sendable (Problem, Request) -> Response?
    ) {
        self.method = method
        self.path = path
        self.summary = summary
        self.notes = notes
        self.security = security
        self.input = input
        self.query = query
        self.answers = answers
        self.refusals = refusals
        self.refusalForm = refusalForm
        self.checkInput = checkInput
        self.rendering = rendering
    }

    /// The name that rules and documents use: `POST /auth/login`, `ANY /auth/verify`.
    public var name: String { "\(method?.rawValue ?? "ANY") \(path)" }

    /// Every kind of refusal that it can give, those of the catalogue first and in its order; none where its answers
    /// state them.
    public var allRefusals: [ProblemKind] {
        guard refusalForm != .stated else { return [] }
        let possible =
            refusals + Self.refusalsOfAll + (input == nil ? [] : Self.refusalsOfBodies)
            + (query.isEmpty ? [] : [.invalidInput])
        return ProblemKind.all.filter(possible.contains) + refusals.filter { !ProblemKind.all.contains($0) }
    }

    /// What the front door, the pipeline, a store out of reach or a fault answers on any route.
    private static let refusalsOfAll: [ProblemKind] = [
        .malformedRequest, .requestTimeout, .headerTooLarge, .tooManyRequests, .busy, .unavailable, .internalError,
    ]

    private static let refusalsOfBodies: [ProblemKind] = [.bodyTooLarge, .unsupportedMediaType, .invalidInput]
}

/// A route's declaration together with the reader of its input.
public struct Route<Value: Sendable>: Sendable {
    /// What it is.
    public let declaration: RouteDeclaration
    /// What reads its body or its query.
    public let input: Input<Value>
    /// Throws ``Problem`` for a caller whose body is not even read.
    let admit: @Sendable (Request) throws -> Void

    /// Declares a route with a body; `method` nil takes any method. `admit` throws ``Problem`` for a caller whose body
    /// is not even read; `rendering` answers refusals in a way of the route's own.
    public init(
        _ method: HTTPRequest.Method?, _ path: String, _ summary: String, notes: RouteNotes = RouteNotes(),
        input: Input<Value>, security: RouteDeclaration.Security = .none, answers: [RouteDeclaration.Answer],
        refusals: [ProblemKind] = [], admit: @escaping @Sendable (Request) throws -> Void = { _ in },
        refusalForm: RefusalForm = .problem,
        rendering: @escaping @Sendable (Problem, Request) -> Response? = { _, _ in nil }
    ) {
        self.input = input
        self.admit = admit
        declaration = RouteDeclaration(
            method: method, path: RoutePattern(path), summary: summary, notes: notes, security: security,
            input: input.shape, query: input.query, answers: answers, refusals: refusals, refusalForm: refusalForm,
            checkInput: { request, exchange in
                try admit(request)
                _ = try await input.read(&request, upTo: exchange.bodyLimit)
            }, rendering: rendering)
    }
}

extension Route where Value == Void {
    /// Declares a route that reads no body; `method` nil takes any method.
    public init(
        _ method: HTTPRequest.Method?, _ path: String, _ summary: String, notes: RouteNotes = RouteNotes(),
        security: RouteDeclaration.Security = .none, answers: [RouteDeclaration.Answer], refusals: [ProblemKind] = [],
        refusalForm: RefusalForm = .problem,
        rendering: @escaping @Sendable (Problem, Request) -> Response? = { _, _ in nil }
    ) {
        self.init(
            method, path, summary, notes: notes, input: .none, security: security, answers: answers,
            refusals: refusals, refusalForm: refusalForm, rendering: rendering)
    }
}
