import Foundation
import GatewayKit
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// Sends bytes over a connection of their own and reads the answer: as they are, for so long and so much at most.
struct RawExchange: Sendable {
    /// How long one exchange may take.
    static let deadline = Duration.seconds(10)

    /// What became of it.
    enum Outcome: Equatable, Sendable {
        case answer(RawAnswer)
        /// The connection ended without an answer.
        case closed
        /// What came is no HTTP.
        case garbage
        /// No whole head came in time.
        case stalled
        /// There is no connection; the reason, for people.
        case unreachable(String)
    }

    let destination: ListenAddress
    /// Who the server's certificate must be for, where TLS is spoken.
    var server = ReferenceIdentifier(host: "")
    var tls: NIOSSLContext?
    let time: any TimeSource

    func send(_ request: [UInt8], method: String) async -> Outcome {
        let reception = Reception(method: method)
        let isOver: Result<Bool, any Error>
        do {
            isOver = .success(
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        try await exchange(request, reception)
                        return true
                    }
                    group.addTask {
                        try await time.sleep(for: Self.deadline)
                        return false
                    }
                    defer { group.cancelAll() }
                    return try await group.next() ?? false
                })
        } catch {
            isOver = .failure(error)
        }
        return reception.reader.withLock { reader in
            // Whatever ended the exchange, a head that has come says what there is to say.
            if let answer = reader.answer { return .answer(answer) }
            if reader.isGarbage { return .garbage }
            if case .success(false) = isOver { return .stalled }
            guard reader.isEmpty else { return .garbage }
            if let failure = reception.failure.withLock(\.self) { return Self.outcome(of: failure) }
            if case .failure(let error) = isOver { return Self.outcome(of: error) }
            return .closed
        }
    }

    /// What has come so far, for whoever ends the exchange.
    private final class Reception: Sendable {
        let reader: Mutex<RawAnswerReader>
        let failure = Mutex<(any Error)?>(nil)

        init(method: String) { reader = Mutex(RawAnswerReader(method: method)) }

        func take(_ piece: ByteBuffer) -> Bool { reader.withLock { $0.take(piece.readableBytesView) } }
    }

    /// Sends the request as soon as the server is known for who it should be, and keeps the first error: what is thrown
    /// at a connection's end may only say that it has ended.
    private final class Opening: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let request: [UInt8]
        /// Who it should be; nil where that is not asked.
        private let server: ReferenceIdentifier?
        private let reception: Reception

        init(request: [UInt8], server: ReferenceIdentifier?, reception: Reception) {
            (self.request, self.server, self.reception) = (request, server, reception)
        }

        func channelActive(context: ChannelHandlerContext) {
            if server == nil { send(context) }
            context.fireChannelActive()
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let server, case .some(.handshakeCompleted) = event as? TLSUserEvent {
                do {
                    let certificate = try context.pipeline.syncOperations.nioSSL_peerCertificate()
                    guard certificate.map(server.isCertified) == true else {
                        throw NIOSSLExtraError.failedToValidateHostname
                    }
                    send(context)
                } catch {
                    fail(error)
                    context.close(promise: nil)
                }
            }
            context.fireUserInboundEventTriggered(event)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            fail(error)
            context.fireErrorCaught(error)
        }

        private func send(_ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request)), promise: nil)
        }

        private func fail(_ error: any Error) { reception.failure.withLock { if $0 == nil { $0 = error } } }
    }

    /// Sends, and takes what comes until that is enough.
    private func exchange(_ request: [UInt8], _ reception: Reception) async throws {
        let channel = try await connect(sending: request, reception)
        try await channel.executeThenClose { inbound, _ in
            for try await piece in inbound {
                if reception.take(piece) { break }
            }
        }
    }

    private func connect(
        sending request: [UInt8], _ reception: Reception
    ) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(5))
        let open: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
            channel.eventLoop.makeCompletedFuture {
                if let tls {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: tls, serverHostname: server.name))
                }
                try channel.pipeline.syncOperations.addHandler(
                    Opening(request: request, server: tls == nil ? nil : server, reception: reception))
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
        }
        switch destination {
        case .tcp(let host, let port):
            return try await bootstrap.connect(host: host, port: port, channelInitializer: open)
        case .unix(let path):
            return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: open)
        }
    }

    private static func outcome(of error: any Error) -> Outcome {
        switch error {
        case let error as IOError where [ECONNRESET, EPIPE].contains(error.errnoCode): .closed
        case NIOSSLError.uncleanShutdown: .closed
        case let error as NIOConnectionError:
            .unreachable(
                error.connectionErrors.last.map { words(for: $0.error) } ?? "no address is known for this name")
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            .unreachable("its certificate is for another name")
        case is NIOSSLError: .unreachable(words(forTLS: "\(error)"))
        case ChannelError.connectTimeout: .unreachable(words(for: error))
        case is ChannelError: .closed
        default: .unreachable(words(for: error))
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case ChannelError.connectTimeout: "no connection within 5 seconds"
        default: "\(error)"
        }
    }

    private static func words(forTLS text: String) -> String {
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is not of an authority that is trusted here, or is over; "
                + "--ca FILE trusts another authority"
        }
        return text.contains("WRONG_VERSION_NUMBER") ? "it does not speak TLS there" : "TLS fails: \(text)"
    }
}
