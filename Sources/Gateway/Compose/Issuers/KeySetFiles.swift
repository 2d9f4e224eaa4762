import Foundation
import GatewayAccess
import GatewayJOSE
import GatewayKit
import GatewayYAML
import NIOSSL

/// Reads key sets, and whom to trust, from files, on a thread of its own.
actor KeySetFiles {
    private let executor = BlockingExecutor(label: "key set files")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// The text of a file.
    func text(at path: String) throws(KeySetFailure) -> [UInt8] {
        try text(at: path, upTo: JWKSet.maximumLength)
    }

    /// The certificates of a file in PEM, one at least.
    func certificates(at path: String) throws(KeySetFailure) -> [NIOSSLCertificate] {
        // Those that systems come with have a quarter of a megabyte.
        let text = try text(at: path, upTo: 4 * 1024 * 1024)
        let certificates = (try? NIOSSLCertificate.fromPEMBytes(text)) ?? []
        guard !certificates.isEmpty else { throw KeySetFailure("\(path) holds no certificates in PEM") }
        return certificates
    }

    private func text(at path: String, upTo limit: Int) throws(KeySetFailure) -> [UInt8] {
        do throws(UnreadableFile) {
            return try MachineFile.contents(ofAny: path, upTo: limit)
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
