import GatewayKit
import Synchronization

/// How many tokens with a wrong signature a client may show in a minute. Each costs a check of a signature, which is
/// nearly all that a verification of a stranger's costs; what is known, and what is no token by its shape, is not
/// counted.
///
/// Clients are counted in a table of fixed size, by a hash that nobody outside can foresee: nothing is ever evicted,
/// and where two meet in one place, they share an allowance. IPv6 counts by /64.
final class ForgeryLimit: Sendable {
    /// How many in a minute: a client that goes on with a token of a key that is gone stays far below.
    static let allowance: UInt32 = 60

    private struct Place {
        var minute: Int64 = .min
        var count: UInt32 = 0
    }

    private let places: Mutex<[Place]>
    private let time: any TimeSource

    init(time: any TimeSource, places count: Int = 16_384) {
        self.time = time
        places = Mutex([Place](repeating: Place(), count: count))
    }

    /// How long a client has to wait whose allowance is used up; nil for any other.
    func wait(for client: IPAddress?) -> Duration? {
        let (minute, left) = now()
        let place = place(of: client)
        let isSpent = places.withLock { $0[place].minute == minute && $0[place].count >= Self.allowance }
        return isSpent ? left : nil
    }

    /// Counts a token with a wrong signature.
    func note(_ client: IPAddress?) {
        let (minute, _) = now()
        let place = place(of: client)
        places.withLock { places in
            if places[place].minute != minute { places[place] = Place(minute: minute) }
            if places[place].count < .max { places[place].count += 1 }
        }
    }

    private func now() -> (minute: Int64, left: Duration) {
        let seconds = time.elapsed().components.seconds
        return (seconds / 60, .seconds(60 - seconds % 60))
    }

    private func place(of client: IPAddress?) -> Int {
        var hasher = Hasher()
        hasher.combine(client.map { $0.isIPv6 ? Array($0.bytes.prefix(8)) : $0.bytes })
        let count = places.withLock(\.count)
        return Int(UInt(bitPattern: hasher.finalize()) % UInt(count))
    }
}
