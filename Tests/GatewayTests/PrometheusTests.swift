import CoreMetrics
import GatewayKit
import GatewayTestKit
import Foundation
import Logging
import Testing

@testable import Gateway

@Suite struct PrometheusTests {
    private let log = RecordedLog()
    private let metrics: PrometheusMetrics

    init() { metrics = PrometheusMetrics(logger: log.logger) }

    @Test func `metrics stand in the order of their names, with kind and sentence, and values are escaped`() {
        Counter(label: "b.apples", dimensions: [("kind", "a \"b\\\n")], factory: metrics).increment(by: 3)
        Counter(label: "b.apples", dimensions: [("kind", "a \"b\\\n")], factory: metrics).increment()
        FloatingPointCounter(label: "c_total", factory: metrics).increment(by: 0.5)
        Meter(label: "auth_gateway_hashing_threads", factory: metrics).set(2)
        let sample = MetricSample("b", .infinity, [("x", "1"), ("a", "2")])
        #expect(
            metrics.text(with: [sample]) == #"""
                # HELP auth_gateway_hashing_threads How many passwords are hashed at once.
                # TYPE auth_gateway_hashing_threads gauge
                auth_gateway_hashing_threads 2
                # TYPE b gauge
                b{a="2",x="1"} +Inf
                # TYPE b_apples counter
                b_apples{kind="a \"b\\\n"} 4
                # TYPE c_total counter
                c_total 0.5

                """#)
    }

    @Test func `a timer is a histogram in seconds, whose buckets hold all that was no longer`() {
        let timer = Timer(label: "t", dimensions: [("r", "x")], factory: metrics)
        timer.record(.microseconds(25))
        timer.record(.milliseconds(30))
        timer.record(.seconds(60))
        let lines = metrics.text(with: []).split(separator: "\n")
        #expect(lines.first == "# TYPE t histogram")
        #expect(lines.contains(#"t_bucket{r="x",le="2.5e-05"} 1"#))
        #expect(lines.contains(#"t_bucket{r="x",le="0.025"} 1"#))
        #expect(lines.contains(#"t_bucket{r="x",le="0.05"} 2"#))
        #expect(lines.contains(#"t_bucket{r="x",le="10"} 2"#))
        #expect(lines.suffix(3) == [#"t_bucket{r="x",le="+Inf"} 3"#, #"t_sum{r="x"} 60.030025"#, #"t_count{r="x"} 3"#])
        #expect(lines.count == 1 + HistogramCell.secondBounds.count + 3)
    }

    @Test func `a label that strangers fill is bounded, and said once`() {
        for index in 0..<PrometheusMetrics.seriesLimit + 5 {
            Counter(label: "paths", dimensions: [("path", "\(index)")], factory: metrics).increment()
        }
        let lines = metrics.text(with: []).split(separator: "\n")
        #expect(lines.count == 1 + PrometheusMetrics.seriesLimit)
        #expect(log.lines.map(\.level) == [.warning])
        #expect(log.lines.first?.metadata == ["metric": "paths", "reason": "it has 1000 series already"])
    }

    @Test func `a name has one kind; who means another counts for nobody`() {
        Counter(label: "x", factory: metrics).increment()
        Meter(label: "x", factory: metrics).set(9)
        Timer(label: "x", factory: metrics).record(.seconds(1))
        #expect(metrics.text(with: [MetricSample("x", 7)]) == "# TYPE x counter\nx 1\n")
        #expect(log.lines.map { $0.metadata["reason"] } == ["it is a counter already"])
    }

    @Test func `a recorder shows its sum and count, a gauge its last value, and what is destroyed is gone`() {
        let recorder = Recorder(label: "sizes", factory: metrics)
        recorder.record(3)
        recorder.record(4)
        Gauge(label: "level", factory: metrics).record(0.25)
        let counter = Counter(label: "gone", factory: metrics)
        counter.increment()
        #expect(metrics.text(with: []).contains("\ngone 1\n") || metrics.text(with: []).hasPrefix("# TYPE gone"))
        counter.destroy()
        #expect(
            metrics.text(with: []).replacingOccurrences(of: "# TYPE gone counter\n", with: "") == """
                # TYPE level gauge
                level 0.25
                # TYPE sizes histogram
                sizes_bucket{le="+Inf"} 2
                sizes_sum 7
                sizes_count 2

                """)
    }

    @Test(arguments: [(0, "0"), (-1.5, "-1.5"), (1e15, "1000000000000000"), (.nan, "NaN"), (-.infinity, "-Inf")])
    func `numbers are written as Prometheus reads them`(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }

    @Test(arguments: [("a.b-c", "a_b_c"), ("9lives", "_9lives"), ("", "_"), ("größe", "gr__e")])
    func `names are made of what the format takes`(name: String, taken: String) {
        #expect(PrometheusText.name(name) == taken)
    }
}
