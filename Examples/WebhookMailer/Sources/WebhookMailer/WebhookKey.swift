import Crypto
import Foundation
import GatewayKit

/// Signs requests as Standard Webhooks has it (https://www.standardwebhooks.com, version 1): HMAC-SHA-256 over the id,
/// the time and the body.
struct WebhookKey: Sendable {
    private let bytes: Secret<[UInt8]>

    /// Takes a secret as it stands in the file; the refusal does not repeat it.
    init(_ typed: Secret<String>) throws(InputRefusal) {
        let text = typed.reveal()
        guard text.hasPrefix("whsec_"), let bytes = Data(base64Encoded: String(text.dropFirst(6))),
            (24...64).contains(bytes.count)
        else {
            throw InputRefusal("invalid_secret", "expected whsec_ and 24 to 64 random bytes in base64")
        }
        self.bytes = Secret(Array(bytes))
    }

    /// The value of `webhook-signature`.
    func signature(of body: [UInt8], id: String, at timestamp: String) -> String {
        var mac = HMAC<SHA256>(key: SymmetricKey(data: bytes.reveal()))
        mac.update(data: Array("\(id).\(timestamp).".utf8))
        mac.update(data: body)
        return "v1," + Data(mac.finalize()).base64EncodedString()
    }
}
