import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct FileLimitTests {
    @Test func `where the system allows few files, connections too many are turned away and the gateway goes on`()
        async throws
    {
        let gateway = try await GatewayProcess.start(
            in: TestFolder(), behind: ["/usr/bin/prlimit", "--nofile=300:300"])
        let warning = try await gateway.process.line(containing: "too few files")
        #expect(warning.contains("level=warning"))
        #expect(warning.contains("limit=300 connections=44") || warning.contains("connections=44 limit=300"))
        // Each is asked in its turn, so that the first forty-four have their place.
        let address = LocalAddress.port(gateway.port)
        var statuses: [Int] = []
        var connections: [OpenSocket] = []
        for _ in 0..<400 {
            let connection = try OpenSocket(to: address)
            connection.send("GET /auth/verify HTTP/1.1\r\nHost: localhost\r\n\r\n")
            connections.append(connection)
            if connections.count <= 60 { statuses.append(try #require(connection.answer()).status) }
        }
        #expect(statuses == Array(repeating: 401, count: 44) + Array(repeating: 503, count: 16))
        connections = []
        // Until the gateway has seen them go, whoever comes is turned away, or let go without a word.
        while (try? await gateway.get("/auth/verify").status) != 401 {}
        #expect(await gateway.process.end() == 0)
    }
}
