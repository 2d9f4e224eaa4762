import GatewayKit
import Synchronization

/// Holds answers back until the dearest of their kinds would have been ready: failed logins until the dearest hash of
/// the store would have been compared, so that their time does not tell whether an account exists or which format its
/// hash has; and requests for a link until one would have been mailed.
///
/// It learns what each format costs from a ``PaceSurvey`` and from the comparisons that pass by; waiting takes no
/// thread.
final class AnswerPace: Sendable {
    /// What the comparison of nobody's hash counts as.
    static let nobody = "nobody"

    private let costs = Mutex<[String: Duration]>([:])
    private let quarters: Int

    /// Waits for so many quarters of the dearest cost: one more than four has nearly every comparison done by then. How
    /// long a disk is waited for differs more.
    init(quarters: Int = 5) { self.quarters = quarters }

    /// Learns what one of a kind cost; the `format` of a comparison is what ``format(of:)`` makes of its hash.
    func learn(_ format: String, cost: Duration) {
        costs.withLock { costs in
            guard let known = costs[format] else {
                // Of too many the cheapest goes, for the dearest decides.
                if costs.count >= Self.formatLimit, let cheapest = costs.min(by: { $0.value < $1.value }) {
                    guard cheapest.value < cost else { return }
                    costs[cheapest.key] = nil
                }
                costs[format] = cost
                return
            }
            costs[format] = known * 7 / 8 + cost / 8
        }
    }

    /// Whether the cost of a format was learned.
    func knows(_ format: String) -> Bool { costs.withLock { $0[format] != nil } }

    /// Whether a format that was learned costs less than half of what nobody's hash does, so that nobody's is computed
    /// behind it; one that is forgotten was among the cheapest.
    func isCheap(_ format: String) -> Bool {
        costs.withLock { Self.isCheap($0[format] ?? .zero, beside: $0[Self.nobody]) }
    }

    /// How long it takes at least: so much of the dearest kind's average, and never longer than half the time
    /// that a request has by default. A hash that takes longer than that cannot be logged in with for long.
    var floor: Duration {
        let dearest = costs.withLock { costs in
            let nobody = costs[Self.nobody]
            return costs.values.map { Self.isCheap($0, beside: nobody) ? $0 + (nobody ?? .zero) : $0 }.max()
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
    /// length, for a longer tag can cost more: `2b$12 60`, `argon2id$v=19$m=19456,t=2,p=1 97` or `pbkdf2-sha256$i=600000 88`.
    /// A salt has no `=`, and is longer than a cost.
    static func format(of hash: PasswordHash) -> String {
        let text = hash.reveal()
        let fields = text.split(separator: "$")
        let costs = fields.dropFirst().prefix { field in
            field.contains("=") || (field.utf8.count <= 2 && field.utf8.allSatisfy { 0x30...0x39 ~= $0 })
        }
        return (fields.prefix(1) + costs).joined(separator: "$") + " \(text.utf8.count)"
    }

    private static let formatLimit = 32
}
