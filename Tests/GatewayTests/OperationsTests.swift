import GatewayAccess
import GatewayKit
import GatewayTestKit
import Logging
import Testing

@testable import Gateway

@Suite struct OperationsTests {
    private let time = ManualTime()
    private let storage = InMemoryStorage()

    @Test func `mails that wait and their age are looked up, and left out when nobody can tell`() async throws {
        let operations = operations()
        let now = time.now()
        try await storage.write { records throws(StorageError) in
            for id in ["a", "b"] {
                try records.outbox.enqueue(OutboxMail(id: id, sealed: [], createdAt: now, dueAt: now))
            }
            try records.outbox.park("b", because: "refused")
        }
        time.advance(by: .seconds(90))
        let page = operations.metrics.text(with: await operations.samples())
        for line in [
            #"auth_gateway_outbox_mails{state="waiting"} 1"#, #"auth_gateway_outbox_mails{state="parked"} 1"#,
            "auth_gateway_outbox_oldest_seconds 90", #"auth_gateway_ready{check="storage"} 1"#,
            #"auth_gateway_ready{check="revocations"} 0"#, #"auth_gateway_ready{check="listener"} 1"#,
            "auth_gateway_revocation_lag_seconds 90", "auth_gateway_revocations 0", "auth_gateway_known_credentials 0",
            #"auth_gateway_build_info{version="\#(Version.current)"} 1"#,
        ] { #expect(page.contains("\n\(line)\n"), "\(line)") }

        storage.setFault(.unavailable)
        let faulty = operations.metrics.text(with: await operations.samples())
        #expect(!faulty.contains("outbox"))
        #expect(faulty.contains(#"auth_gateway_ready{check="storage"} 0"#))
    }

    @Test func `each metric's sentence ends in a full stop`() {
        #expect(MetricCatalogue.help.values.filter { !$0.hasSuffix(".") } == [])
    }

    @Test func `what the system says of the process is read by its fields, whatever the program is called`() {
        let stat = "42 (a ) b) S 1 1 1 0 -1 4194560 9 9 9 9 250 50 0 0 20 0 7 0 3000 5000000 200 18446744073709551615"
        let units = ProcessGauges.Units(ticksPerSecond: 100, pageBytes: 4096)
        #expect(
            ProcessGauges.samples(stat: stat, system: "cpu 1 2\nbtime 1700000000\n", units) == [
                MetricSample("process_cpu_seconds_total", 3, kind: .counter),
                MetricSample("process_start_time_seconds", 1_700_000_030),
                MetricSample("process_virtual_memory_bytes", 5_000_000),
                MetricSample("process_resident_memory_bytes", 819_200),
            ])
        #expect(ProcessGauges.samples(stat: "nothing", system: "", units) == [])
        #expect(ProcessGauges.samples(stat: "1 (x) S", system: "", units) == [])
    }

    private func operations() -> Operations {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let revocations = RevocationLog(storage: storage, table: RevocationTable(), time: time, logger: logger)
        return Operations(
            store: storage, revocations: revocations,
            knownCount: { 0 },
            metrics: PrometheusMetrics(logger: logger), time: time, isListening: { true })
    }
}
