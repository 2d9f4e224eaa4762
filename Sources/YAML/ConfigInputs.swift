import Foundation

/// What `${env:NAME}` and `${file:/path}` are filled in from.
public struct ConfigInputs: Sendable {
    /// Why a file's content cannot be had.
    public enum FileRefusal: Error, Hashable, Sendable {
        /// It is not there, is no file, or may not be read; the reason in a few words.
        case unreadable(String)
        /// It has more bytes than the limit.
        case tooLong
    }

    /// The value of an environment variable; nil when it is not set.
    public let environment: @Sendable (_ name: String) -> String?
    /// The bytes of a file, unless there are more than the limit.
    public let readFile: @Sendable (_ path: String, _ limit: Int) throws(FileRefusal) -> [UInt8]

    /// States both.
    public init(
        environment: @escaping @Sendable (_ name: String) -> String?,
        readFile: @escaping @Sendable (_ path: String, _ limit: Int) throws(FileRefusal) -> [UInt8]
    ) {
        self.environment = environment
        self.readFile = readFile
    }

    /// An environment and files by their paths, as values; for tests.
    public init(environment: [String: String] = [:], files: [String: String] = [:]) {
        self.init(environment: { environment[$0] }) { (path, limit) throws(FileRefusal) in
            guard let content = files[path] else { throw .unreadable("no such file") }
            guard content.utf8.count <= limit else { throw .tooLong }
            return Array(content.utf8)
        }
    }

    /// This process's environment and the machine's files.
    public static var system: ConfigInputs {
        let environment = ProcessInfo.processInfo.environment
        return ConfigInputs(environment: { environment[$0] }, readFile: systemFile)
    }

    /// Reads a file of the machine, unless it has more bytes than the limit.
    public static func systemFile(_ path: String, _ limit: Int) throws(FileRefusal) -> [UInt8] {
        let content: [UInt8]
        do throws(UnreadableFile) {
            content = try MachineFile.contents(of: path, upTo: limit)
        } catch {
            throw .unreadable(error.reason)
        }
        guard content.count <= limit else { throw .tooLong }
        return content
    }
}
