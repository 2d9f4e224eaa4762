import Foundation
import GatewayHTTP
import GatewayKit
import GatewayYAML
import Logging

/// A configuration that was read, decoded and linked: what a verb works on. Nothing was opened or written for it.
struct Deployment: Sendable {
    let settings: GatewaySettings
    let file: ConfigurationFile
    /// The file's nodes, which the effective configuration is printed from.
    let node: ConfigNode
    let host: Host

    /// What is unwise in the file.
    let warnings: [ConfigProblem]

    /// Reads the file that the command line names; throws ``Failure`` with every problem in it, and prints warnings
    /// unless they are logged.
    static func read(_ option: FileOption, printingWarnings: Bool = true, on host: Host) throws(Failure) -> Deployment {
        let file = try ConfigurationFile.find(option, on: host)
        let outcome = Decoding.decode(file, host: host)
        let text = outcome.diagnostics.trimmingCharacters(in: .newlines)
        guard let settings = outcome.settings else {
            throw Failure(text, status: ExitStatus.unusableConfiguration, problems: outcome.problems)
        }
        if printingWarnings, !text.isEmpty { host.complain(text) }
        return Deployment(
            settings: settings, file: file, node: outcome.node, host: host, warnings: outcome.problems)
    }

    /// Every setting with its value, defaults filled in, secrets left out.
    var effectiveConfiguration: String {
        EffectiveConfiguration.yaml(for: node, root: GatewaySettings.root, registry: host.registry)
    }

    /// A path of the file, made absolute.
    func path(_ path: String) -> String { absolutePath(path, in: file.folder) }

    /// The deployment's log, on standard error, for a verb that does one thing.
    func logger(atLeast least: Logger.Level) -> Logger {
        logger(in: LogStyle(logFormat, max(settings.server.log.level, least)))
    }

    /// The deployment's log, on standard error.
    func logger(in style: LogStyle) -> Logger {
        let sink = LineSink { line in host.complain(line) }
        return Logger(label: "auth-gateway") { _ in LineLogHandler(style: style, time: host.time, sink: sink) }
    }

    /// How the file has lines logged.
    var logStyle: LogStyle { LogStyle(logFormat, settings.server.log.level) }

    /// How the file has a line written.
    var logFormat: LineLogHandler.Format { settings.server.log.format == .json ? .json : .text }
}

/// A configuration's text and where it lies.
struct ConfigurationFile: Sendable {
    /// The file as the operator named it; diagnostics begin with it.
    let name: String
    /// The absolute path, in whose folder relative paths begin.
    let path: String
    let bytes: [UInt8]
    /// Whether no file was named and none was there.
    var isNone = false

    /// What it is called when it is read again: one that was not there may be there then.
    var nameWhenReread: String { isNone ? Self.usualName : name }

    /// The file that is taken when none is named.
    private static let usualName = "config.yaml"

    /// Whether there is nothing in it but space.
    var isBlank: Bool { bytes.allSatisfy { [0x09, 0x0A, 0x0D, 0x20].contains($0) } }

    /// The absolute folder that relative paths begin at.
    var folder: String { (path as NSString).deletingLastPathComponent }

    /// The file that the command line, the environment or habit names, in that order; nothing at all is an empty one.
    static func find(_ option: FileOption, on host: Host) throws(Failure) -> ConfigurationFile {
        let current = FileManager.default.currentDirectoryPath
        let named = option.config ?? host.environment["AUTH_GATEWAY_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let name = named ?? usualName
        let path = URL(fileURLWithPath: name.hasPrefix("/") ? name : current + "/" + name).standardizedFileURL.path
        if named == nil, FileManager.default.hasNothing(at: path) {
            return ConfigurationFile(name: "built-in defaults", path: path, bytes: [], isNone: true)
        }
        do throws(UnreadableFile) {
            // A file that is too large is refused by its reader, with its place.
            let bytes = try MachineFile.contents(ofAny: path, upTo: YAMLReader.Limits().bytes)
            return ConfigurationFile(name: name, path: path, bytes: bytes)
        } catch {
            throw Failure(
                "\(name): error: cannot be read: \(error.reason)", status: ExitStatus.unusableConfiguration)
        }
    }
}

extension FileManager {
    /// Whether there is nothing at the path; a link that leads nowhere is something, and so is what nobody may look at.
    func hasNothing(at path: String) -> Bool {
        do {
            _ = try attributesOfItem(atPath: path)
            return false
        } catch {
            let code = (error as? CocoaError)?.code
            return code == .fileReadNoSuchFile || code == .fileNoSuchFile
        }
    }
}
