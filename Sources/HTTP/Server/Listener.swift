public import GatewayKit
public import Logging
import NIOCore
public import ServiceLifecycle

/// Listens at one address and answers what comes through a front door, until the service group stops it.
public struct Listener: Service, CustomStringConvertible {
    /// How much a listener takes, and how long it waits.
    public struct Limits: Hashable, Sendable {
        /// The greatest header section, in bytes.
        public var header: Int
        /// How long a header section may take, from its first byte.
        public var headerTimeout: Duration
        /// How long a body may take, from the end of the header section.
        public var bodyTimeout: Duration
        /// How long a request may take, from the end of the header section to the end of the answer.
        public var requestTimeout: Duration
        /// How long a connection may be silent between requests.
        public var idleTimeout: Duration
        /// How long it may be so once the listener is stopping: a request may be on its way.
        public var stoppingTimeout: Duration
        /// How many connections there may be at once.
        public var connections: Int

        /// States every part.
        public init(
            header: Int = 16 * 1024, headerTimeout: Duration = .seconds(10), bodyTimeout: Duration = .seconds(20),
            requestTimeout: Duration = .seconds(30), idleTimeout: Duration = .seconds(75),
            stoppingTimeout: Duration = .seconds(5), connections: Int = 10_000
        ) {
            self.header = header
            self.headerTimeout = headerTimeout
            self.bodyTimeout = bodyTimeout
            self.requestTimeout = requestTimeout
            self.idleTimeout = idleTimeout
            self.stoppingTimeout = stoppingTimeout
            self.connections = connections
        }
    }

    private let address: ListenAddress
    private let socketMode: Int
    private let inherited: InheritedSockets
    private let current: CurrentDoor
    private let time: any TimeSource
    private let logger: Logger
    private let onRunning: @Sendable (ListenAddress) async -> Void
    private let onStopping: @Sendable () -> Void
    /// How long requests may take to end once a shutdown has begun; then their connections are closed.
    static let patience = Duration.seconds(8)

    /// States every part; `onRunning` gets the real address, with the port that the system chose for port 0, once
    /// connections are taken, and `onStopping` is called when no more will be. A socket of the address that was handed
    /// over is taken as it is, its mode too.
    public init(
        at address: ListenAddress, socketMode: Int = 0o660, orBy inherited: InheritedSockets = InheritedSockets(),
        leadingTo current: CurrentDoor, time: any TimeSource = SystemTime(), logger: Logger,
        onRunning: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        onStopping: @escaping @Sendable () -> Void = {}
    ) {
        self.address = address
        self.socketMode = socketMode
        self.inherited = inherited
        self.current = current
        self.time = time
        self.logger = logger
        self.onRunning = onRunning
        self.onStopping = onStopping
    }

    /// Listens until it is told to stop; throws ``ListenerError`` when the address cannot be had, or is lost. What is
    /// being answered when it is told has eight seconds to end.
    public func run() async throws {
        let connections = OpenConnections(limit: current.limits.connections, watch: current.door.watch)
        let (incoming, opened) = AsyncStream.makeStream(of: OpenedConnection.self)
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)  // Hummingbird's own words.
        let connection = HTTPConnection(
            current: current, time: time, connections: connections, opened: opened, logger: quiet)
        let socket = try await ListeningSocket.open(at: address, mode: socketMode, orBy: inherited) { channel in
            connection.setUp(channel)
        }
        let real = address.asBound(by: socket.channel)
        logger.info(
            socket.isInherited ? "listening at a socket that was handed over" : "listening",
            metadata: [LogKey.address: "\(real)"])
        await onRunning(real)
        let isToldTo = await withTaskGroup(of: Void.self) { group in
            group.addTask { await stop(socket, connections) }
            defer { group.cancelAll() }
            // It ends when nobody can connect any more and each connection that was taken has ended.
            return await withTaskCancellationHandler {
                async let served: Void = serve(incoming)
                try? await socket.channel.closeFuture.get()
                opened.finish()
                let isToldTo = Task.isCancelled || Task.isShuttingDownGracefully
                if Task.isCancelled {
                    connections.closeAll()
                } else if !isToldTo {
                    onStopping()
                    connections.drain()
                }
                await served
                return isToldTo
            } onCancel: {
                socket.channel.close(promise: nil)
                connections.closeAll()
            }
        }
        guard isToldTo else { throw ListenerError(address: address, reason: "the system has closed the socket") }
    }

    /// The listener by its address, for the service group's log.
    public var description: String { "listener at \(address)" }

    private func serve(_ incoming: AsyncStream<OpenedConnection>) async {
        await withDiscardingTaskGroup { tasks in
            for await connection in incoming { tasks.addTask { await connection.serve() } }
        }
    }

    /// Waits for a shutdown, takes no more connections, and closes what outlasts its patience.
    private func stop(_ socket: ListeningSocket, _ connections: OpenConnections) async {
        do {
            try await gracefulShutdown()
        } catch {
            return  // Cancelled: all have ended before.
        }
        onStopping()
        let channel = socket.channel
        let drained = connections.drain()
        await withTaskGroup(of: Void.self) { group in
            if socket.isInherited {
                // Whoever comes would wait in the socket until the next process is there. So this one answers them for
                // as long as clients that it has may still ask.
                group.addTask {
                    for connection in drained { try? await connection.closeFuture.get() }
                    channel.close(promise: nil)
                }
            } else {
                channel.close(promise: nil)
            }
            // Cancelled when all have ended before.
            try? await time.sleep(for: Self.patience)
            channel.close(promise: nil)
            connections.closeAll()
        }
    }
}

extension ListenAddress {
    /// The same with the port that the system chose for port 0.
    fileprivate func asBound(by channel: any Channel) -> ListenAddress {
        guard case .tcp(let host, 0) = self else { return self }
        return .tcp(host: host, port: channel.localAddress?.port ?? 0)
    }
}

/// A listener cannot have its address.
public struct ListenerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address that it was to have.
    public let address: ListenAddress
    /// What the system says.
    public let reason: String

    /// The address and the reason in words.
    public var description: String { "cannot listen on \(address): \(reason)" }
}
