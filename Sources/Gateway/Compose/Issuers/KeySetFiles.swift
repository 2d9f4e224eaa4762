import Foundation
import GatewayAccess
import GatewayJOSE
import GatewayKit
import GatewayYAML

/// Reads key sets from files, on a thread of its own.
actor KeySetFiles {
    private let executor = BlockingExecutor(label: "key set files")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The text of a file.
    func text(at path: String) throws(KeySetFailure) -> [UInt8] {
        do throws(UnreadableFile) {
            return try MachineFile.contents(ofAny: path, upTo: JWKSet.maximumLength)
        } catch {
            throw KeySetFailure("\(path) cannot be read: \(error.reason)")
        }
    }

    /// Whether group or others may read what a path leads to.
    func isReadableByOthers(_ path: String) -> Bool {
        // Mounted secrets are often links, whose own mode says nothing.
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: target)
        return (attributes?[.posixPermissions] as? Int ?? 0) & 0o077 != 0
    }
}
