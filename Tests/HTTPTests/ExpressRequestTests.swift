import GatewayTestKit
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import GatewayHTTP

/// The shape that the express lane takes, beside what the decoder makes of the same bytes.
@Suite struct ExpressRequestTests {
    @Test(arguments: [
        "GET /auth/verify HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: a.b:80\r\nConnection: Keep-Alive\r\n\r\n",
        "DELETE /x?y=z HTTP/1.1\r\nHOST: a\r\nAuthorization: Bearer x\r\nX-Empty: \r\nx-original-url: https://a/b c\r\n\r\n",
        "GET /%20;a HTTP/1.1\r\nHost: [::1]\r\nCookie: a=b; c=d\r\nCookies: x\r\n!#$%&'*+-.^`|~09: ~ !\r\n\r\n",
    ]) func `a plain request is recognised, and means what the decoder makes of it`(text: String) throws {
        let request = try #require(ExpressRequest(ByteBuffer(string: text)))
        let decoded = try Self.decode(text)
        let head = try #require(decoded)
        #expect(request.method.name.rawValue == head.method.rawValue)
        #expect(request.text(request.target) == head.uri)
        #expect(RequestFraming(of: head).isPlain && RequestFraming(of: head).persists)
        for field in ExpressRequest.Field.allCases {
            let name = try #require(Self.names[field])
            #expect(head.headers[name] == (request.text(field).map { [$0] } ?? []), "\(name)")
        }
    }

    @Test(arguments: [
        "", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: \r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nG", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /é HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "GET / RTSP/1.0\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost:a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost:  a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a \r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\ta\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7f}\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: é\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX(Y): b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX_Y: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX-Original-URL: https://a/\r\nX-Original-URL: https://a/\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "A: b\r\n", count: 64) + "\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: " + String(repeating: "b", count: 8192) + "\r\n\r\n",
    ]) func `all else is left to the ordinary path`(text: String) {
        #expect(ExpressRequest(ByteBuffer(string: text)) == nil)
    }

    /// A good request with bytes changed, taken out and put in: what is still taken, the decoder takes alike.
    @Test func `a name has the bytes of a token and no others`() {
        let marks = "!#$%&'*+-.^_`|~"
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        let isOfToken = Set((marks + letters).utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(ExpressFieldNames.isOfToken(byte) == isOfToken.contains(byte), "\(byte)")
        }
    }

    @Test func `ids of requests on many connections are all different and of one shape`() throws {
        let identifiers = ExpressIdentifiers(random: CountedRandom())
        var desks = [ExpressDesk](repeating: ExpressDesk(), count: 3)
        var ids: Set<String> = []
        for number in 0..<3000 {
            let desk = number * number % desks.count
            var buffer = ByteBuffer()
            identifiers.write(to: &buffer, from: &desks[desk].numbers)
            ids.insert(String(buffer: buffer))
        }
        #expect(ids.count == 3000)
        for id in ids { #expect(id.wholeMatch(of: /[a-z2-7]{26}/) != nil, "\(id)") }
    }

    @Test func `however a request is bent, what is taken is what the decoder takes`() throws {
        var random = SeededGenerator(seed: 23)
        let pieces = [
            "\r\n", "\n", "\r", " ", "\t", ":", "Host: a\r\n", "\0", "\u{7f}", "_", "Connection: close\r\n", "HTTP/1.1",
            "Content-Length: 0\r\n", "/", "Transfer-Encoding: chunked\r\n", "é", "GET ", "Authorization: b\r\n", "x",
        ]
        let good = "GET /auth/verify HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer abc.def\r\nX-Y: z\r\n\r\n"
        var taken = 0
        for _ in 0..<20_000 {
            var bytes = Array(good.utf8)
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                default: bytes.insert(contentsOf: Array((pieces.randomElement(using: &random) ?? "").utf8), at: place)
                }
            }
            guard let request = ExpressRequest(ByteBuffer(bytes: bytes)) else { continue }
            taken += 1
            let text = String(decoding: bytes, as: UTF8.self)
            let decoded = try Self.decode(text)
            let head = try #require(decoded, "\(text.debugDescription)")
            #expect(request.text(request.target) == head.uri)
            #expect(request.method.name.rawValue == head.method.rawValue)
            #expect(RequestFraming(of: head).isPlain && RequestFraming(of: head).persists, "\(text.debugDescription)")
            for (field, name) in Self.names {
                #expect(head.headers[name] == (request.text(field).map { [$0] } ?? []), "\(text.debugDescription)")
            }
        }
        #expect(taken > 1000)
    }

    private static let names: [ExpressRequest.Field: String] = [
        .host: "Host", .authorization: "Authorization", .requestID: "X-Request-ID", .forwardedFor: "X-Forwarded-For",
        .originalURL: "X-Original-URL", .originalMethod: "X-Original-Method", .forwardedMethod: "X-Forwarded-Method",
        .forwardedProto: "X-Forwarded-Proto", .forwardedHost: "X-Forwarded-Host", .forwardedURI: "X-Forwarded-Uri",
        .origin: "Origin", .cookie: "Cookie",
    ]

    /// The head of the one request without a body that the decoder finds in these bytes; nil where it finds another.
    private static func decode(_ text: String) throws -> HTTPRequestHead? {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        guard (try? channel.writeInbound(ByteBuffer(string: text))) != nil else { return nil }
        guard case .head(let head)? = try channel.readInbound(as: HTTPServerRequestPart.self),
            case .end(nil)? = try channel.readInbound(as: HTTPServerRequestPart.self),
            try channel.readInbound(as: HTTPServerRequestPart.self) == nil
        else { return nil }
        return head
    }
}
