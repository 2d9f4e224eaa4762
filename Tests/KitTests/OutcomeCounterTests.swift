import CoreMetrics
import GatewayKit
import GatewayTestKit
import Testing

@Suite struct OutcomeCounterTests {
    private enum Fate: String, CaseIterable {
        case eaten, rotten, lost
    }

    private struct Lost: Error {}

    @Test func `each outcome has a series from the start, and what throws counts as failed`() async throws {
        let metrics = RecordedMetrics()
        let fates = OutcomeCounter<Fate>("apples_total", label: "fate", in: metrics)
        #expect(
            metrics.series == [
                #"apples_total{fate="eaten"}"#, #"apples_total{fate="lost"}"#, #"apples_total{fate="rotten"}"#,
            ])
        #expect(await fates.counting({ $0 < 3 ? .eaten : .rotten }, failureAs: .lost) { 2 } == 2)
        await #expect(throws: Lost.self) {
            try await fates.counting({ (_: Int) in .eaten }, failureAs: .lost) { () throws(Lost) in throw Lost() }
        }
        fates.count(.lost)
        #expect(Fate.allCases.map { metrics.value("apples_total", ["fate": $0.rawValue]) } == [1, 0, 2])
    }

    @Test func `a duration is recorded to the nanosecond`() {
        let metrics = RecordedMetrics()
        Timer(label: "nap_seconds", factory: metrics).record(.seconds(2) + .nanoseconds(500_000_001))
        #expect(metrics.recorded("nap_seconds") == [2.500_000_001])
    }

    @Test func `gauges are set, raised and lowered, and a module that is told nothing counts nothing`() throws {
        let metrics = RecordedMetrics()
        let meter = Meter(label: "load", factory: metrics)
        meter.set(5)
        meter.increment()
        meter.decrement(by: 2.5)
        Gauge(label: "level", factory: metrics).record(7)
        #expect(metrics.value("load") == 3.5)
        #expect(metrics.value("level") == 7)
        #expect(metrics.value("other") == nil)
        Counter(label: "nothing", factory: try Provision.forTests().metrics).increment()
    }
}
