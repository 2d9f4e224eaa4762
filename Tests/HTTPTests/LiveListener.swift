import GatewayHTTP
import GatewayKit
import GatewayTestKit
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

/// Runs a listener on a free port, or at a socket, while a test talks to it.
func withListener<Result: Sendable>(
    _ doors: Doors, at address: ListenAddress = .tcp(host: "127.0.0.1", port: 0), socketMode: Int = 0o660,
    limits: Listener.Limits = Listener.Limits(), time: any TimeSource = SystemTime(),
    whileStopping: @Sendable @escaping () async -> Void = {},
    _ body: @Sendable @escaping (ListenAddress) async throws -> Result
) async throws -> Result {
    let (addresses, running) = AsyncStream.makeStream(of: ListenAddress.self)
    let listener = Listener(
        at: address, socketMode: socketMode, leadingTo: CurrentDoor(try doors.frontDoor(), limits: limits), time: time,
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
            await whileStopping()
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
    func exchange(_ request: String) async throws -> String { try await exchange([request], since: []) }

    /// Sends the first piece, and each next one once the text before it has come back; then as ``exchange(_:)``.
    func exchange(_ pieces: [String], since texts: [String]) async throws -> String {
        return try await connect().executeThenClose { inbound, outbound in
            var unsent = pieces[...]
            var awaited = texts[...]
            if let first = unsent.popFirst(), !first.isEmpty {
                // Whoever is turned away finds its connection ended before it has asked; what came back says more.
                try? await outbound.write(ByteBuffer(string: first))
            }
            var answer = ""
            for try await part in inbound {
                answer += String(buffer: part)
                if let text = awaited.first, answer.contains(text), let next = unsent.popFirst() {
                    awaited.removeFirst()
                    try await outbound.write(ByteBuffer(string: next))
                }
            }
            return answer
        }
    }

    /// Sends a request and ends this side, at once or when its answer begins; returns everything that comes back.
    func exchange(_ request: String, endingBehindAnswerBegins isLate: Bool) async throws -> String {
        try await connect().executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            if !isLate { outbound.finish() }
            var answer = ByteBuffer()
            for try await part in inbound {
                if isLate, answer.readableBytes == 0 { outbound.finish() }
                answer.writeImmutableBuffer(part)
            }
            return String(buffer: answer)
        }
    }

    /// Sends bytes and leaves the connection open.
    func open(sending bytes: String) async throws -> any Channel {
        guard case .tcp(let host, let port) = self else { throw CancellationError() }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: bytes))
        return channel
    }

    /// Sends what is answered, such as a head that asks to be told to go on, and leaves the connection open once it is;
    /// also behind the other side's end if this is told not to end with it.
    func hold(behind head: String, endsWithOther: Bool = true) async throws -> any Channel {
        let told = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        guard case .tcp(let host, let port) = self else { throw CancellationError() }
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: !endsWithOther)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Told(promise: told))
                }
            }
            .connect(host: host, port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: head))
        try await told.futureResult.get()
        return channel
    }

    /// Sends a head that asks to be told to go on, and resets the connection once it is.
    func reset(behind head: String) async throws {
        let connection = try await connect()
        try await connection.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: head))
            for try await part in inbound where String(buffer: part).contains("100 Continue") { break }
            try await connection.channel.reset()
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        let initializer: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
            }
        }
        return
            switch self
        {
        case .tcp(let host, let port):
            try await bootstrap.connect(host: host, port: port, channelInitializer: initializer)
        case .unix(let path):
            try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: initializer)
        }
    }
}

extension Channel {
    /// Closes without a word: the other side is told that the connection was reset.
    func reset() async throws {
        let options = try #require(self as? any SocketOptionProvider)
        try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await close()
    }
}

/// Says that something has come back.
private final class Told: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let promise: EventLoopPromise<Void>

    init(promise: EventLoopPromise<Void>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { promise.succeed() }
}
