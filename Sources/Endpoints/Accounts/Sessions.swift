import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// Where one is logged in.
    var sessions: [Endpoint] { [listSessions, endSession] }

    private var listSessions: Endpoint {
        let route = Route(
            .get, "/auth/sessions", "Lists one's own sessions, the youngest first.", security: .bearer,
            answers: [.init(.ok, "The sessions.")], refusals: [.invalidToken])
        return Endpoint(route) { _, request, _ in
            let claims = try caller.claims(of: request)
            let entries = try await calling { () async throws(AccountsError) in
                try await flows.sessions.sessions(of: claims)
            }
            return Response.json(.array(entries.map(\.json)), headers: [.cacheControl: "no-store"])
        }
    }

    private var endSession: Endpoint {
        let route = Route(
            .delete, "/auth/sessions/{id}", "Ends one of one's own sessions.", security: .bearer,
            answers: [.init(.noContent, "The session has ended, everywhere.")], refusals: [.invalidToken, .notFound])
        return Endpoint(route) { _, request, exchange in
            let claims = try caller.claims(of: request)
            let id = SessionID(exchange.parameter("id"))
            let hasEnded = try await calling { () async throws(AccountsError) in
                try await flows.sessions.end(id, of: claims, from: Visitor(request, exchange))
            }
            guard hasEnded else { throw Problem.notFound }
            return Response(status: .noContent)
        }
    }
}

extension SessionList.Entry {
    fileprivate var json: JSONValue {
        [
            "id": .string(session.id.text), "created_at": .string(session.createdAt.iso8601),
            "last_used_at": .string(session.lastUsedAt.iso8601),
            "ip": session.address.map { .string($0) } ?? .null,
            "user_agent": session.userAgent.map { .string($0) } ?? .null, "current": .boolean(isCurrent),
        ]
    }
}
