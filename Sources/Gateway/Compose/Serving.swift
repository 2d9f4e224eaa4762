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
/// with the keys of a `SecretFile`. `Operations` is what the operations listener shows, `Gate` keeps a service waiting
/// for another, `Announcement` says that all are there.
enum Serving {
    /// Runs a deployment until SIGTERM or SIGINT; throws ``Failure`` when it cannot start or something essential ends.
    static func run(_ deployment: Deployment, logger: Logger) async throws(Failure) {
        umask(0o077)
        let metrics = PrometheusMetrics(logger: logger)
        let making = Making(deployment, mayCreate: true, logger: logger, metrics: metrics)
        let products = try await making.products()
        let revocations = RevocationLog(
            storage: products.store, table: RevocationTable(), time: deployment.host.time, logger: logger)
        await revocations.catchUp()
        let outbox = Outbox(keyring: products.keyring, signal: OutboxSignal())
        let credentials = CredentialCheck(
            issuer: products.issuer, revocations: revocations, time: deployment.host.time, metrics: metrics)
        let flows = deployment.flows(over: products, outbox: outbox, follower: revocations, metrics: metrics)
        let endpoints = GatewayEndpoints(
            flows: flows, credentials: credentials, issuer: products.issuer, policy: products.hasher.policy,
            publicURL: deployment.settings.server.publicURL, version: Version.current)
        let door = publicDoor(deployment, endpoints, products.stages, metrics, logger)
        let (health, front) = (Gate(), Gate())
        let operations = Operations(
            store: products.store, revocations: revocations, credentials: credentials, metrics: metrics,
            time: deployment.host.time, isListening: { front.isOpen })
        let services: [any Service] =
            making.services.all + [revocations, flows.paceSurvey]
            + background(deployment, products, outbox, metrics, logger).map { GatedService(gate: front, service: $0) }
            + listeners(deployment, operations, door, (health, front), logger)
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
        _ deployment: Deployment, _ endpoints: GatewayEndpoints, _ stages: [PipelineStage],
        _ metrics: PrometheusMetrics, _ logger: Logger
    ) -> FrontDoor {
        let server = deployment.settings.server
        return FrontDoor(
            endpoints: endpoints.all, pipeline: stages, publicURL: server.publicURL,
            trustedProxies: server.trustedProxies, bodyLimit: server.limits.body, time: deployment.host.time,
            random: deployment.host.random, metrics: metrics, logger: logger)
    }

    private static func background(
        _ deployment: Deployment, _ products: Products, _ outbox: Outbox, _ metrics: PrometheusMetrics,
        _ logger: Logger
    ) -> [any Service] {
        let host = deployment.host
        return [
            OutboxDelivery(
                storage: products.store, mailer: products.mailer, outbox: outbox, time: host.time,
                random: host.random, logger: logger, metrics: metrics),
            Chores(
                storage: products.store, lifetimes: products.issuer.lifetimes, time: host.time,
                random: host.random, logger: logger),
        ]
    }

    private static func listeners(
        _ deployment: Deployment, _ operations: Operations, _ door: FrontDoor, _ gates: (health: Gate, front: Gate),
        _ logger: Logger
    ) -> [any Service] {
        let server = deployment.settings.server
        var limits = server.limits.listener
        limits.connections = OpenFiles.raised().connections(of: limits.connections, logger: logger)
        var operationsLimits = limits
        operationsLimits.connections = OpenFiles.operationsConnections
        let announcement = Announcement(logger: logger)
        let operationsDoor = FrontDoor(
            endpoints: operations.endpoints, publicURL: server.publicURL, time: deployment.host.time,
            random: deployment.host.random, logger: logger)
        let health = Listener(
            at: server.operationsListen, limits: operationsLimits, frontDoor: operationsDoor, logger: logger,
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
}
