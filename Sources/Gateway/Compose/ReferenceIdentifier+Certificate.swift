import GatewayKit
import NIOSSL

extension ReferenceIdentifier {
    /// Whether a certificate that TLS has taken is for this server, and not for its address alone.
    func isCertified(by certificate: NIOSSLCertificate) -> Bool {
        let names = certificate._subjectAlternativeNames().filter { $0.nameType == .dnsName }
        return isCertified(by: names.map { String(decoding: $0.contents, as: UTF8.self) })
    }
}
