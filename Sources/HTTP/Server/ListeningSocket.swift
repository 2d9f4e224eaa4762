import Foundation
import GatewayKit
import NIOCore
import NIOPosix

/// Where a listener takes its connections: a socket that it makes, or one that was handed over.
struct ListeningSocket {
    /// Closing it ends the listening, once each connection that it has taken is set up.
    let channel: any Channel
    /// Whether it was handed over, and so outlives this process.
    let isInherited: Bool

    /// Listens, and has each connection set up on its event loop; throws ``ListenerError`` when the address cannot be
    /// had. The mode is that of a unix socket that is made.
    static func open(
        at address: ListenAddress, mode: Int, orBy inherited: InheritedSockets,
        _ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(ListenerError) -> Self {
        try await Opening(address: address, mode: mode).open(inherited.take(at: address), setUp)
    }
}

private struct Opening {
    let address: ListenAddress
    let mode: Int
    /// How many connections the system keeps until they are taken; Linux itself takes no more than `somaxconn`, 4096.
    private static let backlog: Int32 = 4096

    func open(
        _ inherited: CInt?, _ setUp: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) async throws(ListenerError) -> ListeningSocket {
        do {
            let channel = try await bind(
                ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .serverChannelOption(.backlog, value: Self.backlog)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .serverChannelOption(.autoRead, value: false)
                    .childChannelOption(.allowRemoteHalfClosure, value: true)
                    .childChannelInitializer(setUp), inherited)
            // No connection is taken before those that are can be watched.
            try await channel.eventLoop.flatSubmit {
                channel.eventLoop.makeCompletedFuture { try AcceptedConnections.watch(channel) }
                    .flatMap { channel.setOption(.autoRead, value: true) }
            }.get()
            return ListeningSocket(channel: channel, isInherited: inherited != nil)
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

    private func bind(_ bootstrap: ServerBootstrap, _ inherited: CInt?) async throws -> any Channel {
        if let inherited {
            let channel = bootstrap.withBoundSocket(inherited)
            // NIO has set a shorter backlog by now, before it looks at options.
            listen(inherited, Self.backlog)
            return try await channel.get()
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
