public import HTTPTypes
import Hummingbird

/// All declared routes, and which of them a request means. It stands in front of Hummingbird's router, which
/// dispatches, because that one knows neither 405 nor any-method routes and reads `//a` as `/a`.
public struct RouteTable: Sendable {
    /// The declarations, in the order in which they were given.
    public let declarations: [RouteDeclaration]
    /// The routes of each pattern, the more specific pattern first.
    private let groups: [Group]
    private let literals: [String: Group]

    private struct Group: Sendable {
        let pattern: RoutePattern
        let routes: [RouteDeclaration]
    }

    /// Collects declarations; two of one method and path are a mistake in the program that lists them.
    public init(_ declarations: [RouteDeclaration]) {
        precondition(Set(declarations.map(\.name)).count == declarations.count, "a route is declared twice")
        self.declarations = declarations
        let grouped = Dictionary(grouping: declarations, by: \.path).map { Group(pattern: $0, routes: $1) }
        literals = Dictionary(
            uniqueKeysWithValues: grouped.filter(\.pattern.isLiteral).map { ($0.pattern.description, $0) })
        groups = grouped.filter { !$0.pattern.isLiteral }.sorted { $0.pattern.isMoreSpecific(than: $1.pattern) }
    }

    /// The declaration of that name, such as `POST /auth/login`.
    public func declaration(named name: String) -> RouteDeclaration? { declarations.first { $0.name == name } }

    /// What a request of that method and path, the query cut off, means. HEAD means GET where that is declared.
    public func match(_ method: HTTPRequest.Method, _ path: String) -> RouteMatch {
        guard let group = literals[path] ?? patternGroup(path) else { return .unknown }
        let wanted = method == .head ? .get : method
        if let route = group.routes.first(where: { $0.method == method })
            ?? group.routes.first(where: { $0.method == wanted }) ?? group.routes.first(where: { $0.method == nil })
        {
            return .declared(route)
        }
        let methods = Set(group.routes.compactMap(\.method))
        let allowed = methods.contains(.get) ? methods.union([.head]) : methods
        return .otherMethods(allowed: allowed.sorted { $0.rawValue < $1.rawValue }, group.pattern)
    }

    private func patternGroup(_ path: String) -> Group? {
        guard path.hasPrefix("/") else { return nil }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        return groups.first { $0.pattern.matches(segments) }
    }
}

/// Which route a request means.
public enum RouteMatch: Sendable {
    /// This one.
    case declared(RouteDeclaration)
    /// The path is known, the method is not one of its own.
    case otherMethods(allowed: [HTTPRequest.Method], RoutePattern)
    /// No route has this path.
    case unknown
    /// The request is refused before anything looks at it; the route that it would mean says how that is answered.
    case refused(Problem, RouteDeclaration?)

    /// The declaration, where there is one.
    public var declaration: RouteDeclaration? { if case .declared(let route) = self { route } else { nil } }

    /// The answer of the route's own to a refusal; nil where problem+json will do.
    func rendering(of problem: Problem, to request: Request) -> Response? {
        switch self {
        case .declared(let route), .refused(_, let route?): route.rendering(problem, request)
        case .otherMethods, .unknown, .refused(_, nil): nil
        }
    }

    /// The path's pattern for logs; `-` where there is none.
    public var pattern: String {
        switch self {
        case .declared(let route): route.path.description
        case .otherMethods(_, let pattern): pattern.description
        case .unknown, .refused: "-"
        }
    }
}
