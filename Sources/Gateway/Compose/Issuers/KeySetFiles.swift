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
}
