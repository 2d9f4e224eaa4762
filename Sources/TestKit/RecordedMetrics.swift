public import CoreMetrics
import Synchronization

/// Keeps what is counted through it, to be read by name and labels.
public final class RecordedMetrics: MetricsFactory {
    private let cells = Mutex<[String: Cell]>([:])

    /// Begins empty.
    public init() {}

    /// The sum of a counter, the last value of a gauge, or how often something was timed; nil for what nobody made.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        cells.withLock { $0[Self.key(name, labels.map { ($0, $1) })] }?.value
    }

    /// The seconds, or other values, of what was timed or recorded, in order.
    public func recorded(_ name: String, _ labels: [String: String] = [:]) -> [Double] {
        cells.withLock { $0[Self.key(name, labels.map { ($0, $1) })] }?.recorded ?? []
    }

    /// Every series that was made, as `name` or `name{label="value"}`.
    public var series: [String] { cells.withLock { $0.keys.sorted() } }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(label, dimensions)
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { cell(label, dimensions) }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(label, dimensions)
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler { cell(label, dimensions, isGauge: !aggregate) }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(label, dimensions)
    }

    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func cell(_ label: String, _ dimensions: [(String, String)], isGauge: Bool = false) -> Cell {
        cells.withLock { cells in
            let key = Self.key(label, dimensions)
            let cell = cells[key] ?? Cell(isGauge: isGauge)
            cells[key] = cell
            return cell
        }
    }

    private static func key(_ name: String, _ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return name }
        let pairs = labels.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\($0.1)\"" }
        return "\(name){\(pairs.joined(separator: ","))}"
    }

    private final class Cell: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
        private struct State {
            var value = 0.0
            var recorded: [Double] = []
        }

        private let isGauge: Bool
        private let state = Mutex(State())

        init(isGauge: Bool) { self.isGauge = isGauge }

        var value: Double { state.withLock(\.value) }
        var recorded: [Double] { state.withLock(\.recorded) }

        func increment(by amount: Int64) { increment(by: Double(amount)) }
        func increment(by amount: Double) { state.withLock { $0.value += amount } }
        func decrement(by amount: Double) { state.withLock { $0.value -= amount } }
        func set(_ value: Int64) { set(Double(value)) }
        func set(_ value: Double) { state.withLock { $0.value = value } }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
        func record(_ value: Int64) { record(Double(value)) }

        func record(_ value: Double) {
            state.withLock { state in
                state.value = isGauge ? value : state.value + 1
                state.recorded.append(value)
            }
        }

        func reset() { state.withLock { $0 = State() } }
    }
}
