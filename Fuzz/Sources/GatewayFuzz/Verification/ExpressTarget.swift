import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import GatewayHTTP

extension FuzzTarget {
    /// What a client sends in one piece: what the express lane takes for a request is the one that the decoder finds,
    /// with the same fields, and nothing about it is unusual.
    static let express = FuzzTarget("express") { input in
        guard let request = ExpressRequest(ByteBuffer(bytes: input)) else { return }
        guard let head = decode(input) else { return claim("the decoder takes it too", holds: false) }
        claim("the method is the decoder's", holds: request.method.name.rawValue == head.method.rawValue)
        claim("the target is the decoder's", holds: request.text(request.target) == head.uri)
        let framing = RequestFraming(of: head)
        claim("it has no body, and another can follow", holds: framing.isPlain && framing.statedBodyLength == 0)
        claim("the connection goes on", holds: framing.persists && !framing.expectsContinue)
        for (field, name) in names {
            claim("\(name) is the decoder's", holds: head.headers[name] == (request.text(field).map { [$0] } ?? []))
        }
    }

    private static let names: [ExpressRequest.Field: String] = [
        .host: "Host", .authorization: "Authorization", .requestID: "X-Request-ID", .forwardedFor: "X-Forwarded-For",
        .originalURL: "X-Original-URL", .originalMethod: "X-Original-Method", .forwardedMethod: "X-Forwarded-Method",
        .forwardedProto: "X-Forwarded-Proto", .forwardedHost: "X-Forwarded-Host", .forwardedURI: "X-Forwarded-Uri",
        .origin: "Origin", .cookie: "Cookie",
    ]

    /// The head of the one request without a body that the decoder finds; nil where it finds another, or none.
    private static func decode(_ bytes: [UInt8]) -> HTTPRequestHead? {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        guard
            (try? channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))) != nil,
            (try? channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()) != nil,
            (try? channel.writeInbound(ByteBuffer(bytes: bytes))) != nil,
            case .head(let head)? = try? channel.readInbound(as: HTTPServerRequestPart.self),
            case .end(nil)? = try? channel.readInbound(as: HTTPServerRequestPart.self),
            (try? channel.readInbound(as: HTTPServerRequestPart.self)) == .some(.none)
        else { return nil }
        return head
    }
}
