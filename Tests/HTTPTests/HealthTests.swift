import GatewayHTTP
import GatewayKit
import HTTPTypes
import HummingbirdTesting
import Testing

@Suite struct HealthTests {
    @Test func `a process that answers is live`() async throws {
        let answer = try await health([]).answer(.get, "/health/live")
        #expect(answer.status == .ok)
        #expect(answer.text == #"{"status":"live"}"#)
    }

    @Test func `readiness is what every check says`() async throws {
        let ready = try await health([HealthCheck("storage")]).answer(.get, "/health/ready")
        #expect(ready.status == .ok)
        #expect(ready.text == #"{"status":"ready","checks":[{"name":"storage","status":"ok"}]}"#)

        let failing = try await health([HealthCheck("storage", problem: "out of reach"), HealthCheck("revocations")])
            .answer(.get, "/health/ready")
        #expect(failing.status == .serviceUnavailable)
        #expect(
            failing.text == """
                {"status":"not_ready","checks":[{"name":"storage","status":"failing","problem":"out of reach"},\
                {"name":"revocations","status":"ok"}]}
                """)
    }

    private func health(_ checks: [HealthCheck]) -> Doors { Doors(endpoints: Endpoint.health { checks }) }
}
