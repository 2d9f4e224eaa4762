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
    func session(of request: Request) throws -> AccountSession {
        switch verdict(of: request) {
        case .valid(let principal):
            guard let session = principal.caller else { throw Problem.invalidToken.because("no access token") }
            return session
        case .none: throw Problem.missingToken
        case .bad(let reason): throw Problem.invalidToken.because(reason)
        case .cannotDecide: throw Problem.unavailable
        case .heldBack(let duration): throw Problem.tooManyRequests(retryAfter: duration)
        }
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
