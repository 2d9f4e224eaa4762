import NIOCore
import NIOPosix
import NIOSSL

/// Whom to believe that he is the mail server.
enum SMTPTrust {
    /// What a connection's TLS is made with; throws for a file of authorities that cannot be used.
    static func context(authorities path: String?, verifies: Bool) async throws -> NIOSSLContext {
        // Reading a hundred authorities takes a while, and no event loop's.
        try await NIOThreadPool.singleton.runIfActive {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.certificateVerification = verifies ? .fullVerification : .none
            // A server that does not end TLS holds up nobody.
            configuration.shutdownTimeout = .seconds(1)
            if let path { configuration.trustRoots = .certificates(try authorities(in: path)) }
            return try NIOSSLContext(configuration: configuration)
        }
    }

    /// Says in an operator's words what TLS has failed by.
    static func words(for error: any Error) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is none that is trusted here (a private authority's goes into mail.ca)"
        }
        if case .some(.failedToValidateHostname) = error as? NIOSSLExtraError {
            return "its certificate is for another name than mail.host"
        }
        return text
    }

    private static func authorities(in path: String) throws -> [NIOSSLCertificate] {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw UnusableAuthorities(path: path)
        }
        guard !certificates.isEmpty else { throw UnusableAuthorities(path: path) }
        return certificates
    }
}

/// A file in which there are no certificates.
struct UnusableAuthorities: Error, Hashable, CustomStringConvertible {
    let path: String

    var description: String { "mail.ca: \(path) cannot be read as PEM certificates" }
}
