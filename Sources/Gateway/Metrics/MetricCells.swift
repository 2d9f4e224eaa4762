import CoreMetrics
import Synchronization

/// A number that goes up, or up and down.
final class NumberCell: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler {
    private let number = Mutex(0.0)

    var value: Double { number.withLock(\.self) }

    func increment(by amount: Int64) { number.withLock { $0 += Double(amount) } }
    func increment(by amount: Double) { number.withLock { $0 += amount } }
    func decrement(by amount: Double) { number.withLock { $0 -= amount } }
    func set(_ value: Int64) { number.withLock { $0 = Double(value) } }
    func set(_ value: Double) { number.withLock { $0 = value } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
    func reset() { number.withLock { $0 = 0 } }
}

/// How often a value was within each bound.
final class HistogramCell: TimerHandler, RecorderHandler {
    /// In seconds, so that both can be read from it: a verification takes tens of microseconds, a login tens of
    /// milliseconds.
    static let secondBounds = [
        0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
        2.5, 5, 10,
    ]

    /// What it holds at one moment.
    struct Reading: Equatable {
        /// Each bound with how many values were no greater; the last bound is infinity.
        var buckets: [(bound: Double, count: Int)]
        var sum: Double

        static func == (left: Self, right: Self) -> Bool {
            left.sum == right.sum && left.buckets.elementsEqual(right.buckets) { $0 == $1 }
        }
    }

    private struct State {
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let perUnit: Double
    private let state: Mutex<State>

    /// Takes ascending bounds, and how many integers or nanoseconds make their unit.
    init(bounds: [Double], perUnit: Double) {
        self.bounds = bounds
        self.perUnit = perUnit
        state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    var reading: Reading {
        let state = state.withLock(\.self)
        var total = 0
        let buckets = zip(bounds + [.infinity], state.counts).map { bound, count in
            total += count
            return (bound: bound, count: total)
        }
        return Reading(buckets: buckets, sum: state.sum)
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / perUnit) }
    func record(_ value: Int64) { record(Double(value) / perUnit) }

    func record(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += value
        }
    }

    func reset() {
        state.withLock { $0 = State(counts: [Int](repeating: 0, count: bounds.count + 1)) }
    }
}
