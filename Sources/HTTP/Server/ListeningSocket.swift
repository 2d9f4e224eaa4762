import Foundation
import GatewayKit
import NIOCore
import NIOPosix

/// Where a listener takes its connections: a socket that it makes, or one that was handed over.
struct ListeningSocket {
    private let address: ListenAddress
    private let mode: Int
    private let inherited: InheritedSockets
    /// How many connections the system keeps until they are taken; Linux itself takes no more than `somaxconn`, 4096.
    private static let backlog: Int32 = 4096

    /// The mode is that of a unix socket which it makes.
    init(at address: ListenAddress, mode: Int, orBy inherited: InheritedSockets) {
        self.address = address
        self.mode = mode
        self.inherited = inherited
    }

    /// Listens, and has each connection set up on its event loop; throws ``ListenerError`` when the address cannot be
    /// had. Closing the channel that comes back ends it, once each connection that it has taken is set up.
    func open(
        _ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(ListenerError) -> any Channel {
        do {
            let channel = try await bind(
                ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .serverChannelOption(.backlog, value: Self.backlog)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.allowRemoteHalfClosure, value: true)
                    .childChannelInitializer(setUp))
            try await channel.eventLoop.submit { try AcceptedConnections.watch(channel) }.get()
            return channel
        } catch let error as ListenerError {
            throw error
        } catch is UnixDomainSocketPathWrongType {
            throw failure("what lies there is no socket")
        } catch let error as IOError {
            throw failure(error.words)
        } catch is SocketAddressError {
            throw failure("no address is known for this name")
        } catch {
            throw failure("\(error)")
        }
    }

    private func bind(_ bootstrap: ServerBootstrap) async throws -> any Channel {
        if let socket = inherited.take(at: address) {
            let channel = try await bootstrap.withBoundSocket(socket).get()
            // NIO has set its own backlog there, before it knew of ours.
            listen(socket, Self.backlog)
            return channel
        }
        switch address {
        case .tcp(let host, let port):
            return try await bootstrap.bind(host: host, port: port).get()
        case .unix(let path):
            try await refuseSocketInUse(path)
            let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            do {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            } catch {
                try await channel.close()
                throw failure("the socket's mode cannot be set: \(error)")
            }
            return channel
        }
    }

    /// Binding a unix socket takes the place of whatever lies at its path, also of one that another process answers.
    private func refuseSocketInUse(_ path: String) async throws(ListenerError) {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        do {
            try await bootstrap.connect(unixDomainSocketPath: path).get().close(promise: nil)
        } catch let error as IOError where [ECONNREFUSED, ENOENT].contains(error.errnoCode) {
            return  // Nobody listens there.
        } catch let error as IOError where error.errnoCode != EAGAIN {
            throw failure(error.words)
        } catch is IOError {
            // Whoever listens there has no room for one more.
        } catch {
            return  // The path is none that a socket can have, as binding will say.
        }
        throw failure("another process listens there")
    }

    private func failure(_ reason: String) -> ListenerError { ListenerError(address: address, reason: reason) }
}
