import GatewayKit
import NIOCore
import NIOPosix
import Synchronization

/// Connections to one mail server: a few at once, each for one mail after another while they come.
final class SMTPConnections: Sendable {
    /// How many there are at once; the outbox sends no more mails than that.
    static let limit = 4

    private let settings: SMTPSettings
    private let manners: SMTPDialogue.Manners
    private let trust: SMTPTrust?
    private let turns = Turns(limit)
    /// Those that wait for a mail; nil once there shall be none.
    private let resting = Mutex<[any Channel]?>([])

    /// Takes what the file says, the name in EHLO, and what TLS is made with; `trust` is nil where there is none.
    init(_ settings: SMTPSettings, clientName: String, trust: SMTPTrust?) {
        self.settings = settings
        self.trust = trust
        manners = SMTPDialogue.Manners(
            security: settings.security, login: settings.login,
            allowsLoginWithoutTLS: settings.allowsLoginWithoutTLS, clientName: clientName)
    }

    /// Sends a mail over a connection that rests, or else a new one. One that proves dead before it can have taken the
    /// mail is replaced once. A cancelled send fails at once, as a ``SMTPFailure/lost(_:)`` that says where.
    func send(_ letter: SMTPLetter) async throws(SMTPFailure) {
        guard await turns.take() else { throw .lost(.connection) }
        defer { turns.giveBack() }
        if let channel = takeResting() {
            do throws(SMTPFailure) {
                return try await send(letter, over: channel)
            } catch {
                guard error.isHarmlessLoss, !Task.isCancelled else { throw error }
            }
        }
        try await sendAnew(letter)
    }

    /// Ends the connections in order; one with a mail in hand ends after that.
    func close() async {
        let channels = resting.withLock { resting in
            defer { resting = nil }
            return resting ?? []
        }
        for channel in channels { channel.triggerUserOutboundEvent(SMTPChannelHandler.Quit(), promise: nil) }
        for channel in channels { await Self.outcome(of: channel.closeFuture) { channel.close(promise: nil) } }
    }

    private func send(_ letter: SMTPLetter, over channel: any Channel) async throws(SMTPFailure) {
        let sent = channel.eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(letter, promise: sent)
        let outcome = await Self.outcome(of: sent.futureResult) { channel.close(promise: nil) }
        rest(channel)
        try outcome.get()
    }

    private func sendAnew(_ letter: SMTPLetter) async throws(SMTPFailure) {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let sent = loop.makePromise(of: Void.self)
        let opened = loop.makePromise(of: (any Channel).self)
        // From the loop itself, so that the mail is written in the turn in which the connection begins to read: what
        // the server says would else be taken for what it says at rest.
        loop.execute { [self] in
            connect(on: loop).whenComplete { result in
                switch result {
                case .success(let channel):
                    opened.succeed(channel)
                    // Nobody waits for it any more when that came too late.
                    opened.futureResult.whenFailure { _ in channel.close(promise: nil) }
                    channel.writeAndFlush(letter, promise: sent)
                case .failure(let error):
                    opened.fail(error)
                    sent.fail(SMTPFailure.unreachable("\(error)"))
                }
            }
        }
        let outcome = await Self.outcome(of: sent.futureResult) {
            opened.fail(CancellationError())
            opened.futureResult.whenComplete { result in
                switch result {
                case .success(let channel): channel.close(promise: nil)
                case .failure: sent.fail(SMTPFailure.lost(.connection))
                }
            }
        }
        if case .success(let channel) = await Self.result(of: opened.futureResult) { rest(channel) }
        try outcome.get()
    }

    /// A connection with a dialogue on it. What the server says waits until then, so that nothing is missed, and what
    /// is written is heard before any of it.
    private func connect(on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .connectTimeout(.nanoseconds(settings.timeout.wholeMilliseconds * 1_000_000))
            .connect(host: settings.host, port: settings.port)
            .flatMapThrowing { [self] channel in
                do {
                    let pipeline = channel.pipeline.syncOperations
                    if settings.security == .tls, let trust { try pipeline.addHandler(trust.handler()) }
                    try pipeline.addHandler(SMTPChannelHandler(SMTPDialogue(manners), trust: trust))
                    try channel.syncOptions?.setOption(.autoRead, value: true)
                    return channel
                } catch {
                    channel.close(promise: nil)
                    throw error
                }
            }
    }

    private func takeResting() -> (any Channel)? {
        resting.withLock { resting in
            resting?.removeAll { !$0.isActive }
            return resting?.popLast()
        }
    }

    private func rest(_ channel: any Channel) {
        guard channel.isActive else { return }
        let isKept = resting.withLock { resting in
            resting?.append(channel)
            return resting != nil
        }
        if !isKept { channel.triggerUserOutboundEvent(SMTPChannelHandler.Quit(), promise: nil) }
    }

    /// What a future comes to, which `abandon` hastens when the task is cancelled.
    @discardableResult
    private static func outcome(
        of future: EventLoopFuture<Void>, abandon: @escaping @Sendable () -> Void
    ) async -> Result<Void, SMTPFailure> {
        await withTaskCancellationHandler {
            // An error of another kind is that of a channel which has gone before its handler could say so.
            await result(of: future).mapError { $0 as? SMTPFailure ?? .lost(.idle) }
        } onCancel: {
            abandon()
        }
    }

    private static func result<Value: Sendable>(of future: EventLoopFuture<Value>) async -> Result<Value, any Error> {
        do {
            return .success(try await future.get())
        } catch {
            return .failure(error)
        }
    }
}
