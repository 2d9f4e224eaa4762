/// Writes metrics down in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    /// Begins a metric, whose samples come next.
    mutating func begin(_ name: String, _ kind: MetricKind, help: String?) {
        if let help { text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n" }
        text += "# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func add(_ name: String, _ labels: MetricLabels, _ value: Double) {
        text += "\(name)\(Self.braced(labels.pairs)) \(Self.number(value))\n"
    }

    mutating func add(_ name: String, _ labels: MetricLabels, _ reading: HistogramCell.Reading) {
        for (bound, count) in reading.buckets {
            let pairs = labels.pairs + [MetricLabels.Pair(name: "le", value: Self.number(bound))]
            text += "\(name)_bucket\(Self.braced(pairs)) \(count)\n"
        }
        text += "\(name)_sum\(Self.braced(labels.pairs)) \(Self.number(reading.sum))\n"
        text += "\(name)_count\(Self.braced(labels.pairs)) \(reading.buckets.last?.count ?? 0)\n"
    }

    /// A name that the format can take: letters, digits and underscores, no digit first.
    static func name(_ text: String) -> String {
        let kept = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        return kept.first?.isNumber ?? true ? "_" + kept : kept
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func braced(_ pairs: [MetricLabels.Pair]) -> String {
        guard !pairs.isEmpty else { return "" }
        return "{" + pairs.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// What kind of metric a name is.
enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

/// What tells the series of one metric apart.
struct MetricLabels: Hashable, Comparable, Sendable {
    struct Pair: Hashable, Sendable {
        let name: String
        let value: String
    }

    /// In the order of the names.
    let pairs: [Pair]

    init(_ dimensions: [(String, String)] = []) {
        pairs = dimensions.map { Pair(name: PrometheusText.name($0.0), value: $0.1) }.sorted { $0.name < $1.name }
    }

    static func < (left: Self, right: Self) -> Bool {
        left.pairs.lexicographicallyPrecedes(right.pairs) { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}

/// One number that was looked up when somebody asked.
struct MetricSample: Hashable, Sendable {
    let name: String
    let kind: MetricKind
    let labels: MetricLabels
    let value: Double

    init(_ name: String, _ value: Double, _ labels: [(String, String)] = [], kind: MetricKind = .gauge) {
        self.name = name
        self.kind = kind
        self.labels = MetricLabels(labels)
        self.value = value
    }
}
