import GatewayAccess
import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird
import NIOCore

/// Finds out who calls: by the access token alone, but where apps and proxies ask about somebody else's request.
struct Caller: Sendable {
    let credentials: CredentialCheck

    /// The session that the caller's access token is of; throws ``Problem`` when there is none, when it is not valid,
    /// and when nobody can tell.
    func session(of request: Request) throws -> AccountSession { try valid(verdict(of: request)).session }

    private func valid(_ verdict: CredentialVerdict) throws -> (principal: Principal, session: AccountSession) {
        switch verdict {
        case .valid(let principal):
            guard let session = principal.caller else { throw Problem.invalidToken.because("no access token") }
            return (principal, session)
        case .none: throw Problem.missingToken
        case .bad(let reason): throw Problem.invalidToken.because(reason)
        case .cannotDecide: throw Problem.unavailable
        case .heldBack(let duration): throw Problem.tooManyRequests(retryAfter: duration)
        }
    }

    /// The administrator whose access token it is; throws what ``session(of:)`` throws, and ``Problem`` when they are
    /// none. What the token says of groups is so now: a change of them ends the tokens from before.
    func administrator(of request: Request, _ exchange: Exchange) throws -> Administrator {
        Administrator(session: try administratingSession(of: request), visitor: Visitor(request, exchange))
    }

    /// Throws what ``administrator(of:_:)`` throws: for routes that read no body of anybody else.
    func admitAdministrator(_ request: Request) throws { _ = try administratingSession(of: request) }

    private func administratingSession(of request: Request) throws -> AccountSession {
        let (principal, session) = try valid(verdict(of: request))
        guard principal.groups.contains(Administrator.group.text) else {
            throw Problem.forbidden.because("not in the group \(Administrator.group.text)")
        }
        return session
    }

    /// Throws what ``session(of:)`` throws: for routes that read no body of a stranger.
    func admit(_ request: Request) throws { _ = try session(of: request) }

    /// The session that the caller's access token is of, or nil when there is no valid one; throws ``Problem`` for
    /// several Authorization fields, and when nobody can tell.
    func sessionIfValid(of request: Request) throws -> AccountSession? {
        guard request.headers[values: .authorization].count < 2 else { throw Problem.invalidToken }
        switch verdict(of: request) {
        case .valid(let principal): return principal.caller
        case .none, .bad: return nil
        case .cannotDecide: throw Problem.unavailable
        case .heldBack(let duration): throw Problem.tooManyRequests(retryAfter: duration)
        }
    }

    /// Whose credential a request of the express lane has, where that is known and holds now. A cookie beside an
    /// Authorization field is the ordinary path's to judge, where the two are ranked.
    func known(_ request: ExpressRequest) -> Principal? {
        let span = request.bytes.readableBytesUInt8Span
        guard let value = request.value(.authorization) else {
            return request.value(.cookie).flatMap { credentials.known(cookies: span.extracting($0)) }
        }
        guard value.count > Self.scheme.count, span.matches(Self.scheme, at: value.lowerBound) else { return nil }
        return credentials.known(bearer: span.extracting(value.lowerBound + Self.scheme.count..<value.upperBound))
    }

    private static let scheme = Array("Bearer ".utf8)

    /// What a credential of any kind is worth that somebody's request came with.
    func verdictOnAny(of request: Request, from client: IPAddress?) async -> CredentialVerdict {
        let (values, cookies) = (request.headers[values: .authorization], request.headers[values: .cookie])
        if let verdict = credentials.checkInMemory(authorization: values, cookies: cookies, from: client) {
            return verdict
        }
        return await credentials.check(authorization: values, cookies: cookies, from: client)
    }

    private func verdict(of request: Request) -> CredentialVerdict {
        credentials.check(authorization: request.headers[values: .authorization])
    }
}

extension Visitor {
    /// Who sent a request, as far as the front door could tell.
    init(_ request: Request, _ exchange: Exchange) {
        self.init(
            address: exchange.clientAddress, userAgent: request.headers[.userAgent], requestID: exchange.requestID)
    }
}
