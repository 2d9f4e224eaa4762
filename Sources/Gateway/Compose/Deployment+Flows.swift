import CoreMetrics
import GatewayAccounts
import GatewayHTTP
import GatewayKit

extension Deployment {
    /// The flows over the products, as the file sets them.
    func flows(
        over products: Products, outbox: Outbox, follower: any RevocationFollower,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) -> AccountFlows {
        AccountFlows(
            roles: AccountRoles(
                storage: products.store, hasher: products.hasher, issuer: products.issuer, follower: follower,
                outbox: outbox, publicURL: settings.server.publicURL, time: host.time, random: host.random,
                metrics: metrics),
            settings: AccountSettings(
                registration: settings.registration, login: settings.login, links: settings.links))
    }
}
