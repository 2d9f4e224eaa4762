import NIOCore
import NIOEmbedded
import Testing

@testable import GatewayHTTP

/// A listener's channel with a place in it where connections wait to be set up, as NIO has them wait.
@Suite struct AcceptedConnectionsTests {
    private let listener = EmbeddedChannel()
    private let settingUp = SettingUp()

    init() throws {
        try listener.pipeline.syncOperations.addHandler(settingUp)
        try AcceptedConnections.watch(listener)
        try listener.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    @Test func `a listener with nothing in hand is closed at once`() throws {
        try accept(EmbeddedChannel())
        settingUp.finish()
        #expect(try listener.readInbound(as: EmbeddedChannel.self) != nil, "the connection is passed on")
        listener.close(promise: nil)
        #expect(!listener.isActive)
    }

    @Test func `a listener is closed when all that it has accepted is set up`() throws {
        try accept(EmbeddedChannel())
        try accept(EmbeddedChannel())
        let closed = listener.close()
        let closedAgain = listener.close()
        settingUp.finish()
        #expect(listener.isActive)
        settingUp.finish()
        #expect(!listener.isActive)
        try closed.wait()
        try closedAgain.wait()
        for _ in 1...2 { #expect(try listener.readInbound(as: EmbeddedChannel.self) != nil) }
    }

    @Test func `a connection that ends before it is set up holds nothing up`() throws {
        let connection = EmbeddedChannel()
        try accept(connection)
        listener.close(promise: nil)
        #expect(listener.isActive)
        try connection.close().wait()
        connection.embeddedEventLoop.run()
        listener.embeddedEventLoop.run()
        #expect(!listener.isActive)
    }

    @Test func `a listener that is being closed accepts no more`() throws {
        let reads = Reads()
        try listener.pipeline.syncOperations.addHandler(reads, position: .first)
        listener.read()
        #expect(reads.count == 1)
        try accept(EmbeddedChannel())
        listener.close(promise: nil)
        listener.read()
        #expect(reads.count == 1)
    }

    private func accept(_ connection: EmbeddedChannel) throws { try listener.writeInbound(connection) }

    /// Keeps connections back until told.
    private final class SettingUp: ChannelInboundHandler {
        typealias InboundIn = any Channel

        private var waiting: [() -> Void] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            waiting.append { context.fireChannelRead(data) }
        }

        func finish() { waiting.removeFirst()() }
    }

    /// Counts what reaches the system.
    private final class Reads: ChannelOutboundHandler {
        typealias OutboundIn = Never

        var count = 0

        func read(context: ChannelHandlerContext) { count += 1 }
    }
}
