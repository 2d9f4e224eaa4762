import Foundation
import GatewayAccess
import GatewayAccounts
import GatewayEndpoints
import GatewayHTTP
import GatewayKit
import Logging
import ServiceLifecycle
import UnixSignals

/// The phase in which everything runs: what modules run, then the operations listener, then the public one, and behind
/// them what has effects of its own: where an address is taken, no mail was claimed. Stopped in reverse.
///
/// The phases before it: `Deployment` reads, `Decoding` decodes by `GatewaySettings`, `Linking` links, `Making` makes,
/// with the keys of a `SecretFile`. `Gate` keeps a service waiting for another, `Announcement` says that all are there.
enum Serving {
    /// Runs a deployment until SIGTERM or SIGINT; throws ``Failure`` when it cannot start or something essential ends.
    static func run(_ deployment: Deployment, logger: Logger) async throws(Failure) {
        umask(0o077)
        let making = Making(deployment, mayCreate: true, logger: logger)
        let products = try await making.products()
        let revocations = RevocationLog(
            storage: products.store, table: RevocationTable(), time: deployment.host.time, logger: logger)
        await revocations.catchUp()
        let outbox = Outbox(keyring: products.keyring, signal: OutboxSignal())
        let flows = deployment.flows(over: products, outbox: outbox, follower: revocations)
        let door = publicDoor(deployment, products, flows, revocations, logger)
        let (health, front) = (Gate(), Gate())
        let services: [any Service] =
            making.services.all + [revocations, flows.paceSurvey]
            + background(deployment, products, outbox, logger).map { GatedService(gate: front, service: $0) }
            + listeners(deployment, products, revocations, door, (health, front), logger)
        do {
            var configuration = ServiceGroupConfiguration(
                // A listener that cannot have its address ends the others in order, as a signal does.
                services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            configuration.maximumGracefulShutdownDuration = .seconds(9)  // Listeners have closed their last by then.
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as ListenerError {
            let isOperations = error.address == deployment.settings.server.operationsListen
            throw Failure("server.\(isOperations ? "operations_listen" : "listen"): \(error)")
        } catch is CancellationError {
            logger.warning("work was cut off, for it did not end in time; what was acknowledged is stored")
        } catch {
            throw Failure("\(error)")
        }
        logger.info("stopped")
    }

    private static func publicDoor(
        _ deployment: Deployment, _ products: Products, _ flows: AccountFlows, _ revocations: RevocationLog,
        _ logger: Logger
    ) -> FrontDoor {
        let server = deployment.settings.server
        let endpoints = GatewayEndpoints(
            flows: flows,
            credentials: CredentialCheck(
                issuer: products.issuer, revocations: revocations, time: deployment.host.time),
            issuer: products.issuer, policy: products.hasher.policy, publicURL: server.publicURL,
            version: Version.current)
        return FrontDoor(
            endpoints: endpoints.all, pipeline: products.stages, publicURL: server.publicURL,
            trustedProxies: server.trustedProxies, bodyLimit: server.limits.body, time: deployment.host.time,
            random: deployment.host.random, logger: logger)
    }

    private static func background(
        _ deployment: Deployment, _ products: Products, _ outbox: Outbox, _ logger: Logger
    ) -> [any Service] {
        let host = deployment.host
        return [
            OutboxDelivery(
                storage: products.store, mailer: products.mailer, outbox: outbox, time: host.time,
                random: host.random, logger: logger),
            Chores(
                storage: products.store, lifetimes: products.issuer.lifetimes, time: host.time,
                random: host.random, logger: logger),
        ]
    }

    private static func listeners(
        _ deployment: Deployment, _ products: Products, _ revocations: RevocationLog, _ door: FrontDoor,
        _ gates: (health: Gate, front: Gate), _ logger: Logger
    ) -> [any Service] {
        let server = deployment.settings.server
        var limits = server.limits.listener
        limits.connections = OpenFiles.raised().connections(of: limits.connections, logger: logger)
        var operationsLimits = limits
        operationsLimits.connections = OpenFiles.operationsConnections
        let announcement = Announcement(logger: logger)
        let operations = FrontDoor(
            endpoints: Endpoint.health {
                let isOpen = gates.front.isOpen
                let listening = HealthCheck("listener", problem: isOpen ? nil : "the gateway is starting or stopping")
                return await readiness(of: products.store, revocations) + [listening]
            },
            publicURL: server.publicURL, time: deployment.host.time, random: deployment.host.random, logger: logger)
        let health = Listener(
            at: server.operationsListen, limits: operationsLimits, frontDoor: operations, logger: logger,
            onRunning: { address in
                announcement.operations(at: address)
                gates.health.open()
            })
        let front = Listener(
            at: server.listen, socketMode: server.socketMode, limits: limits, frontDoor: door, logger: logger,
            onRunning: { address in
                gates.front.open()
                announcement.open(at: address)
            }, onStopping: { gates.front.close() })
        return [health, GatedService(gate: gates.health, service: front)]
    }

    private static func readiness(of store: any Storage, _ revocations: RevocationLog) async -> [HealthCheck] {
        var stored = HealthCheck("storage")
        do throws(StorageError) {
            try await store.checkReadiness()
        } catch {
            stored = HealthCheck("storage", problem: "the store does not answer, or its schema is another")
        }
        let isRead = revocations.isReady && revocations.isFresh
        let read = HealthCheck("revocations", problem: isRead ? nil : "the revocation log has not been read lately")
        return [stored, read]
    }
}
