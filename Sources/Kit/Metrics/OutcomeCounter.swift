public import CoreMetrics

/// Counts what becomes of something: a counter for each outcome, made once, so that all of them show from the start and
/// nothing that a stranger chose ever names one.
public struct OutcomeCounter<Outcome>: Sendable
where Outcome: CaseIterable & Hashable & RawRepresentable & Sendable, Outcome.RawValue == String {
    private let counters: [Outcome: Counter]

    /// Makes the counters of a metric, told apart by a label whose values are the outcomes' own.
    public init(_ name: String, label: String = "outcome", in factory: any MetricsFactory) {
        let made = Outcome.allCases.map {
            ($0, Counter(label: name, dimensions: [(label, $0.rawValue)], factory: factory))
        }
        counters = Dictionary(uniqueKeysWithValues: made)
    }

    /// Counts one.
    public func count(_ outcome: Outcome) { counters[outcome]?.increment() }

    /// Counts what a closure returns by what is said of it, and what it throws as another; returns or throws the same.
    public func counting<Value, Failure: Error>(
        _ outcome: (Value) -> Outcome, failureAs failed: Outcome, _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        do {
            let value = try await body()
            count(outcome(value))
            return value
        } catch {
            count(failed)
            throw error
        }
    }
}
