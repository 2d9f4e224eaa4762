import GatewayAccess
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird
import Logging

extension GatewayEndpoints {
    /// What apps and reverse proxies ask about a request's credential.
    var verification: [Endpoint] {
        [
            Endpoint(
                routes.verify,
                express: ({ request, _ in passing(request) }, GatewayRoutes.valid.constantFields)
            ) { _, request, exchange in
                switch await caller.verdictOnAny(of: request, from: exchange.clientAddress) {
                // A key for some paths would pass for all of them where nobody says which path is wanted.
                case .valid(let principal) where principal.pathScope != nil: throw Problem.forbidden
                case .valid(let principal):
                    return GatewayRoutes.valid.response(headers: principal.identity.httpFields)
                case .none: throw Problem.missingToken
                case .bad(let reason): throw Problem.invalidToken.because(reason)
                case .cannotDecide: throw Problem.unavailable
                case .heldBack(let duration): throw Problem.tooManyRequests(retryAfter: duration)
                }
            }
        ]
            + Dialect.allCases.map { dialect in
                Endpoint(
                    routes.verify(for: dialect),
                    express: ({ passing($0, $1, in: dialect) }, GatewayRoutes.passing.constantFields)
                ) { _, request, exchange in
                    let question = try dialect.question(in: request, exchange)
                    let verdict = await caller.verdictOnAny(of: request, from: exchange.clientAddress)
                    let judgement = access.policy.judge(question.request, verdict)
                    return try answer(to: question, judgement, in: dialect, request, exchange)
                }
            }
    }

    /// The lines of who it is, where a known credential is for all paths.
    private func passing(_ request: ExpressRequest) -> [UInt8]? {
        guard let principal = caller.known(request), principal.pathScope == nil else { return nil }
        caller.credentials.countKnown()
        return principal.identity.lines
    }

    /// The same where it may pass on the way that a proxy asks about.
    private func passing(_ request: ExpressRequest, _ client: ExpressClient, in dialect: Dialect) -> [UInt8]? {
        guard client.isTrusted, let principal = caller.known(request),
            let question = dialect.question(
                in: request, from: access.policy.rules.askForClients ? client.address : nil),
            case .passed(let somebody?) = access.policy.judge(question.request, .valid(principal)).decision
        else { return nil }
        caller.credentials.countKnown()
        return somebody.identity.lines
    }

    private func answer(
        to question: ProxyQuestion, _ judgement: AccessJudgement, in dialect: Dialect, _ request: Request,
        _ exchange: Exchange
    ) throws(Problem) -> Response {
        switch judgement.decision {
        case .passed(let principal):
            let identity = principal?.identity ?? .nobody
            return GatewayRoutes.passing.response(headers: identity.httpFields)
        case .undecided: throw Problem.unavailable
        case .heldBack(let duration): throw Problem.tooManyRequests(retryAfter: duration)
        case .refused(let refusal):
            log(refusal, judgement, exchange)
            throw Problem.forbidden
        case .unknown(let reason):
            let page =
                request.isNavigation(question.request.method)
                ? access.login.address(for: question.wanted) : nil
            guard let page else { throw Self.challenge(reason) }
            guard dialect.relays else {
                var problem = Self.challenge(reason)
                problem.headers[.location] = page
                throw problem
            }
            let keepsMethod = ["GET", "HEAD"].contains(question.request.method)
            return Response(
                status: keepsMethod ? .found : .seeOther, headers: [.location: page, .cacheControl: "no-store"])
        }
    }

    private static func challenge(_ reason: String?) -> Problem {
        reason.map { Problem.invalidToken.because($0) } ?? .missingToken
    }

    private func log(_ refusal: AccessDecision.Refusal, _ judgement: AccessJudgement, _ exchange: Exchange) {
        let rule = judgement.rule.map { "\($0.position.file):\($0.position.line)" } ?? "access.default"
        exchange.logger.info(
            "a request was refused by the access rules",
            metadata: [LogKey.rule: "\(rule)", LogKey.reason: "\(refusal.rawValue)"])
    }
}

extension Request {
    /// Whether a browser asks for a page to show, as it says itself (Fetch Metadata), or else as its Accept does.
    fileprivate func isNavigation(_ method: String) -> Bool {
        let modes = headers[values: .secFetchMode]
        guard modes.isEmpty else { return modes == ["navigate"] }
        return ["GET", "HEAD"].contains(method)
            && headers[values: .accept].contains { accept in
                accept.split(separator: ",").contains { media in
                    media.prefix { $0 != ";" }.trimmed.lowercased() == "text/html"
                }
            }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}

extension IdentityHeaders {
    /// Every identity header, also the empty ones.
    fileprivate var httpFields: HTTPFields {
        var headers = HTTPFields()
        headers.reserveCapacity(Self.names.count + 4)
        for (name, field) in zip(Self.names, fields) { headers.append(HTTPField(name: name, value: field.value)) }
        return headers
    }

    /// The fields' names, which are the same each time.
    private static let names = nobody.fields.compactMap { HTTPField.Name($0.name) }
}
