/// How long one repetition of something took, over some rounds.
struct Measurement: CustomStringConvertible {
    /// What was done, as it stands at the line's beginning.
    let name: String
    /// One repetition's time in each round, ascending.
    let rounds: [Duration]

    /// Does something so often in each of so many rounds, after one round that is not counted.
    init<C: Clock>(
        _ name: String, clock: C, rounds: Int = 11, repetitions: Int, _ body: () async throws -> Void
    ) async rethrows where C.Duration == Duration {
        self.name = name
        var times: [Duration] = []
        for round in 0...rounds {
            let time = try await clock.measure {
                for _ in 0..<repetitions { try await body() }
            }
            if round > 0 { times.append(time / repetitions) }
        }
        self.rounds = times.sorted()
    }

    /// The columns' names.
    static var heading: String { line("", ["median", "best", "worst"]) }

    /// Name, median, best and worst, in microseconds.
    var description: String {
        Self.line(name, [rounds[rounds.count / 2], rounds[0], rounds[rounds.count - 1]].map(Self.microseconds)) + " µs"
    }

    private static func line(_ name: String, _ columns: [String]) -> String {
        name + spaces(36 - name.count) + columns.map { spaces(12 - $0.count) + $0 }.joined()
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(1, count)) }

    private static func microseconds(_ duration: Duration) -> String {
        let hundredths = duration.components.seconds * 100_000_000 + duration.components.attoseconds / 10_000_000_000
        let tail = String(hundredths % 100)
        return "\(hundredths / 100).\(tail.count < 2 ? "0" : "")\(tail)"
    }
}
