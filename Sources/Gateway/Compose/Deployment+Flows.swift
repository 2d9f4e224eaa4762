import GatewayAccounts
import GatewayHTTP
import GatewayKit

extension Deployment {
    /// The flows over the products, as the file sets them.
    func flows(over parts: FlowParts, outbox: Outbox, follower: any RevocationFollower) -> AccountFlows {
        AccountFlows(
            roles: AccountRoles(
                storage: parts.store, hasher: parts.hasher, issuer: parts.issuer, follower: follower,
                outbox: outbox, publicURL: settings.server.publicURL, time: host.time, random: host.random),
            settings: AccountSettings(
                registration: settings.registration, login: settings.login, links: settings.links))
    }
}
