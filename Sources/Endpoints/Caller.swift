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

    /// What the caller's access token says; throws ``Problem`` when there is none, when it is not valid, and when
    /// nobody can tell.
    func claims(of request: Request) throws -> AccessClaims {
        switch verdict(of: request) {
        case .valid(let principal):
            guard let claims = principal.claims else { throw Problem.invalidToken.because("no access token") }
            return claims
        case .none: throw Problem.missingToken
        case .bad(let reason): throw Problem.invalidToken.because(reason)
        case .cannotDecide: throw Problem.unavailable
        case .heldBack(let duration): throw Problem.tooManyRequests(retryAfter: duration)
        }
    }

    /// Throws what ``claims(of:)`` throws: for routes that read no body of a stranger.
    func admit(_ request: Request) throws { _ = try claims(of: request) }

    /// What the caller's access token says, or nil when there is no valid one; throws ``Problem`` for several
    /// Authorization fields, and when nobody can tell.
    func claimsIfValid(of request: Request) throws -> AccessClaims? {
        guard request.headers[values: .authorization].count < 2 else { throw Problem.invalidToken }
        switch verdict(of: request) {
        case .valid(let principal): return principal.claims
        case .none, .bad: return nil
        case .cannotDecide: throw Problem.unavailable
        case .heldBack(let duration): throw Problem.tooManyRequests(retryAfter: duration)
        }
    }

    /// Whose bearer token a request of the express lane has, where that is known and holds now.
    func known(_ request: ExpressRequest) -> Principal? {
        guard let value = request.value(.authorization), value.count > Self.scheme.count else { return nil }
        let span = request.bytes.readableBytesUInt8Span.extracting(value)
        guard span.matches(Self.scheme) else { return nil }
        return credentials.known(bearer: span.extracting(Self.scheme.count..<span.count))
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
