import Foundation
import GatewayKit

/// What the file says beside `use: acme.webhook-mailer`.
struct WebhookSettings: Sendable {
    let url: String
    let secret: WebhookKey
    let deadline: Duration

    static let settings = Settings<WebhookSettings>.object(
        "Mail to a webhook.",
        Field(
            "url", .url(["https", "http"]).compactMap(endpoint),
            required: "Where mails are posted to; http is for this machine only."),
        Field(
            "secret", Settings<Secret<String>>.secret.compactMap(WebhookKey.init),
            required: "What requests are signed with: whsec_ and 24 to 64 random bytes in base64."),
        Field(
            "deadline", .duration(.seconds(1) ... .seconds(45)), default: "10s",
            "How long the receiver may take to answer.")
    ) { url, secret, deadline in WebhookSettings(url: url, secret: secret, deadline: deadline) }

    /// A URL that mails can be trusted to.
    private static func endpoint(_ text: String) throws(InputRefusal) -> String {
        let parts = URLComponents(string: text)
        guard parts?.user == nil, parts?.password == nil, parts?.fragment == nil else {
            throw InputRefusal("invalid_url", "must have no user, password or fragment; requests are signed")
        }
        let isLocal = ["localhost", "127.0.0.1", "[::1]", "::1"].contains(parts?.host?.lowercased())
        guard parts?.scheme?.lowercased() == "https" || isLocal else {
            throw InputRefusal("insecure_url", "must be https; http is for this machine only")
        }
        return text
    }
}
