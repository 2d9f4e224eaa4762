import NIOCore
import NIOSSL
import NIOTLS

/// A dialogue on its channel: bytes to replies, actions to writes. A mail is written as an ``SMTPLetter``, and the
/// write's promise is kept once the server has taken it.
///
/// It reads no clock but its event loop's, for what nobody waits for: an idle connection is ended in order after a
/// while. Whoever waits for a mail has a deadline of his own, and closes the channel.
final class SMTPChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = SMTPLetter
    typealias OutboundOut = ByteBuffer

    /// Has the connection end in order, unless a mail is in hand.
    struct Quit: Sendable {}

    /// How long a connection waits for another mail; servers wait for minutes (RFC 5321, section 4.5.3.2).
    static let longestRest = TimeAmount.seconds(10)
    /// How long the answer to QUIT is waited for.
    static let longestGoodbye = TimeAmount.seconds(2)

    private let trust: SMTPTrust?
    private var dialogue: SMTPDialogue
    private var parser = SMTPReplyParser()
    private var mail: EventLoopPromise<Void>?
    private var alarm: Scheduled<Void>?

    /// Takes the dialogue, and what the channel's TLS is made with, if anything.
    init(_ dialogue: SMTPDialogue, trust: SMTPTrust?) {
        self.dialogue = dialogue
        self.trust = trust
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data).readableBytesView)
        while !dialogue.isOver {
            let actions: [SMTPDialogue.Action]
            do throws(SMTPReplyParser.Violation) {
                guard let reply = try parser.next() else { return }
                actions = dialogue.received(reply, bytesFollow: !parser.isEmpty)
            } catch {
                actions = dialogue.fail(.nonsense(dialogue.step))
            }
            perform(actions, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.handshakeCompleted) = event as? TLSUserEvent { handshakeCompleted(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isHandshake = dialogue.step == .handshake
        let failure = isHandshake ? SMTPFailure.untrusted(SMTPTrust.words(for: error)) : .lost(dialogue.step)
        perform(dialogue.fail(failure), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(dialogue.fail(.lost(dialogue.step)), context)
        alarm?.cancel()
        context.fireChannelInactive()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        mail = promise
        perform(dialogue.send(unwrapOutboundIn(data)), context)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is Quit else { return context.triggerUserOutboundEvent(event, promise: promise) }
        perform(dialogue.quit(), context)
        promise?.succeed()
    }

    /// Whoever waits for the mail is told at once; to end TLS may take longer.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        for action in dialogue.fail(.lost(dialogue.step)) {
            if case .notTaken(let failure) = action { settle(.failure(failure)) }
        }
        context.close(mode: mode, promise: promise)
    }

    private func perform(_ actions: [SMTPDialogue.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .write(let bytes):
                context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
            case .secure: secure(context)
            case .taken: settle(.success(()))
            case .notTaken(let failure): settle(.failure(failure))
            case .close: context.close(promise: nil)
            }
        }
        setAlarm(context)
    }

    private func secure(_ context: ChannelHandlerContext) {
        do {
            guard let trust else { return perform(dialogue.fail(.noTLS), context) }
            try context.pipeline.syncOperations.addHandler(trust.handler(), position: .first)
        } catch {
            perform(dialogue.fail(.untrusted("\(error)")), context)
        }
    }

    private func handshakeCompleted(_ context: ChannelHandlerContext) {
        do {
            let certificate = try context.pipeline.syncOperations.nioSSL_peerCertificate()
            let isRight = trust?.accepts(certificate) == true
            perform(isRight ? dialogue.secured() : dialogue.fail(.untrusted(SMTPTrust.misnamed)), context)
        } catch {
            perform(dialogue.fail(.untrusted("\(error)")), context)
        }
    }

    private func settle(_ result: Result<Void, any Error>) {
        // Whoever is told may write the next mail from within.
        let promise = mail
        mail = nil
        promise?.completeWith(result)
    }

    private func setAlarm(_ context: ChannelHandlerContext) {
        alarm?.cancel()
        alarm = nil
        if dialogue.isIdle {
            alarm = context.eventLoop.assumeIsolated().scheduleTask(in: Self.longestRest) {
                self.perform(self.dialogue.quit(), context)
            }
        } else if dialogue.step == .quit {
            alarm = context.eventLoop.assumeIsolated().scheduleTask(in: Self.longestGoodbye) {
                context.close(promise: nil)
            }
        }
    }
}
