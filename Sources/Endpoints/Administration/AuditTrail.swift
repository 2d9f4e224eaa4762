import GatewayAccounts
import GatewayHTTP
import GatewayKit
import Hummingbird

extension GatewayEndpoints {
    /// The audit trail, for administrators.
    var auditTrail: [Endpoint] { [listEvents] }

    private var listEvents: Endpoint {
        Endpoint(routes.listEvents) { input, request, exchange in
            let (filter, limit, place) = input
            let administrator = try caller.administrator(of: request, exchange)
            let page = try await calling { () async throws(AccountsError) in
                try await flows.users.events(filter, after: place, limit: Int(limit ?? 50), for: administrator)
            }
            guard let page else { throw Problem.invalidToken }
            return GatewayRoutes.eventsListed.response(page)
        }
    }
}
