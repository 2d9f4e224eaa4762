import GatewayKit
import Synchronization

/// Names that tell probes apart where they arrive, and that nobody else can know.
final class ProbeNames: Sendable {
    private let beginning: String
    private let count = Mutex(0)

    init(random: any RandomSource) { beginning = random.identifier() }

    func next() -> String {
        count.withLock { count in
            count += 1
            return "\(beginning)-\(count)"
        }
    }
}
