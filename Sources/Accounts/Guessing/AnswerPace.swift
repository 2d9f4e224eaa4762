import GatewayKit
import Synchronization

/// Holds answers back until the dearest of their kinds would have been ready: failed logins until the dearest hash of
/// the store would have been compared, so that their time does not tell whether an account exists or which format its
/// hash has; and requests for a link until one would have been mailed.
///
/// It learns what each format costs from a ``PaceSurvey`` and from the comparisons that pass by, which may be of
/// shorter passwords and then count for no less than the survey's; waiting takes no thread.
final class AnswerPace: Sendable {
    /// What the comparison of nobody's hash counts as.
    static let nobody = "nobody"

    private struct Cost {
        /// Of the last comparisons.
        var average: Duration
        /// What the survey has measured.
        var surveyed: Duration?
        /// Whether something was compared since the last look at the store.
        var isFresh = true

        var expected: Duration { max(average, surveyed ?? .zero) }
    }

    private let costs = Mutex<[String: Cost]>([:])
    private let quarters: Int

    /// Waits for so many quarters of the dearest cost: one more than four has nearly every comparison done by then. How
    /// long a disk is waited for differs more.
    init(quarters: Int = 5) { self.quarters = quarters }

    /// Learns what one of a kind cost, as one of many or, with `isSurvey`, as the least that it is taken for; the
    /// `format` of a comparison is what ``format(of:)`` makes of its hash.
    func learn(_ format: String, cost: Duration, isSurvey: Bool = false) {
        costs.withLock { costs in
            let surveyed = isSurvey ? cost : costs[format]?.surveyed
            if let known = costs[format] {
                costs[format] = Cost(average: known.average * 7 / 8 + cost / 8, surveyed: surveyed)
                return
            }
            // Of too many the cheapest goes, for the dearest decides.
            if costs.count >= Self.formatLimit,
                let cheapest = costs.min(by: { $0.value.expected < $1.value.expected })
            {
                guard cheapest.value.expected < cost else { return }
                costs[cheapest.key] = nil
            }
            costs[format] = Cost(average: cost, surveyed: surveyed)
        }
    }

    /// Whether the cost of a format was learned.
    func knows(_ format: String) -> Bool { costs.withLock { $0[format] != nil } }

    /// Whether the survey has measured a format.
    func isSurveyed(_ format: String) -> Bool { costs.withLock { $0[format]?.surveyed != nil } }

    /// Forgets formats that the store has no more, by a look at it, and that nothing was compared with since the one
    /// before.
    func forget(allBut formats: Set<String>) {
        costs.withLock { costs in
            costs = costs.filter { $0.value.isFresh || formats.contains($0.key) }
            for format in costs.keys { costs[format]?.isFresh = false }
        }
    }

    /// Whether a format that was learned costs less than half of what nobody's hash does, so that nobody's is computed
    /// behind it; one that is forgotten was among the cheapest.
    func isCheap(_ format: String) -> Bool {
        costs.withLock { Self.isCheap($0[format]?.expected ?? .zero, beside: $0[Self.nobody]?.expected) }
    }

    /// How long it takes at least: so much of the dearest kind's average, and never longer than half the time
    /// that a request has by default. A hash that takes longer than that cannot be logged in with for long.
    var floor: Duration {
        let dearest = costs.withLock { costs in
            let nobody = costs[Self.nobody]?.expected
            return costs.values.map(\.expected).map { Self.isCheap($0, beside: nobody) ? $0 + (nobody ?? .zero) : $0 }
                .max()
        }
        return min((dearest ?? .zero) * quarters / 4, .seconds(15))
    }

    private static func isCheap(_ cost: Duration, beside nobody: Duration?) -> Bool {
        nobody.map { cost * 2 < $0 } ?? false
    }

    /// Returns once what began then may be answered.
    func wait(since start: Duration, by time: any TimeSource) async {
        let left = start + floor - time.elapsed()
        if left > .zero { try? await time.sleep(for: left) }
    }

    /// What hashes of one cost have in common: the format's name, the fields behind it that are a cost, and their
    /// length, for a longer tag can cost more: `2b$12 60`, `argon2id$v=19$m=19456,t=2,p=1 97`,
    /// `pbkdf2-sha256$i=600000 88` or `y$j9T 73`.
    /// A salt has no `=`, and is longer than a cost; that of yescrypt, in letters, is told by its place.
    static func format(of hash: PasswordHash) -> String {
        let text = hash.reveal()
        let fields = text.split(separator: "$")
        let costs =
            fields.first == "y"
            ? fields.dropFirst().prefix(1)
            : fields.dropFirst().prefix { field in
                field.contains("=") || (field.utf8.count <= 2 && field.utf8.allSatisfy { 0x30...0x39 ~= $0 })
            }
        return (fields.prefix(1) + costs).joined(separator: "$") + " \(text.utf8.count)"
    }

    private static let formatLimit = 32
}
