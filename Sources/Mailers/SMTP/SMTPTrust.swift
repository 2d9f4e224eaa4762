import GatewayKit
import NIOCore
import NIOPosix
import NIOSSL

/// Whom to believe that he is the mail server.
struct SMTPTrust: Sendable {
    private let context: NIOSSLContext
    /// The server's name, in lower case; nil where it is an address, which TLS compares by itself.
    private let name: String?
    private let verifies: Bool

    /// Trusts the authorities of a PEM file, or of the system, to say who a host is, or else, where nothing is to be
    /// verified, anybody; throws for a file that cannot be used.
    init(host: String, authorities path: String?, verifies: Bool) async throws {
        name = IPAddress(host) == nil ? host.lowercased() : nil
        self.verifies = verifies
        // Reading a hundred authorities takes a while, and no event loop's.
        context = try await NIOThreadPool.singleton.runIfActive {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.certificateVerification = verifies ? .fullVerification : .none
            // A server that does not end TLS holds up nobody.
            configuration.shutdownTimeout = .seconds(1)
            if let path { configuration.trustRoots = .certificates(try Self.authorities(in: path)) }
            return try NIOSSLContext(configuration: configuration)
        }
    }

    /// What begins TLS on a connection.
    func handler() throws -> NIOSSLClientHandler { try NIOSSLClientHandler(context: context, serverHostname: name) }

    /// Whether a certificate that TLS has taken is for the server's name. NIOSSL takes one for the address alone, too;
    /// whoever can answer a look-up of the name could be the server by a certificate for his own address.
    func accepts(_ certificate: NIOSSLCertificate?) -> Bool {
        guard verifies, let name else { return true }
        guard let certificate else { return false }
        return certificate._subjectAlternativeNames().contains { other in
            other.nameType == .dnsName && Self.matches(name, String(decoding: other.contents, as: UTF8.self))
        }
    }

    /// Whether a name is the certificate's, in which a star may stand for the first label (RFC 9525, section 6.3).
    static func matches(_ name: String, _ certified: String) -> Bool {
        let certified = certified.lowercased()
        guard certified.hasPrefix("*.") else { return certified == name }
        guard let dot = name.firstIndex(of: ".") else { return false }
        return certified.dropFirst() == name[dot...]
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
