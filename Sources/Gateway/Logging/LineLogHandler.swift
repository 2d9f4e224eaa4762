import GatewayKit
import Logging
import Synchronization

/// Writes each log entry as one line, as logfmt or JSON, time and level first; controls in values are escaped, so that
/// no entry can forge another.
struct LineLogHandler: LogHandler {
    /// How a line is written.
    enum Format: String, CaseIterable, Sendable {
        /// `time=… level=info message="…" key=value`
        case text
        /// `{"time":"…","level":"info","message":"…","key":"value"}`
        case json
    }

    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    /// The style's, unless this logger was given one of its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? style.level }
        set { ownLevel = newValue }
    }
    private var ownLevel: Logger.Level?
    private let style: LogStyle
    private let time: any TimeSource
    private let sink: LineSink

    init(style: LogStyle, time: any TimeSource, sink: LineSink) {
        self.style = style
        self.time = time
        self.sink = sink
    }

    /// Libraries whose errors tell an operator nothing: what matters of them is logged in this project's words.
    private static let talkative: Set<String> = ["HummingbirdCore", "ServiceLifecycle"]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard logLevel <= .debug || !Self.talkative.contains(event.source) else { return }
        var pairs = [
            ("time", time.now().iso8601), ("level", event.level.rawValue), ("message", event.message.description),
        ]
        pairs += facts(of: event)
        if let error = event.error { pairs.append(("error", "\(error)")) }
        switch style.format {
        case .text: sink.write(LogLine.logfmt(pairs))
        case .json: sink.write(LogLine.json(pairs))
        }
    }

    /// What the entry, the provider and the logger state, by key; the earlier of them counts. Tables are not merged for
    /// it, for that copies the logger's own with every line.
    private func facts(of event: LogEvent) -> [(String, String)] {
        let sources = [event.metadata, metadataProvider?.get(), metadata].compactMap(\.self)
        var facts: [(String, String)] = []
        for (index, source) in sources.enumerated() {
            for (key, value) in source where !sources[..<index].contains(where: { $0[key] != nil }) {
                facts.append((key, value.description))
            }
        }
        return facts.sorted { $0.0 < $1.0 }
    }
}

/// Where log lines go, one at a time.
final class LineSink: Sendable {
    private let lock = Mutex(())
    private let output: @Sendable (String) -> Void

    init(_ output: @escaping @Sendable (String) -> Void) { self.output = output }

    func write(_ line: String) { lock.withLock { _ in output(line) } }
}
