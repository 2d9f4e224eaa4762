import GatewayKit
import NIOCore
import NIOEmbedded
import Testing

@testable import GatewayMailers

/// What no server has to be asked for: how long a connection is kept.
@Suite struct SMTPChannelHandlerTests {
    @Test func `a connection that nobody uses says goodbye after a while, and waits a moment for the answer`() throws {
        let channel = try Self.idleChannel()
        channel.embeddedEventLoop.advanceTime(by: SMTPChannelHandler.longestRest - .nanoseconds(1))
        #expect(try Self.written(to: channel) == "")
        channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(try Self.written(to: channel) == "QUIT\r\n")
        channel.embeddedEventLoop.advanceTime(by: SMTPChannelHandler.longestGoodbye - .nanoseconds(1))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(!channel.isActive)
    }

    @Test func `each mail begins the while anew, and none is cut short by it`() throws {
        let channel = try Self.idleChannel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        let sent = try Self.send(channel)
        #expect(try Self.written(to: channel) == "MAIL FROM:<no-reply@example.com>\r\n")
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(try Self.written(to: channel) == "")
        for reply in ["250 ok", "250 ok", "354 go on", "250 queued"] { try Self.hear(reply, channel) }
        try sent.futureResult.wait()
        _ = try Self.written(to: channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(try Self.written(to: channel) == "")
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try Self.written(to: channel) == "QUIT\r\n")
    }

    @Test func `to be closed fails the mail in hand at once, and says how far it had come`() throws {
        let channel = try Self.idleChannel()
        let sent = try Self.send(channel)
        try Self.hear("250 ok", channel)
        channel.close(promise: nil)
        #expect(throws: SMTPFailure.lost(.recipient)) { try sent.futureResult.wait() }
        #expect(throws: (any Error).self) { try Self.send(channel).futureResult.wait() }
    }

    @Test func `whoever asks for the end while a mail is in hand gets it later`() throws {
        let channel = try Self.idleChannel()
        _ = try Self.send(channel)
        _ = try Self.written(to: channel)
        try channel.triggerUserOutboundEvent(SMTPChannelHandler.Quit()).wait()
        #expect(try Self.written(to: channel) == "")
        channel.close(promise: nil)
    }

    private static func idleChannel() throws -> EmbeddedChannel {
        let manners = SMTPDialogue.Manners(
            security: .none, login: nil, allowsLoginWithoutTLS: false, clientName: "auth.example.com")
        let channel = EmbeddedChannel(handler: SMTPChannelHandler(SMTPDialogue(manners), trust: nil))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 25)).wait()
        try hear("220 mail.test", channel)
        try hear("250 mail.test", channel)
        #expect(try written(to: channel) == "EHLO auth.example.com\r\n")
        return channel
    }

    private static func send(_ channel: EmbeddedChannel) throws -> EventLoopPromise<Void> {
        let sent = channel.eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(try SMTPLetter(.sample(), from: Mailbox("no-reply@example.com")), promise: sent)
        return sent
    }

    private static func hear(_ reply: String, _ channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(string: reply + "\r\n"))
    }

    private static func written(to channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }
}
