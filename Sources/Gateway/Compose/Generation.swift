import GatewayAccess
import GatewayAccounts
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import ServiceLifecycle

/// Everything that one reading of the file has made on a ``Ground``: the next reading makes another in its place.
struct Generation: Sendable {
    let deployment: Deployment
    let door: FrontDoor
    let limits: Listener.Limits
    let credentials: CredentialCheck
    let issuer: any TokenIssuer
    let trusted: TrustedIssuers
    /// What the modules do in the background; requests that are being answered need it to the end.
    let modules: [any Service]
    /// What ends as soon as another generation does it.
    let background: [any Service]

    /// Makes the modules and what is built on them; throws ``Failure`` and leaves nothing that runs. What is remembered
    /// of known credentials goes on where tokens are judged by the same settings.
    static func made(
        of deployment: Deployment, on ground: Ground, after former: Generation? = nil
    ) async throws(Failure) -> Generation {
        let (host, server) = (deployment.host, deployment.settings.server)
        let making = Making(
            deployment, mayCreate: ground.mayCreate, logger: ground.logger, metrics: ground.metrics, kept: ground.kept)
        let trusted = try await TrustedIssuers.made(
            of: deployment.settings.access.issuers, in: deployment, after: former?.trusted ?? .none,
            logger: ground.logger, metrics: ground.metrics)
        let products = try await making.products(over: (ground.store, ground.keyring))
        let judgesAlike = former.map { ReloadedSettings.judgeTokensAlike($0.deployment, deployment) } ?? false
        let credentials = CredentialCheck(
            issuer: products.issuer, foreign: trusted.issuers, storage: products.store, revocations: ground.revocations,
            cookieName: SessionCookie.name(under: server.publicURL), time: host.time, metrics: ground.metrics,
            remembering: judgesAlike ? former?.credentials : nil)
        let flows = deployment.flows(
            over: products, outbox: ground.outbox, follower: ground.revocations, metrics: ground.metrics)
        let endpoints = GatewayEndpoints(
            flows: flows, credentials: credentials, access: deployment.settings.access, issuer: products.issuer,
            policy: products.hasher.policy,
            publicURL: server.publicURL, version: Version.current)
        var limits = server.limits.listener
        limits.connections = OpenFiles.raised().connections(of: limits.connections, logger: ground.logger)
        return Generation(
            deployment: deployment,
            door: FrontDoor(
                endpoints: endpoints.all, pipeline: products.stages, publicURL: server.publicURL,
                trustedProxies: server.trustedProxies, bodyLimit: server.limits.body, time: host.time,
                random: host.random, metrics: ground.metrics, logger: ground.logger),
            limits: limits, credentials: credentials, issuer: products.issuer, trusted: trusted,
            modules: making.services.all + [trusted.updates].compactMap(\.self),
            background: [
                flows.paceSurvey,
                OutboxDelivery(
                    storage: products.store, mailer: products.mailer, outbox: ground.outbox, time: host.time,
                    random: host.random, logger: ground.logger, metrics: ground.metrics),
                Chores(
                    storage: products.store, lifetimes: products.issuer.lifetimes, time: host.time,
                    random: host.random, logger: ground.logger),
            ])
    }
}
