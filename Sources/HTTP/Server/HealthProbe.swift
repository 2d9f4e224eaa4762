import Foundation
public import GatewayKit
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a listener one question over HTTP, as `healthcheck` does.
public enum HealthProbe {
    /// What came back.
    public struct Answer: Hashable, Sendable {
        /// Whether the status was 200.
        public let isReady: Bool
        /// The body, at most 64 KiB of it.
        public let body: String
    }

    /// No answer came: nobody listens, the connection ended, or the time was over.
    public struct Unreachable: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Asks `GET path`; throws ``Unreachable``.
    public static func ask(
        _ address: ListenAddress, path: String, within limit: Duration
    ) async throws(Unreachable) -> Answer {
        do {
            return try await withThrowingTaskGroup(of: Answer.self) { group in
                group.addTask { try await exchange(address, path) }
                group.addTask {
                    try await Task.sleep(for: limit)
                    throw Unreachable(description: "no answer in time")
                }
                defer { group.cancelAll() }
                guard let first = try await group.next() else { throw Unreachable(description: "no answer") }
                return first
            }
        } catch let unreachable as Unreachable {
            throw unreachable
        } catch let error as IOError {
            throw Unreachable(description: error.words)
        } catch let error as NIOConnectionError {
            throw Unreachable(description: error.words)
        } catch {
            throw Unreachable(description: "\(error)")
        }
    }

    private static func exchange(_ address: ListenAddress, _ path: String) async throws -> Answer {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        switch address {
        case .tcp(let host, let port):
            channel = try await bootstrap.connect(host: host, port: port, channelInitializer: open)
        case .unix(let file):
            channel = try await bootstrap.connect(unixDomainSocketPath: file, channelInitializer: open)
        }
        return try await channel.executeThenClose { inbound, outbound in
            let headers: HTTPHeaders = ["Host": "localhost"]  // This end closes, so the answer is never cut short.
            try await outbound.write(
                .head(HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)))
            try await outbound.write(.end(nil))
            var status: HTTPResponseStatus?
            var body = ""
            for try await part in inbound {
                switch part {
                case .head(let head): status = head.status
                case .body(let bytes): body += body.utf8.count < 65_536 ? String(buffer: bytes) : ""
                case .end: return Answer(isReady: status == .ok, body: body)
                }
            }
            throw Unreachable(description: "the connection ended early")
        }
    }

    private static func open(
        _ channel: any Channel
    ) -> EventLoopFuture<NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        }
    }
}

extension IOError {
    /// The system's own words for what went wrong, such as `address already in use`.
    var words: String { String(cString: strerror(errnoCode)).lowercased() }
}

extension NIOConnectionError {
    /// The same of the last address that was tried.
    fileprivate var words: String {
        if let error = connectionErrors.last?.error { return (error as? IOError)?.words ?? "\(error)" }
        return "no address is known for this name"
    }
}
