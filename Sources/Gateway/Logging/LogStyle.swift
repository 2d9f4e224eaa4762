import Logging
import Synchronization

/// How lines are logged, now: a reload changes it for every logger at once.
final class LogStyle: Sendable {
    private let state: Mutex<(format: LineLogHandler.Format, level: Logger.Level)>

    init(_ format: LineLogHandler.Format, _ level: Logger.Level) { state = Mutex((format, level)) }

    var format: LineLogHandler.Format { state.withLock(\.format) }
    var level: Logger.Level { state.withLock(\.level) }

    func change(to format: LineLogHandler.Format, _ level: Logger.Level) { state.withLock { $0 = (format, level) } }
}
