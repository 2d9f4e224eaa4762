import GatewayKit
import GatewayTestKit
import NIOCore
import NIOSSL
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct RawExchangeTests {
    @Test func `what is sent arrives byte by byte, over TLS too`() async throws {
        let server = try await TLSServer.start(answering: "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
        let request = "get  /x/../%2f\\ HTTP/1.1\r\nHOST: a\r\nHost: b\r\nRemote_User: x\r\n\r\n"
        let outcome = try await exchange(with: server, time: ManualTime()).send(Array(request.utf8), method: "get")
        #expect(outcome == .answer(RawAnswer(status: 401, fields: [Probe.Field("Content-Length", "0")], body: [])))
        #expect(server.requests.all == [request])
        try await server.end()
    }

    @Test func `an answer without an end is cut, and one that is no HTTP is said to be none`() async throws {
        let endless = try await TLSServer.start(
            answering: "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 3_000_000))
        let outcome = try #require(await ask(endless))
        guard case .answer(let answer) = outcome else { throw Failure("\(outcome)") }
        #expect(answer.status == 200)
        #expect(answer.body.count < RawAnswerReader.limit)
        try await endless.end()
        for (text, outcome) in [
            ("220 mail.example.com ESMTP\r\n\r\n", RawExchange.Outcome.garbage), ("HTTP/1.1 200", .garbage),
            ("\u{0}", .garbage), ("", .closed),
        ] {
            let server = try await TLSServer.start(answering: text)
            #expect(await ask(server) == outcome, "\(text)")
            try await server.end()
        }
    }

    @Test func `an answer that does not come is given up after ten seconds`() async throws {
        let server = try await TLSServer.start(answering: nil)
        let time = ManualTime()
        let exchange = try exchange(with: server, time: time)
        async let outcome = exchange.send(Self.request, method: "GET")
        try await time.waitForSleepers()
        time.advance(by: .seconds(10))
        #expect(await outcome == .stalled)
        try await server.end()
    }

    @Test func `a server that nobody vouches for gets no request`() async throws {
        let server = try await TLSServer.start(answering: "HTTP/1.1 200 OK\r\n\r\n")
        let unknown = try exchange(with: server, trusting: .makeClientConfiguration(), time: ManualTime())
        let outcome = await unknown.send(Self.request, method: "GET")
        #expect(
            outcome
                == .unreachable(
                    "its certificate is not of an authority that is trusted here, or is over; --ca FILE trusts "
                        + "another authority"))
        #expect(server.requests.all.isEmpty)
        try await server.end()
    }

    @Test func `a server whose certificate is for its address alone gets no request`() async throws {
        let server = try await TLSServer.start(answering: "HTTP/1.1 200 OK\r\n\r\n")
        var exchange = try exchange(with: server, time: ManualTime())
        exchange.server = ReferenceIdentifier(host: "app.example.com")
        let outcome = await exchange.send(Self.request, method: "GET")
        #expect(outcome == .unreachable("its certificate is for another name"))
        #expect(server.requests.all.isEmpty)
        try await server.end()
    }

    @Test func `where nobody listens, or nobody speaks TLS, is said in words`() async throws {
        let nobody = RawExchange(destination: .tcp(host: "127.0.0.1", port: 1), time: ManualTime())
        #expect(await nobody.send(Self.request, method: "GET") == .unreachable("connection refused"))
        let nowhere = RawExchange(destination: .unix(path: "/nowhere/at.all"), time: ManualTime())
        #expect(await nowhere.send(Self.request, method: "GET") == .unreachable("no such file or directory"))
        // The other way round: an application of plain HTTP that is asked in TLS.
        let plain = try await PlainServer.start(answering: "HTTP/1.1 400 Bad Request\r\n\r\n")
        let asked = RawExchange(
            destination: plain.address, server: ReferenceIdentifier(host: "localhost"),
            tls: try NIOSSLContext(configuration: TLSServer.trust()), time: ManualTime())
        #expect(await asked.send(Self.request, method: "GET") == .unreachable("it does not speak TLS there"))
        try await plain.end()
    }

    private static let request = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)

    private func ask(_ server: TLSServer) async -> RawExchange.Outcome? {
        try? await exchange(with: server, time: ManualTime()).send(Self.request, method: "GET")
    }

    private func exchange(
        with server: TLSServer, trusting tls: TLSConfiguration? = nil, time: ManualTime
    ) throws -> RawExchange {
        var tls = try tls ?? TLSServer.trust()
        tls.shutdownTimeout = .milliseconds(200)
        return RawExchange(
            destination: .tcp(host: "127.0.0.1", port: server.port),
            server: ReferenceIdentifier(host: "localhost"), tls: try NIOSSLContext(configuration: tls), time: time)
    }
}
