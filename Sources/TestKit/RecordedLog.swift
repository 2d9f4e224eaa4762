public import Logging
import Synchronization

/// Keeps every line that is logged through its ``logger``, at whatever level.
public final class RecordedLog: Sendable {
    /// One line.
    public struct Line: Hashable, Sendable {
        /// The level.
        public let level: Logger.Level
        /// The message, a constant.
        public let message: String
        /// The facts, as text.
        public let metadata: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    /// Begins empty.
    public init() {}

    /// The lines so far, in order.
    public var lines: [Line] { kept.withLock { $0 } }

    /// A logger whose lines are kept here.
    public var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let facts = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
            let line = Line(level: event.level, message: event.message.description, metadata: facts)
            log.kept.withLock { $0.append(line) }
        }
    }
}
