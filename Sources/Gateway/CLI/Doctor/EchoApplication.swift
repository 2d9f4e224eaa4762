import Foundation
import GatewayKit
import NIOCore
import NIOPosix
import Synchronization

/// Stands where the application would: keeps what arrives of probes, and answers everything with the same words, which
/// say nothing of the request.
struct EchoApplication: Sendable {
    private let channel: any Channel
    private let arrivals: Arrivals
    private let address: ListenAddress

    /// What arrived, by the probe's name.
    private final class Arrivals: Sendable {
        private let byName = Mutex<[String: [Arrival]]>([:])

        func add(_ arrival: Arrival, under name: String) {
            // A proxy that tries again may bring one more; the world may call as well, under names that were not given.
            byName.withLock { if ($0[name]?.count ?? 0) < 4, $0.count < 4096 { $0[name, default: []].append(arrival) } }
        }

        func of(_ name: String) -> [Arrival] { byName.withLock { $0[name] ?? [] } }
    }

    /// Begins to listen; throws ``Failure`` when it cannot.
    static func start(at address: ListenAddress) async throws(Failure) -> Self {
        let arrivals = Arrivals()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Connection(arrivals: arrivals))
                }
            }
        do {
            switch address {
            case .tcp(let host, let port):
                return Self(
                    channel: try await bootstrap.bind(host: host, port: port).get(), arrivals: arrivals,
                    address: address)
            case .unix(let path):
                let channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
                // The proxy's workers are somebody else; there is nothing to learn here.
                _ = chmod(path, 0o666)
                return Self(channel: channel, arrivals: arrivals, address: address)
            }
        } catch {
            let words = (error as? IOError).map { String(cString: strerror($0.errnoCode)).lowercased() } ?? "\(error)"
            throw Failure("--echo: cannot listen at \(address): \(words)")
        }
    }

    /// Where it listens, with the port that it got.
    var listensAt: ListenAddress {
        guard case .tcp(let host, _) = address, let port = channel.localAddress?.port else { return address }
        return .tcp(host: host, port: port)
    }

    func arrivals(of name: String) -> [Arrival] { arrivals.of(name) }

    func end() async {
        // It is closed by the process's end at the latest. A socket's file goes with it.
        try? await channel.close().get()
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let arrivals: Arrivals
        private var head: [UInt8] = []
        private var isAnswered = false

        init(arrivals: Arrivals) { self.arrivals = arrivals }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard !isAnswered else { return }
            // The end may have begun in what came before.
            let unseen = max(0, head.count - 3)
            head += unwrapInboundIn(data).readableBytesView
            guard head.count < 65_536 else { return context.close(promise: nil) }
            let end = head.indices[unseen...].first { head[$0...].starts(with: "\r\n\r\n".utf8) }
            guard let end else { return }
            isAnswered = true
            if let arrival = Arrival(head: head[..<end]), let name = arrival.name { arrivals.add(arrival, under: name) }
            let body = head.starts(with: "HEAD ".utf8) ? "" : EchoApplication.words
            let answer =
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(EchoApplication.words.utf8.count)\r\n"
                + "Connection: close\r\n\r\n" + body
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private static let words = "auth-gateway doctor stands here in place of the application\n"
}
