import Foundation
public import GatewayKit
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
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
        /// How many connections there may be at once.
        public var connections: Int

        /// States every part.
        public init(
            header: Int = 16 * 1024, headerTimeout: Duration = .seconds(10), bodyTimeout: Duration = .seconds(20),
            requestTimeout: Duration = .seconds(30), idleTimeout: Duration = .seconds(75), connections: Int = 10_000
        ) {
            self.header = header
            self.headerTimeout = headerTimeout
            self.bodyTimeout = bodyTimeout
            self.requestTimeout = requestTimeout
            self.idleTimeout = idleTimeout
            self.connections = connections
        }
    }

    private let address: ListenAddress
    private let socketMode: Int
    private let current: CurrentDoor
    private let time: any TimeSource
    private let logger: Logger
    private let onRunning: @Sendable (ListenAddress) async -> Void
    private let onStopping: @Sendable () -> Void
    /// How long requests may take to end once a shutdown has begun; then their connections are closed.
    static let patience = Duration.seconds(8)

    /// States every part; `onRunning` gets the real address, with the port that the system chose for port 0, once
    /// connections are taken, and `onStopping` is called when no more will be.
    public init(
        at address: ListenAddress, socketMode: Int = 0o660, leadingTo current: CurrentDoor,
        time: any TimeSource = SystemTime(), logger: Logger,
        onRunning: @escaping @Sendable (ListenAddress) async -> Void = { _ in },
        onStopping: @escaping @Sendable () -> Void = {}
    ) {
        self.address = address
        self.socketMode = socketMode
        self.current = current
        self.time = time
        self.logger = logger
        self.onRunning = onRunning
        self.onStopping = onStopping
    }

    /// Listens until it is told to stop; throws ``ListenerError`` when the address cannot be had. What is being
    /// answered then has eight seconds to end.
    public func run() async throws {
        try await refuseSocketInUse()
        let connections = OpenConnections(limit: current.limits.connections, watch: current.door.watch)
        do {
            let (incoming, serving) = AsyncStream.makeStream(of: ServedConnection.self)
            try await withThrowingTaskGroup(of: Part.self) { group in
                group.addTask {
                    defer { serving.finish() }
                    try await application(connections, serving).run()
                    return .server
                }
                group.addTask {
                    await withDiscardingTaskGroup { tasks in
                        for await connection in incoming { tasks.addTask { await connection.serve() } }
                    }
                    return .connections
                }
                group.addTask {
                    await closeLate(connections)
                    return .patience
                }
                // The server may end before a connection that it had taken and not set up yet.
                var running: Set<Part> = [.server, .connections]
                while let ended = try await group.next() {
                    running.remove(ended)
                    if running.isEmpty { group.cancelAll() }
                }
            }
        } catch is UnixDomainSocketPathWrongType {
            throw ListenerError(address: address, reason: "what lies there is no socket")
        } catch let error as IOError {
            throw ListenerError(address: address, reason: error.words)
        } catch is SocketAddressError {
            throw ListenerError(address: address, reason: "no address is known for this name")
        }
    }

    /// The listener by its address, for the service group's log.
    public var description: String { "listener at \(address)" }

    /// Binding a unix socket takes the place of whatever lies at its path, also of one that another process answers.
    private func refuseSocketInUse() async throws(ListenerError) {
        guard case .unix(let path) = address else { return }
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        do {
            try await bootstrap.connect(unixDomainSocketPath: path).get().close(promise: nil)
        } catch let error as IOError where [ECONNREFUSED, ENOENT].contains(error.errnoCode) {
            return  // Nobody listens there.
        } catch let error as IOError where error.errnoCode != EAGAIN {
            throw ListenerError(address: address, reason: error.words)
        } catch is IOError {
            // Whoever listens there has no room for one more.
        } catch {
            return  // The path is none that a socket can have, as binding will say.
        }
        throw ListenerError(address: address, reason: "another process listens there")
    }

    /// What runs side by side.
    private enum Part {
        case server, connections, patience
    }

    /// Waits for a shutdown, and closes what outlasts its patience.
    private func closeLate(_ connections: OpenConnections) async {
        do {
            try await gracefulShutdown()
            onStopping()
            connections.drain()
            try await time.sleep(for: Self.patience)
            connections.closeAll()
        } catch {
            // Cancelled: the listener has ended before.
        }
    }

    private func application(
        _ connections: OpenConnections, _ serving: AsyncStream<ServedConnection>.Continuation
    ) -> Application<CurrentDoor> {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)  // It greets in words of its own.
        let server = HTTPServerBuilder { responder in
            HTTPConnection(
                responder: responder, current: current, connections: connections, serving: serving)
        }
        return Application(
            responder: current, server: server,
            configuration: ApplicationConfiguration(address: bindAddress, backlog: 4096),
            onServerRunning: { channel in await announce(channel) }, logger: quiet)
    }

    private var bindAddress: BindAddress {
        switch address {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .unix(let path): .unixDomainSocket(path: path)
        }
    }

    /// Opens a unix socket to its group and says where the listener is.
    private func announce(_ channel: any Channel) async {
        do {
            try await channel.eventLoop.submit { try AcceptedConnections.watch(channel) }.get()
        } catch {
            return  // It has been closed already.
        }
        var real = address
        switch address {
        case .tcp(let host, _):
            real = .tcp(host: host, port: channel.localAddress?.port ?? 0)
        case .unix(let path):
            do {
                try FileManager.default.setAttributes([.posixPermissions: socketMode], ofItemAtPath: path)
            } catch {
                logger.error("the socket's mode cannot be set", metadata: [LogKey.error: "\(error)"])
                channel.close(promise: nil)
                return
            }
        }
        logger.info("listening", metadata: [LogKey.address: "\(real)"])
        await onRunning(real)
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
