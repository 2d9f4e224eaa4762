import GatewayKit
import GatewayTestKit
import Logging
import Synchronization
import Testing

@testable import Gateway

@Suite struct LogLineTests {
    @Test func `a line of text quotes what is not plain, and nothing can begin another line`() {
        let line = LogLine.logfmt([
            ("message", "request answered"), ("route", "/auth/reset-password/{token}"), ("empty", ""),
            ("forged", "a\nlevel=error message=\"x\"\u{1b}[2J\u{2028}"),
        ])
        #expect(
            line == #"message="request answered" route=/auth/reset-password/{token} empty="" "#
                + #"forged="a\nlevel=error message=\"x\"\u001b[2J\u2028""#)
    }

    @Test func `a line of JSON is one object of strings`() throws {
        let line = LogLine.json([("level", "info"), ("message", "a \"quoted\"\\ \u{7}\u{fffd} ü")])
        let value = try JSONValue(strictly: Array(line.utf8))
        #expect(value["message"]?.string == "a \"quoted\"\\ \u{7}\u{fffd} ü")
        #expect(!line.contains("\u{7}"))
    }

    @Test func `an entry's own facts win over the logger's, and the time is the clock's`() {
        let lines = Lines()
        let time = ManualTime()
        let logger = Logger(label: "test") { _ in
            LineLogHandler(
                style: LogStyle(.text, .info), time: time,
                sink: LineSink { line in lines.all.withLock { $0.append(line) } })
        }
        var own = logger
        own[metadataKey: "module"] = "jwt"
        own.info("made", metadata: ["module": "other"])
        own.debug("not written")
        #expect(lines.all.withLock { $0 } == ["time=\(time.now().iso8601) level=info message=made module=other"])
    }

    @Test func `of one key the entry's fact is written, else the provider's, else the logger's`() {
        let lines = Lines()
        var handler = LineLogHandler(
            style: LogStyle(.text, .info), time: ManualTime(),
            sink: LineSink { line in lines.all.withLock { $0.append(line) } })
        handler.metadataProvider = Logger.MetadataProvider { ["b": "provider", "c": "provider", "d": "provider"] }
        handler.metadata = ["a": "logger", "b": "logger", "c": "logger"]
        let finished = handler
        Logger(label: "test") { _ in finished }.info("made", metadata: ["c": "entry", "e": "entry"])
        #expect(lines.all.withLock { $0 }.first?.hasSuffix("a=logger b=provider c=entry d=provider e=entry") == true)
    }

    @Test(arguments: [(Logger.Level.info, 1), (.debug, 3)])
    func `what libraries say about their insides is for those who look for it`(level: Logger.Level, count: Int) {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in
            LineLogHandler(
                style: LogStyle(.json, level), time: ManualTime(),
                sink: LineSink { line in lines.all.withLock { $0.append(line) } })
        }
        logger.error("Waiting on child channel: x", source: "HummingbirdCore")
        logger.error("Service threw error", source: "ServiceLifecycle")
        logger.error("ours")
        #expect(lines.all.withLock { $0.count } == count)
    }
}

private final class Lines: Sendable {
    let all = Mutex<[String]>([])
}
