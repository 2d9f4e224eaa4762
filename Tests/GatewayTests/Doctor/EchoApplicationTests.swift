import Foundation
import GatewayKit
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(5))) struct EchoApplicationTests {
    @Test func `what arrives of a probe is kept as it came, and nothing of anybody else`() async throws {
        let application = try await EchoApplication.start(at: .tcp(host: "127.0.0.1", port: 0))
        let head =
            "GET /a/../b%2f HTTP/1.1\r\nhost: a\r\nRemote_User: x\r\nREMOTE-USER:  y \r\nX-Doctor-Probe: n-1\r\n\r\n"
        let answer = await ask(application, head)
        #expect(answer?.status == 200)
        #expect(
            answer.map { String(decoding: $0.body, as: UTF8.self) }
                == "auth-gateway doctor stands here in place of the application\n")
        _ = await ask(application, "GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        let arrival = try #require(application.arrivals(of: "n-1").first)
        #expect(arrival.target == "/a/../b%2f")
        #expect(arrival.identity == [Probe.Field("remote-user", "x"), Probe.Field("remote-user", "y")])
        #expect(arrival.values(of: "HOST") == ["a"])
        #expect(application.arrivals(of: "n-2").isEmpty)
        await application.end()
    }

    @Test func `what is no request, or has no end, is neither kept nor waited for`() async throws {
        let application = try await EchoApplication.start(at: .tcp(host: "127.0.0.1", port: 0))
        #expect(await ask(application, "GET /" + String(repeating: "a", count: 70_000)) == nil)
        _ = await ask(application, "X-Doctor-Probe: n-1\r\n\r\n")
        _ = await ask(application, "a b\r\nX-Doctor-Probe: n-1\r\n\r\n")
        #expect(application.arrivals(of: "n-1").isEmpty)
        for _ in 0..<9 { _ = await ask(application, "HEAD / HTTP/1.1\r\nX-Doctor-Probe: n-1\r\n\r\n") }
        #expect(application.arrivals(of: "n-1").count == 4)
        await application.end()
    }

    @Test func `an address that is taken is said, and a socket goes with the application`() async throws {
        let first = try await EchoApplication.start(at: .tcp(host: "127.0.0.1", port: 0))
        let failure = await #expect(throws: Failure.self) { try await EchoApplication.start(at: first.listensAt) }
        #expect(failure?.message == "--echo: cannot listen at \(first.listensAt): address already in use")
        await first.end()
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).sock").path
        let socket = try await EchoApplication.start(at: .unix(path: path))
        #expect(await ask(socket, "GET / HTTP/1.1\r\nX-Doctor-Probe: n\r\n\r\n")?.status == 200)
        #expect(socket.arrivals(of: "n").count == 1)
        await socket.end()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    private func ask(_ application: EchoApplication, _ request: String) async -> RawAnswer? {
        let exchange = RawExchange(destination: application.listensAt, time: SystemTime())
        guard case .answer(let answer) = await exchange.send(Array(request.utf8), method: "GET") else { return nil }
        return answer
    }
}
