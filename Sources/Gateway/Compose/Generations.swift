import CoreMetrics
import GatewayAccess
import GatewayHTTP
import GatewayKit
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs the present ``Generation``, and at SIGHUP puts one in its place that the file makes now: all of it, or none of
/// it with the reasons logged.
final class Generations: Service {
    private struct Running {
        let generation: Generation
        let modules: ServiceGroup
        let background: ServiceGroup
    }

    private let ground: Ground
    private let door: CurrentDoor
    /// Opens when people are answered; what has effects of its own waits for it.
    private let front: Gate
    private let hangUps: UnixSignalsSequence
    private let reread: @Sendable () throws(Failure) -> Deployment
    private let present: Mutex<Generation>
    private let isTaken: Gauge

    init(
        first: Generation, on ground: Ground, behind door: CurrentDoor, front: Gate, at hangUps: UnixSignalsSequence,
        rereading reread: @escaping @Sendable () throws(Failure) -> Deployment
    ) {
        self.ground = ground
        self.door = door
        self.front = front
        self.hangUps = hangUps
        self.reread = reread
        present = Mutex(first)
        isTaken = Gauge(label: "auth_gateway_reload_successful", factory: ground.metrics)
        isTaken.record(1)
    }

    /// What serves now.
    var current: Generation { present.withLock { $0 } }

    /// Runs until a shutdown begins; throws what ends a service of the present generation before its time.
    func run() async throws {
        let (requests, request) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask { [hangUps] in
                for await _ in hangUps.cancelOnGracefulShutdown() { request.yield() }
                request.finish()
            }
            var running = start(current, in: &tasks, or: request)
            for await _ in requests {
                guard !front.isClosed else {
                    ground.logger.warning("the file was not reloaded: the gateway is stopping")
                    continue
                }
                guard let next = await successor(of: running.generation) else {
                    isTaken.record(0)
                    continue
                }
                isTaken.record(1)
                let former = running
                running = start(next, in: &tasks, or: request)
                present.withLock { $0 = next }
                door.replace(with: next.door, limits: next.limits)
                ground.revocations.believe(for: next.deployment.settings.access.staleAfter)
                tasks.addTask { [ground] in await Self.retire(former, by: ground) }
                ground.logger.info("the file was reloaded")
            }
        }
    }

    /// Starts a generation's services; one that fails ends the waiting for reloads, and its error leaves the group.
    private func start(
        _ generation: Generation, in tasks: inout ThrowingDiscardingTaskGroup<any Error>,
        or request: AsyncStream<Void>.Continuation
    ) -> Running {
        let background = generation.background.map { GatedService(gate: front, service: $0) }
        let running = Running(
            generation: generation, modules: ServiceGroup(named: generation.modules, logger: ground.logger),
            background: ServiceGroup(named: background, logger: ground.logger))
        for group in [running.modules, running.background] {
            tasks.addTask {
                do {
                    try await group.run()
                } catch {
                    request.finish()
                    throw error
                }
            }
        }
        return running
    }

    /// What the file makes now, or nil with the reasons logged.
    private func successor(of former: Generation) async -> Generation? {
        do throws(Failure) {
            let deployment = try reread()
            guard !deployment.file.isBlank || former.deployment.file.isBlank else {
                throw Failure("\(deployment.file.name) is empty, as a file is that is just being written")
            }
            var fixed = ReloadedSettings.unchangeable(former.deployment, deployment)
            if fixed.isEmpty,
                try !Making(deployment, mayCreate: false, logger: ground.logger).isUnchanged(ground.keyring)
            {
                fixed = ["server.secret_file"]
            }
            for path in fixed {
                ground.logger.error(
                    "the file was not reloaded: this setting can be changed by a restart alone",
                    metadata: [LogKey.setting: "\(path)"])
            }
            guard fixed.isEmpty else { return nil }
            let next = try await Generation.made(of: deployment, on: ground, after: former)
            ground.style.change(to: deployment.logFormat, deployment.settings.server.log.level)
            for warning in deployment.warnings {
                ground.logger.warning(
                    "the configuration is unwise", metadata: warning.facts(in: deployment.file.name))
            }
            return next
        } catch {
            let problems = error.problems.filter { $0.severity == .error }
            for problem in problems {
                ground.logger.error(
                    "the file was not reloaded", metadata: problem.facts(in: former.deployment.file.nameWhenReread))
            }
            if problems.isEmpty {
                ground.logger.error("the file was not reloaded", metadata: [LogKey.error: "\(error.message)"])
            }
            return nil
        }
    }

    /// Ends what has effects at once, and what requests may still need when none can be left.
    private static func retire(_ former: Running, by ground: Ground) async {
        await former.background.triggerGracefulShutdown()
        let (limits, time) = (former.generation.limits, former.generation.deployment.host.time)
        await cancelWhenGracefulShutdown { try? await time.sleep(for: limits.requestTimeout) }
        await former.modules.triggerGracefulShutdown()
    }

}
