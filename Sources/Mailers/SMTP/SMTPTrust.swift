import GatewayKit
import NIOCore
import NIOPosix
import NIOSSL

/// Whom to believe that he is the mail server.
struct SMTPTrust: Sendable {
    private let context: NIOSSLContext
    private let server: ReferenceIdentifier
    private let verifies: Bool

    /// Trusts the authorities of a PEM file, or of the system, to say who a host is, or else, where nothing is to be
    /// verified, anybody; throws for a file that cannot be used.
    init(host: String, authorities path: String?, verifies: Bool) async throws {
        let server = ReferenceIdentifier(host: host)
        self.server = server
        self.verifies = verifies
        // NIOSSL finds no name with an underscore in any certificate, such as networks of containers have; `accepts`
        // does.
        let verification =
            server.name?.contains("_") == true
            ? CertificateVerification.noHostnameVerification : .fullVerification
        // Reading a hundred authorities takes a while, and no event loop's.
        context = try await NIOThreadPool.singleton.runIfActive {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.certificateVerification = verifies ? verification : .none
            // A server that does not end TLS holds up nobody.
            configuration.shutdownTimeout = .seconds(1)
            if let path { configuration.trustRoots = .certificates(try Self.authorities(in: path)) }
            return try NIOSSLContext(configuration: configuration)
        }
    }

    /// What begins TLS on a connection.
    func handler() throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: context, serverHostname: server.name)
    }

    /// Whether a certificate that TLS has taken is for the server's name, and not for its address alone.
    func accepts(_ certificate: NIOSSLCertificate?) -> Bool {
        guard verifies else { return true }
        let names = certificate?._subjectAlternativeNames().filter { $0.nameType == .dnsName } ?? []
        return server.isCertified(by: names.map { String(decoding: $0.contents, as: UTF8.self) })
    }

    /// Says in an operator's words what TLS has failed by.
    static func words(for error: any Error) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            return "its certificate is none that is trusted here (a private authority's goes into mail.ca)"
        }
        if case .some(.failedToValidateHostname) = error as? NIOSSLExtraError { return misnamed }
        return text
    }

    /// The words for a certificate of somebody else.
    static let misnamed = "its certificate is for another name than mail.host"

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
