import GatewayAccess
import GatewayAccounts
import GatewayHTTP
import GatewayKit
import Logging

/// What lasts as long as the process, whatever the file says later: the store and the keys that it is sealed with, the
/// revocations, the counts. A ``Generation`` stands on it.
struct Ground: Sendable {
    let store: any Storage
    let keyring: SecretKeyring
    let outbox: Outbox
    let revocations: RevocationLog
    let kept: KeptParts
    let metrics: PrometheusMetrics
    let style: LogStyle
    let logger: Logger

    /// What the store's module does in the background.
    let services: ServiceList
    /// Whether what stands on it may begin a deployment and its keys.
    let mayCreate: Bool

    /// Opens the store and reads the revocations.
    static func laid(
        for deployment: Deployment, mayCreate: Bool = true, style: LogStyle, logger: Logger
    ) async throws(Failure) -> Ground {
        let metrics = PrometheusMetrics(logger: logger)
        let making = Making(deployment, mayCreate: mayCreate, logger: logger, metrics: metrics)
        let (store, keyring) = try await making.storeAndKeyring()
        let revocations = RevocationLog(
            storage: store, table: RevocationTable(), time: deployment.host.time,
            staleAfter: deployment.settings.access.staleAfter, logger: logger)
        await revocations.catchUp()
        return Ground(
            store: store, keyring: keyring, outbox: Outbox(keyring: keyring, signal: Signal()),
            revocations: revocations, kept: making.kept, metrics: metrics, style: style, logger: logger,
            services: making.services, mayCreate: mayCreate)
    }
}
