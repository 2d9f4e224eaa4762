import Foundation
import GatewayTestServers
import Testing

/// A thousand mails that wait for a mail server, on each engine.
@Suite(.timeLimit(.minutes(10))) struct MailOutageTests {
    private static let count = 1000

    @Test func `a thousand mails wait for a server that is away, and each arrives once when it is back, on SQLite`()
        async throws
    {
        let sink = try MailSink(isOpen: false)
        defer { sink.end() }
        try await wait(
            for: sink, GatewayProcess.start(in: TestFolder(), extra: sink.section + GatewayProcess.quick))
    }

    @Test(.needsPostgres) func `the same on PostgreSQL`() async throws {
        let sink = try MailSink(isOpen: false)
        defer { sink.end() }
        let deployment = try await PostgresDeployment.ready(on: .shared())
        try await wait(for: sink, deployment.start(with: sink.section + GatewayProcess.quick))
    }

    private func wait(for sink: MailSink, _ gateway: GatewayProcess) async throws {
        #expect(try await gateway.register("first", "correct horse battery").status == 201)
        let refused = try await gateway.process.line(containing: "a mail could not be sent and is tried again")
        #expect(refused.contains("the mail server cannot be reached"))
        let before = try peakMemory(of: gateway)
        for batch in stride(from: 1, to: Self.count, by: 9) {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in batch..<min(batch + 9, Self.count) {
                    group.addTask { try await gateway.register("person\(number)", "correct horse battery").status }
                }
                for try await status in group { try #require(status == 201) }
            }
        }
        let listed = try await gateway.run(["mail", "list", "--config", "config.yaml"])
        let lines = listed.output.split(separator: "\n")
        #expect(lines.count == Self.count && lines.allSatisfy { !$0.contains("  parked  ") })
        #expect(Set(lines.compactMap { $0.firstMatch(of: #/to (\S+@example\.com) /#)?.output.1 }).count == Self.count)
        try sink.open()
        sink.greet()
        let begun = ContinuousClock.now
        // Else the last would come when their pauses are over, after half a minute or so.
        let ids = lines.map { String($0.prefix { $0 != " " }) }
        let retried = try await gateway.run(["mail", "retry", "--config", "config.yaml"] + ids)
        // Those that are just being tried are not retried, nor those that have gone meanwhile.
        #expect(retried.output.split(separator: "\n").count == Self.count)
        await sink.mails(Self.count)
        let pause = ContinuousClock.now - begun
        let growth = try peakMemory(of: gateway) - before
        #expect(await gateway.process.end() == 0)
        #expect(sink.ids.count == Self.count, "each arrives once")
        let left = try await gateway.run(["mail", "list", "--config", "config.yaml"])
        #expect(left == (0, "no mail waits"))
        #expect(!gateway.process.transcript.contains("given up"))
        print("mails: \(Self.count) in \(pause), the gateway grew by \(growth / 1024) MiB")
        #expect(growth < 64 * 1024)
    }

    /// The most memory that a gateway has had so far, in KiB.
    private func peakMemory(of gateway: GatewayProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(gateway.process.pid)/status", encoding: .utf8)
        return try #require(status.firstMatch(of: #/VmHWM:\s+([0-9]+) kB/#).flatMap { Int($0.output.1) })
    }
}
