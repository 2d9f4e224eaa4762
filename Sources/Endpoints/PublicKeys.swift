import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird
import NIOCore

extension GatewayEndpoints {
    /// The keys that access tokens can be checked with.
    var publicKeys: [Endpoint] {
        let route = Route(
            .get, "/.well-known/jwks.json", "Shows the public keys of access tokens as a JWK Set (RFC 7517).",
            answers: [.init(.ok, "The key set; it may be kept for five minutes.")])
        return [
            Endpoint(route) { _, _, _ in
                Response(
                    status: .ok,
                    headers: [.contentType: "application/jwk-set+json", .cacheControl: "public, max-age=300"],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: issuer.publicKeySet())))
            }
        ]
    }
}
