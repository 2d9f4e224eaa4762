import GatewayHTTP
import GatewayKit
import GatewayTestKit
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Runs a listener on a free port, or at a socket, while a test talks to it.
func withListener<Result: Sendable>(
    _ doors: Doors, at address: ListenAddress = .tcp(host: "127.0.0.1", port: 0), socketMode: Int = 0o660,
    limits: Listener.Limits = Listener.Limits(), _ body: @Sendable @escaping (ListenAddress) async throws -> Result
) async throws -> Result {
    let (addresses, running) = AsyncStream.makeStream(of: ListenAddress.self)
    let listener = Listener(
        at: address, socketMode: socketMode, limits: limits, frontDoor: try doors.frontDoor(),
        logger: doors.log.logger, onRunning: { running.yield($0) })
    let group = ServiceGroup(services: [listener], logger: doors.log.logger)
    return try await withThrowingTaskGroup(of: Result?.self) { tasks in
        tasks.addTask {
            try await group.run()
            return nil
        }
        tasks.addTask {
            var iterator = addresses.makeAsyncIterator()
            guard let real = await iterator.next() else { throw CancellationError() }
            let result = try await body(real)
            await group.triggerGracefulShutdown()
            return result
        }
        var result: Result?
        for try await value in tasks { result = value ?? result }
        guard let result else { throw CancellationError() }
        return result
    }
}

extension ListenAddress {
    /// Sends bytes and returns everything that comes back until the other side closes.
    func exchange(_ request: String) async throws -> String {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        let initializer: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = {
            channel in
            channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
        }
        let connection =
            switch self {
            case .tcp(let host, let port):
                try await bootstrap.connect(host: host, port: port, channelInitializer: initializer)
            case .unix(let path):
                try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: initializer)
            }
        return try await connection.executeThenClose { inbound, outbound in
            if !request.isEmpty { try await outbound.write(ByteBuffer(string: request)) }
            var answer = ""
            for try await part in inbound { answer += String(buffer: part) }
            return answer
        }
    }
}
