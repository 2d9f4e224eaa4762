import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct DrainingTests {
    /// Half of the clients log in, so that requests are also on their way to be hashed, before and behind others.
    @Test(arguments: 1...20) func `no request that was sent fails when the gateway is told to stop`(
        run: Int
    ) async throws {
        let gateway = try await Self.start()
        let load = KeepAliveLoad(of: try await Self.requests(at: gateway), to: .port(gateway.port))
        await load.waitForAnswers(200)
        #expect(await gateway.process.end() == 0)
        let result = await load.result()
        #expect(result.unanswered == 0)
        #expect(result.statuses == [200, 401])
        #expect(result.ends == 16, "each client was told in an answer that its connection ends")
    }

    @Test func `the end takes less than ten seconds, whoever is silent or has said half, and the half may end`()
        async throws
    {
        let gateway = try await Self.start()
        let address = LocalAddress.port(gateway.port)
        let body = "username=person0&password=correct+horse+battery"
        let requests = try await Self.requests(at: gateway)
        let held = try Self.halves(of: body).map { half in
            let connection = try OpenSocket(to: address)
            connection.send(half)
            return connection
        }
        let late = try #require(held.last)
        let load = KeepAliveLoad(of: requests, to: address)
        await load.waitForAnswers(200)
        let told = ContinuousClock.now
        gateway.process.send(SIGTERM)
        let result = await load.result()
        // By now the gateway is stopping, and the last half becomes a whole.
        late.send(String(body.suffix(10)))
        let answer = late.answer()
        #expect(answer?.status == 200)
        #expect(answer?["connection"] == "close")
        #expect(await gateway.process.end() == 0)
        #expect(ContinuousClock.now - told < .seconds(10))
        #expect(result.unanswered == 0)
        #expect(result.ends == 16)
    }

    private static let password = "correct horse battery"

    static func start(behind command: [String] = [], in folder: TestFolder? = nil) async throws -> GatewayProcess {
        try await GatewayProcess.start(
            in: folder ?? TestFolder(), server: "log: {level: info}", extra: GatewayProcess.quick, behind: command)
    }

    /// What sixteen clients ask, each again and again: half of them log in as persons of their own.
    static func requests(at gateway: GatewayProcess) async throws -> [String] {
        let ask = "GET /auth/verify HTTP/1.1\r\nHost: localhost\r\n\r\n"
        var requests: [String] = []
        for number in 0..<8 {
            let name = "person\(number)"
            let json = #"{"username":"\#(name)","email":"\#(name)@example.com","password":"\#(password)"}"#
            #expect(try await gateway.send("POST", "/auth/register", json: json).status == 201)
            requests += [ask, post("username=\(name)&password=correct+horse+battery")]
        }
        return requests
    }

    private static func post(_ body: String) -> String {
        """
        POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
        Content-Length: \(body.utf8.count)\r\n\r\n\(body)
        """
    }

    /// Nothing, half a header, a body that will not end, and one that will.
    private static func halves(of body: String) -> [String] {
        let login = String(post(body).dropLast(10))
        return ["", "GET /auth/ver", "GET /auth/verify HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", login, login]
    }
}

extension DrainingTests {
    /// Connections come in while the listener closes. The system resets those that it still holds and the gateway has
    /// never had; a trace of what the gateway accepts tells them from the others, which must get their answer.
    @Test(.needs("strace"), arguments: 1...10)
    func `connections that are just being set up are answered if they were accepted, and bring nothing down`(
        run: Int
    ) async throws {
        let folder = try TestFolder()
        let trace = CallTrace(in: folder)
        let gateway = try await Self.start(behind: try trace.command("accept,accept4", ["-yy"]), in: folder)
        let load = NewConnectionLoad(of: try await Self.requests(at: gateway), to: .port(gateway.port))
        await load.waitForAnswers(100)
        let status = await gateway.process.end()
        let result = await load.stop()
        #expect(status == 0, "\(gateway.process.transcript.suffix(2000))")
        #expect(result.statuses == [200, 401])
        // A port may have been taken more than once.
        var left = Self.acceptedPorts(in: try trace.calls(of: gateway)).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        for port in result.answered { left[port, default: 0] -= 1 }
        #expect(left.values.allSatisfy { $0 >= 0 }, "the trace shows every connection that was answered")
        let dropped = result.unanswered.filter { left[$0, default: 0] > 0 }
        #expect(dropped.isEmpty, "\(dropped.count) of \(result.unanswered.count) without an answer were accepted")
    }

    /// The clients' ports of all connections that the gateway has taken from the system; `-yy` names both ends.
    private static func acceptedPorts(in calls: [Substring]) -> [Int] {
        calls.compactMap { $0.firstMatch(of: #/= \d+<TCP:\[.*->.*:(\d+)\]>$/#).flatMap { Int($0.output.1) } }
    }
}
