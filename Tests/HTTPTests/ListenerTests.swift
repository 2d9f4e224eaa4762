import Foundation
import GatewayHTTP
import GatewayKit
import GatewayTestKit
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(5))) struct ListenerTests {
    @Test(arguments: [
        ("", "The Host header is missing."), ("Host:\r\n", "The Host header is missing."),
        ("Host: a\r\nHost: a\r\n", "The Host header stands twice."),
        ("Host: a/b\r\n", "The Host header is not a host."),
        ("Host: user@a\r\n", "The Host header is not a host."),
    ]) func `a request has exactly one host`(header: String, detail: String) async throws {
        let answer = try await withListener(Doors()) { address in
            try await address.exchange("GET /things/1 HTTP/1.1\r\n\(header)Connection: close\r\n\r\n")
        }
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.contains(#""code":"malformed_request""#))
        #expect(answer.contains(detail))
    }

    @Test func `a target in absolute form means its path`() async throws {
        let answer = try await withListener(Doors()) { address in
            try await address.exchange("GET http://a/things/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        }
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n7"))
    }

    @Test func `what is told by a trusted proxy is believed, and by others it is not, with one warning`() async throws {
        let request = """
            GET /client HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Request-ID: from-the-proxy\r\n\
            Connection: close\r\n\r\n
            """
        var doors = Doors()
        let stranger = try await withListener(doors) { address in
            _ = try await address.exchange(request)
            return try await address.exchange(request)
        }
        #expect(stranger.hasSuffix("127.0.0.1 false"))
        #expect(!stranger.contains("from-the-proxy"))
        let warnings = doors.log.lines.filter { $0.level == .warning }
        #expect(
            warnings.map(\.message) == [
                "a peer sent X-Forwarded-For and is ignored: if it is your proxy, add it to server.trusted_proxies"
            ])
        #expect(warnings.map { $0.metadata["address"] } == ["127.0.0.1"])

        doors.trustedProxies = [.network(try #require(IPNetwork("127.0.0.0/8")))]
        let trusted = try await withListener(doors) { try await $0.exchange(request) }
        #expect(trusted.hasSuffix("1.1.1.1 true"))
        #expect(trusted.contains("X-Request-ID: from-the-proxy\r\n"))
    }

    @Test(arguments: ["short", "with space", "ümlaut-ümlaut", String(repeating: "a", count: 129)])
    func `a request id that is not sane is replaced`(id: String) async throws {
        var doors = Doors()
        doors.trustedProxies = [.network(try #require(IPNetwork("127.0.0.1")))]
        let answer = try await withListener(doors) { address in
            try await address.exchange(
                "GET /client HTTP/1.1\r\nHost: a\r\nX-Request-ID: \(id)\r\nConnection: close\r\n\r\n")
        }
        #expect(answer.contains("X-Request-ID: "))
        #expect(!answer.contains("X-Request-ID: \(id)\r\n"))
    }

    @Test func `a unix socket has its mode, and its peers can be trusted`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var doors = Doors()
        doors.trustedProxies = [.unixSocket]
        let (answer, mode) = try await withListener(doors, at: .unix(path: path), socketMode: 0o600) { address in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let answer = try await address.exchange(
                "GET /client HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nConnection: close\r\n\r\n")
            return (answer, (attributes[.posixPermissions] as? NSNumber)?.intValue)
        }
        #expect(answer.hasSuffix("1.1.1.1 true"))
        #expect(mode == 0o600)
    }

    @Test func `a unix socket that another process answers is not taken from it`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let request = "GET /things/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let (error, answer) = try await withListener(Doors(), at: .unix(path: path)) { address in
            let error = await #expect(throws: ListenerError.self) {
                try await withListener(Doors(), at: address) { _ in }
            }
            return (error, try await address.exchange(request))
        }
        #expect(error?.description == "cannot listen on unix:\(path): another process listens there")
        #expect(answer.hasSuffix("7"))
    }

    @Test func `a unix socket whose process is too busy to answer is not taken away from it`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let busy = try boundSocket(at: path)
        defer { close(busy) }
        #expect(listen(busy, 0) == 0)
        let waiting = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path).get()
        let error = await #expect(throws: ListenerError.self) {
            try await withListener(Doors(), at: .unix(path: path)) { _ in }
        }
        #expect(error?.description == "cannot listen on unix:\(path): another process listens there")
        try await waiting.close()
    }

    @Test func `a unix socket that a dead process has left behind is taken over`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).sock").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try leaveSocket(at: path)
        let request = "GET /things/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        let answer = try await withListener(Doors(), at: .unix(path: path)) { try await $0.exchange(request) }
        #expect(answer.hasSuffix("7"))
    }

    @Test func `a request that outlasts a shutdown's patience is cut off, and the listener ends in order`() async throws
    {
        let time = ManualTime()
        let doors = Doors()
        let channel = try await withListener(
            doors, time: time,
            whileStopping: {
                try? await time.waitForSleepers()
                time.advance(by: .seconds(8))
            }
        ) { address in
            try await address.hold(
                behind: """
                    POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\
                    Expect: 100-continue\r\n\r\n
                    """)
        }
        try await channel.closeFuture.get()
        #expect(doors.log.lines.filter { $0.level >= .warning }.map(\.message) == [])
    }

    /// Stages let a connection's end pass, so the access log says `-` for it and nobody is alarmed.
    @Test func `a client that goes amid its body alarms nobody`() async throws {
        let doors = Doors()
        try await withListener(doors) { address in
            try await address.reset(
                behind: """
                    POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\
                    Expect: 100-continue\r\n\r\n
                    """)
        }
        #expect(doors.log.lines.filter { $0.level >= .warning }.map(\.message) == [])
    }

    @Test func `work for a client that has gone is cancelled`() async throws {
        let (events, event) = AsyncStream.makeStream(of: String.self)
        var doors = Doors()
        doors.endpoints = [
            Endpoint(Route(.get, "/slow", "Takes its time.", answers: [])) { _, _, _ -> String in
                event.yield("begun")
                do { try await SystemTime().sleep(for: .seconds(600)) } catch { event.yield("cancelled") }
                return "done"
            }
        ]
        try await withListener(doors) { address in
            var seen = events.makeAsyncIterator()
            let channel = try await address.open(sending: "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await seen.next() == "begun")
            try await channel.reset()
            #expect(await seen.next() == "cancelled")
        }
    }

    @Test func `a path at which something else lies is named`() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).txt").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
        let error = await #expect(throws: ListenerError.self) {
            try await withListener(Doors(), at: .unix(path: path)) { _ in }
        }
        #expect(error?.description == "cannot listen on unix:\(path): what lies there is no socket")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    /// Binds a socket and closes it, which leaves its file.
    private func leaveSocket(at path: String) throws { close(try boundSocket(at: path)) }

    private func boundSocket(at path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        return descriptor
    }

    @Test func `a header over the limit is refused, a body over the limit too`() async throws {
        let limits = Listener.Limits(header: 1024)
        let long = String(repeating: "a", count: 2000)
        let header = try await withListener(Doors(), limits: limits) { address in
            try await address.exchange("GET /client HTTP/1.1\r\nHost: a\r\nX-Long: \(long)\r\n\r\n")
        }
        #expect(header.hasPrefix("HTTP/1.1 431 "))
        let body = try await withListener(Doors(), limits: limits) { address in
            try await address.exchange(
                """
                POST /names HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\
                Connection: close\r\n\r\n7d0\r\n\(long)\r\n0\r\n\r\n
                """)
        }
        #expect(body.hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `a silent connection is closed after the idle time`() async throws {
        let answer = try await withListener(Doors(), limits: Listener.Limits(idleTimeout: .milliseconds(50))) {
            try await $0.exchange("")
        }
        #expect(answer.isEmpty)
    }

    @Test func `an address that is taken stops the start, with its name`() async throws {
        let doors = Doors()
        let error = try await withListener(doors) { address in
            await #expect(throws: ListenerError.self) { try await withListener(doors, at: address) { _ in } }
        }
        let text = try #require(error?.description)
        #expect(text.contains(#/^cannot listen on 127\.0\.0\.1:[0-9]+: address already in use$/#))
    }

    @Test func `the real address is logged`() async throws {
        let doors = Doors()
        let address = try await withListener(doors) { $0 }
        let lines = doors.log.lines.filter { $0.message == "listening" }
        #expect(lines.map { $0.metadata["address"] } == [address.description])
        #expect(address.description != "127.0.0.1:0")
    }
}
