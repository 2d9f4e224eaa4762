import GatewayKit
import Logging
import Synchronization

/// Lets a warning through once a minute that would otherwise come with every request, for as long as its cause lasts;
/// in between it is for debugging.
final class WarningPace: Sendable {
    static let pause = Duration.seconds(60)

    private let last = Mutex<[String: Duration]>([:])
    private let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    /// The level for a warning about something, which is one of few words of this program.
    func level(of topic: String) -> Logger.Level {
        let now = time.elapsed()
        return last.withLock { last in
            if let before = last[topic], now - before < Self.pause { return .debug }
            last[topic] = now
            return .warning
        }
    }
}
