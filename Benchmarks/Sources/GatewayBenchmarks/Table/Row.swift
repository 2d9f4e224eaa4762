import Foundation

/// One line of the table: what was measured, what it is held against, and whether the goal was met.
struct Row: CustomStringConvertible {
    let name: String
    /// The gateway's number, as text with its unit.
    var gateway: String
    /// What it is divided by; empty where there is nothing.
    var control = ""
    /// The ratio, or the number itself where nothing is divided.
    var value: Double?
    /// How the value is written.
    var written = ""
    /// The least and the greatest of the pairs' ratios.
    var range = ""
    /// What the value ought to be; nil for a line that only informs.
    var goal: Goal?

    /// The columns' names.
    static var heading: String { line(["", "gateway", "control", "ratio", "of pairs", "goal", ""]) }

    var description: String {
        let verdict = value.flatMap { value in goal.map { $0.isMet(by: value) ? "met" : "MISSED" } }
        return Self.line([name, gateway, control, written, range, goal?.description ?? "", verdict ?? ""])
    }

    private static func line(_ columns: [String]) -> String {
        let widths = [44, 11, 11, 10, 14, 10]
        let padded = zip(columns, widths).enumerated().map { index, column in
            let space = String(repeating: " ", count: max(1, column.1 - column.0.count))
            return index == 0 ? column.0 + space : space + column.0
        }
        let line = padded.joined() + "  " + columns[widths.count]
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}

/// What a value ought to be.
enum Goal: CustomStringConvertible {
    case atLeast(Double)
    case atMost(Double)
    case below(Double, unit: String)

    func isMet(by value: Double) -> Bool {
        switch self {
        case .atLeast(let bound): value >= bound
        case .atMost(let bound): value <= bound
        case .below(let bound, _): value < bound
        }
    }

    var description: String {
        switch self {
        case .atLeast(let bound): "≥ " + String(format: "%g", bound)
        case .atMost(let bound): "≤ " + String(format: "%g", bound)
        case .below(let bound, let unit): "< " + String(format: "%g", bound) + " " + unit
        }
    }
}

extension Row {
    /// A line of paired measurements: the medians of both sides, and the median of the pairs' ratios.
    init(_ name: String, _ pairs: [Pair], unit: Unit, goal: Goal? = nil) {
        let ratios = pairs.map { $0.gateway / $0.control }.sorted()
        self.init(
            name: name, gateway: unit.text(pairs.map(\.gateway).median), control: unit.text(pairs.map(\.control).median)
        )
        value = ratios.median
        written = String(format: "%.3f", ratios.median)
        range = String(format: "%.2f–%.2f", ratios.first ?? 0, ratios.last ?? 0)
        self.goal = goal
    }
}

/// The gateway's number and its control's, taken one directly after the other.
struct Pair {
    var gateway: Double
    var control: Double
}

/// How numbers are written.
enum Unit {
    case perSecond
    case seconds

    func text(_ value: Double) -> String {
        switch self {
        case .perSecond: String(format: "%.1f/s", value)
        case .seconds where value < 0.001: String(format: "%.1f µs", value * 1e6)
        case .seconds: String(format: "%.2f ms", value * 1e3)
        }
    }
}

extension Collection where Element == Double {
    /// The middle one by size.
    var median: Double { percentile(50) }

    /// The one that so many percent of all are not greater than.
    func percentile(_ percent: Int) -> Double {
        let ascending = sorted()
        return ascending.isEmpty ? .nan : ascending[Swift.min(count - 1, count * percent / 100)]
    }
}
