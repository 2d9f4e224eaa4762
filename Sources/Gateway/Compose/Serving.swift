import Foundation
import GatewayAccess
import GatewayHTTP
import GatewayKit
import Logging
import ServiceLifecycle
import UnixSignals

/// The phase in which everything runs: what modules run, then the operations listener, then the public one, and behind
/// them what has effects of its own: where an address is taken, no mail was claimed. Stopped in reverse.
///
/// The phases before it: `Deployment` reads, `Decoding` decodes by `GatewaySettings`, `Linking` links, `Making` makes,
/// with the keys of a `SecretFile`. What lasts is the `Ground`, what a reload replaces a `Generation`; `Generations`
/// does that, and `ReloadedSettings` says what it cannot change. `Operations` is what the operations listener shows,
/// `Gate` keeps a service waiting for another, `Announcement` says that all are there.
enum Serving {
    /// Runs a deployment until SIGTERM or SIGINT; throws ``Failure`` when it cannot start or something essential ends.
    /// SIGHUP has the file read again.
    static func run(
        _ deployment: Deployment, style: LogStyle, logger: Logger, reloadingAt hangUps: UnixSignalsSequence,
        rereading reread: @escaping @Sendable () throws(Failure) -> Deployment
    ) async throws(Failure) {
        umask(0o077)
        let sockets = try inheritedSockets(deployment)
        let ground = try await Ground.laid(for: deployment, style: style, logger: logger)
        let first = try await Generation.made(of: deployment, on: ground)
        let door = CurrentDoor(first.door, limits: first.limits)
        let (health, front) = (Gate(), Gate())
        let generations = Generations(
            first: first, on: ground, behind: door, front: front, at: hangUps, rereading: reread)
        let operations = Operations(
            store: ground.store, revocations: ground.revocations,
            knownCount: { generations.current.credentials.knownCount },
            keyAges: { generations.current.trusted.issuers.keyAges }, metrics: ground.metrics,
            time: deployment.host.time, isListening: { front.isOpen })
        let services: [any Service] =
            ground.services.all + ground.kept.services.all + [ground.revocations, generations]
            + listeners(deployment, sockets, operations, door, (health, front), logger)
        do {
            // A listener that cannot have its address ends the others in order, as a signal does; nine seconds after
            // the signal listeners have closed their last connection.
            try await ServiceGroup(
                named: services, until: [.sigterm, .sigint], within: .seconds(9), logger: logger
            ).run()
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

    /// Of those that a supervisor hands over, each is to be one that the file knows.
    private static func inheritedSockets(_ deployment: Deployment) throws(Failure) -> InheritedSockets {
        let server = deployment.settings.server
        do throws(InheritedSockets.Problem) {
            let sockets = try InheritedSockets(announcedBy: deployment.host.environment, to: getpid())
            try sockets.refuseOthers(than: [server.listen, server.operationsListen])
            return sockets
        } catch {
            throw Failure("server.listen: \(error)")
        }
    }

    private static func listeners(
        _ deployment: Deployment, _ sockets: InheritedSockets, _ operations: Operations, _ door: CurrentDoor,
        _ gates: (health: Gate, front: Gate), _ logger: Logger
    ) -> [any Service] {
        let (server, host) = (deployment.settings.server, deployment.host)
        var limits = server.limits.listener
        limits.connections = OpenFiles.operationsConnections
        // Who looks at metrics keeps a connection, and does not mind to make another; the front has stopped by now.
        limits.stoppingTimeout = .milliseconds(100)
        let announcement = Announcement(logger: logger)
        let operationsDoor = FrontDoor(
            endpoints: operations.endpoints, publicURL: server.publicURL, time: host.time, random: host.random,
            logger: logger)
        let health = Listener(
            at: server.operationsListen, orBy: sockets, leadingTo: CurrentDoor(operationsDoor, limits: limits),
            logger: logger,
            onRunning: { address in
                announcement.operations(at: address)
                gates.health.open()
            })
        let front = Listener(
            at: server.listen, socketMode: server.socketMode, orBy: sockets, leadingTo: door, logger: logger,
            onRunning: { address in
                gates.front.open()
                announcement.open(at: address)
            }, onStopping: { gates.front.close() })
        return [health, GatedService(gate: gates.health, service: front)]
    }
}
