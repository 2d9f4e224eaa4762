import Foundation
import GatewayKit
import NIOCore
import NIOPosix
import Synchronization

@testable import GatewayMailers

/// A server on a raw socket that says what a test wants, right or wrong.
struct ScriptedServer: Sendable {
    /// What it does at first, and then for each line that it hears.
    enum Move: Sendable {
        case say(String)
        case hangUp
    }

    /// How a right dialogue begins, up to the message.
    static let envelope: [Move] = [
        .say("220 mail.test\r\n"), .say("250 mail.test\r\n"), .say("250 ok\r\n"), .say("250 ok\r\n"),
        .say("354 go on\r\n"),
    ]

    /// What it has heard, of all connections.
    let heard: HeardLines
    private let channel: any Channel

    /// Starts one on a free port. Each connection gets a script of its own, those to come the last; when that is over
    /// the server is silent.
    static func start(_ scripts: [Move]...) async throws -> ScriptedServer {
        let heard = HeardLines()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = heard.connect()
                    channel.closeFuture.whenComplete { _ in heard.append("<closed>") }
                    try channel.pipeline.syncOperations.addHandler(
                        Player(scripts[min(number, scripts.count - 1)], heard))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ScriptedServer(heard: heard, channel: channel)
    }

    func end() async throws { try await channel.close() }

    /// A mailer of this server.
    func mailer(
        security: SMTPSecurity = .none, login: SMTPLogin? = nil, time: any TimeSource = SystemTime(),
        port: Int? = nil
    ) async throws -> SMTPMailer {
        let settings = SMTPSettings(
            host: "127.0.0.1", port: port ?? channel.localAddress?.port ?? 0, security: security, login: login,
            from: try Mailbox("no-reply@example.com"), authorities: nil, timeout: .seconds(30),
            allowsLoginWithoutTLS: false, allowsUnverifiedServer: false)
        let trust = security == .none ? nil : try await SMTPTrust(host: "127.0.0.1", authorities: nil, verifies: true)
        return SMTPMailer(settings, clientName: "auth.example.com", trust: trust, time: time)
    }

    /// Plays a script, and notes what is heard.
    private final class Player: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private var script: ArraySlice<Move>
        private let heard: HeardLines
        private var rest: [UInt8] = []

        init(_ script: [Move], _ heard: HeardLines) {
            self.script = script[...]
            self.heard = heard
        }

        func channelActive(context: ChannelHandlerContext) { play(context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            rest += unwrapInboundIn(data).readableBytesView
            while let end = rest.firstIndex(of: 10) {
                let line = String(decoding: rest[..<end].filter { $0 != 13 }, as: UTF8.self)
                rest.removeSubrange(...end)
                heard.append(line)
                play(context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func play(_ context: ChannelHandlerContext) {
            switch script.popFirst() {
            case .say(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .hangUp: context.close(promise: nil)
            case nil: break
            }
        }
    }
}

/// Lines as they are heard, `<open>` and `<closed>` for the begin and the end of a connection, and those who wait for
/// one.
final class HeardLines: Sendable {
    private struct State {
        var lines: [String] = []
        var connections = 0
        var watchers: [(begin: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        /// Whether nobody waits any more, for the test has been given up.
        var isGivenUp = false
    }

    private let state = Mutex(State())

    /// All of them.
    var lines: [String] { state.withLock(\.lines) }
    /// How many connections there were.
    var connections: Int { state.withLock(\.connections) }

    /// Notes a connection, as `<open>`; how many there were before.
    func connect() -> Int {
        let number = state.withLock { state in
            defer { state.connections += 1 }
            return state.connections
        }
        append("<open>")
        return number
    }

    func append(_ line: String) { change { $0.lines.append(line) } }

    /// Returns once so many lines have begun so.
    func wait(for begin: String, count: Int = 1) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change { $0.watchers.append((begin, count, continuation)) }
            }
        } onCancel: {
            change { $0.isGivenUp = true }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let met = state.withLock { state in
            body(&state)
            let isMet = state.watchers.map { watcher in
                state.isGivenUp || state.lines.count { $0.hasPrefix(watcher.begin) } >= watcher.count
            }
            defer { state.watchers = zip(state.watchers, isMet).filter { !$1 }.map(\.0) }
            return zip(state.watchers, isMet).filter(\.1).map(\.0.continuation)
        }
        for continuation in met { continuation.resume() }
    }
}

/// A port that is taken, and that nobody listens on.
enum SilentPort {
    static func withOne<Outcome>(_ body: (Int) async throws -> Outcome) async throws -> Outcome {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw NoPort() }
        return try await body(Int(UInt16(bigEndian: address.sin_port)))
    }

    private struct NoPort: Error {}
}
