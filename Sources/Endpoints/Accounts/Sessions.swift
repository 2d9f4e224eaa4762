import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// Where one is logged in.
    var sessions: [Endpoint] { [listSessions, endSession] }

    private var listSessions: Endpoint {
        Endpoint(routes.listSessions) { _, request, _ in
            let session = try caller.session(of: request)
            let entries = try await calling { () async throws(AccountsError) in
                try await flows.sessions.sessions(of: session)
            }
            return GatewayRoutes.listed.response(entries)
        }
    }

    private var endSession: Endpoint {
        Endpoint(routes.endSession) { _, request, exchange in
            let session = try caller.session(of: request)
            let id = SessionID(exchange.parameter("id"))
            let hasEnded = try await calling { () async throws(AccountsError) in
                try await flows.sessions.end(id, of: session, from: Visitor(request, exchange))
            }
            guard hasEnded else { throw Problem.notFound }
            return GatewayRoutes.sessionEnded.response()
        }
    }
}
