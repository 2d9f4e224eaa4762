import CoreMetrics
import GatewayKit
import Logging
import Synchronization

/// Keeps what the gateway and its modules count, to be read by Prometheus.
///
/// `MetricCells.swift` holds the numbers, `PrometheusText.swift` writes them down, `MetricCatalogue.swift` says what
/// each means. `ProcessGauges.swift` looks up what the system knows.
final class PrometheusMetrics: MetricsFactory {
    /// How many series one metric has at most, whoever labels it: a label that strangers fill must not fill the memory.
    static let seriesLimit = 1000

    private struct Family {
        let kind: MetricKind
        var numbers: [MetricLabels: NumberCell] = [:]
        var histograms: [MetricLabels: HistogramCell] = [:]

        var count: Int { numbers.count + histograms.count }
    }

    private struct State {
        var families: [String: Family] = [:]
        var leftOut: Set<String> = []
    }

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        number(.counter, label, dimensions)
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        number(.counter, label, dimensions)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        number(.gauge, label, dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        guard aggregate else { return number(.gauge, label, dimensions) }
        return histogram(label, dimensions) { HistogramCell(bounds: [], perUnit: 1) }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions) { HistogramCell(bounds: HistogramCell.secondBounds, perUnit: 1e9) }
    }

    func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    /// All that is counted, and the samples that were looked up just now, in the order of their names.
    func text(with samples: [MetricSample]) -> String {
        let families = state.withLock(\.families)
        let looked = Dictionary(grouping: samples.filter { families[$0.name] == nil }, by: \.name)
        var text = PrometheusText()
        for name in (Array(families.keys) + looked.keys).sorted() {
            if let family = families[name] { Self.write(family, named: name, to: &text) }
            guard let samples = looked[name], let kind = samples.first?.kind else { continue }
            text.begin(name, kind, help: MetricCatalogue.help[name])
            for sample in samples { text.add(name, sample.labels, sample.value) }
        }
        return text.text
    }

    private static func write(_ family: Family, named name: String, to text: inout PrometheusText) {
        text.begin(name, family.kind, help: MetricCatalogue.help[name])
        for (labels, cell) in family.numbers.sorted(by: { $0.key < $1.key }) { text.add(name, labels, cell.value) }
        for (labels, cell) in family.histograms.sorted(by: { $0.key < $1.key }) { text.add(name, labels, cell.reading) }
    }

    private func number(_ kind: MetricKind, _ label: String, _ dimensions: [(String, String)]) -> NumberCell {
        cell(kind, label, dimensions, in: \.numbers) { NumberCell() }
    }

    private func histogram(
        _ label: String, _ dimensions: [(String, String)], _ make: () -> HistogramCell
    ) -> HistogramCell {
        cell(.histogram, label, dimensions, in: \.histograms, make)
    }

    /// The cell of a name and its labels, the same for whoever asks again. One that cannot be shown is given all the
    /// same and counts for nobody: what is counted must never stop what is done.
    private func cell<Cell: Sendable>(
        _ kind: MetricKind, _ label: String, _ dimensions: [(String, String)],
        in cells: any (WritableKeyPath<Family, [MetricLabels: Cell]> & Sendable), _ make: () -> Cell
    ) -> Cell {
        let (name, labels) = (PrometheusText.name(label), MetricLabels(dimensions))
        var problem: String?
        let made: Cell = state.withLock { state in
            var family = state.families[name] ?? Family(kind: kind)
            if family.kind == kind, let known = family[keyPath: cells][labels] { return known }
            let cell = make()
            if family.kind != kind {
                problem = "it is a \(family.kind.rawValue) already"
            } else if family.count >= Self.seriesLimit {
                problem = "it has \(Self.seriesLimit) series already"
            } else {
                family[keyPath: cells][labels] = cell
                state.families[name] = family
            }
            if problem != nil, !state.leftOut.insert(name).inserted { problem = nil }
            return cell
        }
        if let problem {
            logger.warning(
                "a metric is not shown as its module meant it",
                metadata: [LogKey.metric: "\(name)", LogKey.reason: "\(problem)"])
        }
        return made
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for (name, family) in state.families {
                var family = family
                family.numbers = family.numbers.filter { $0.value !== handler }
                family.histograms = family.histograms.filter { $0.value !== handler }
                state.families[name] = family
            }
        }
    }
}
