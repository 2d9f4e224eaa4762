import GatewayAccounts
import GatewayHTTP
import GatewayKit

extension Output where Value == Grant {
    /// What an OAuth 2.0 token endpoint answers (RFC 6749, section 5.1).
    static let tokens = object(
        "Tokens", "What somebody who has logged in holds.",
        OutputField(
            "access_token", .text, "Goes into 'Authorization: Bearer' of each request.",
            example: "eyJ0eXAiOiJhdCtqd3Qi…"
        ) { $0.access.token.reveal() },
        OutputField("token_type", .constant("bearer"), "The scheme that the access token is for.") { _ in "bearer" },
        OutputField("expires_in", .wholeNumber, "How long the access token lasts, in seconds.", example: 600) {
            Int64($0.expiresIn.wholeSecondsRoundedUp)
        },
        OutputField(
            "refresh_token", .text, "Gets the next tokens, once.",
            example: "V2hhdCB5b3UgcmVhZCBpcyBub3QgYSB0b2tlbiBhdCBhbGw"
        ) { $0.refreshToken.reveal() })
}

extension Output where Value == Account {
    /// An account as its owner sees it.
    static let account = object(
        "Account", "One's own account.",
        OutputField("id", .text, "Its id, which stays and is never given again.", example: .string(exampleID)) {
            $0.id.text
        },
        OutputField("username", .text, "The name to log in with.", example: "johndoe") { $0.username.text },
        OutputField("email", .text, "The address that mail goes to.", example: "john@example.com") { $0.email.text },
        OutputField("email_verified", .boolean, "Whether its owner has shown that the address is theirs.") {
            $0.isEmailVerified
        },
        OutputField("groups", .list(of: .text), "The groups that it is in.", example: ["family", "admins"]) {
            $0.groups.map(\.text)
        },
        OutputField("created_at", .instant, "When it was made.") { $0.createdAt },
        OutputField("last_login_at", .optional(.instant), "When somebody last logged in to it.") { $0.lastLoginAt })
}

extension Output where Value == SessionList.Entry {
    /// A session as its owner sees it.
    static let session = object(
        "Session", "Somewhere that one is logged in.",
        OutputField("id", .text, "Its id, to end it by.", example: .string(exampleID)) { $0.session.id.text },
        OutputField("created_at", .instant, "When it began.") { $0.session.createdAt },
        OutputField("last_used_at", .instant, "When its tokens were last refreshed.") { $0.session.lastUsedAt },
        OutputField("ip", .optional(.text), "The address that logged in, if known.", example: "192.0.2.7") {
            $0.session.address
        },
        OutputField(
            "user_agent", .optional(.text), "What the browser or app called itself then.", example: "Mozilla/5.0"
        ) { $0.session.userAgent },
        OutputField("current", .boolean, "Whether it is the session that asks.") { $0.isCurrent })
}

extension Output where Value == APIKey {
    /// A key as its owner sees it later.
    static let key = object(
        "APIKey", "An API key, without its text.",
        OutputField("id", .text, "Its id, to revoke it by.", example: .string(exampleID)) { $0.id },
        OutputField("name", .text, "What its owner calls it.", example: "backup") { $0.name.text },
        OutputField("created_at", .instant, "When it was made.") { $0.createdAt },
        OutputField("expires_at", .optional(.instant), "When it ends, if ever.") { $0.expiresAt },
        OutputField(
            "paths", .optional(.list(of: .text)), "The paths that it is for; null for all.", example: ["/reports/**"]
        ) { $0.scope?.patterns })
}

extension Output where Value == PersonalKeys.NewKey {
    /// A key as it is shown once.
    static let newKey = object(
        "NewAPIKey", "An API key with its text, which is shown this once.",
        OutputField("id", .text, "Its id, to revoke it by.", example: .string(exampleID)) { $0.key.id },
        OutputField("name", .text, "What its owner calls it.", example: "backup") { $0.key.name.text },
        OutputField(
            "key", .text, "Goes into 'Authorization: Bearer' of each request.",
            example: "agk_V2hhdCB5b3UgcmVhZCBpcyBub3QgYSB0b2tlbiBhdCA"
        ) { $0.token.reveal() },
        OutputField("created_at", .instant, "When it was made.") { $0.key.createdAt },
        OutputField("expires_at", .optional(.instant), "When it ends, if ever.") { $0.key.expiresAt },
        OutputField(
            "paths", .optional(.list(of: .text)), "The paths that it is for; null for all.", example: ["/reports/**"]
        ) { $0.key.scope?.patterns })
}

extension Output where Value == String {
    /// A sentence for the person at the screen.
    static let message = object(
        "Message", "An answer in words.",
        OutputField("message", .text, "A sentence for a person.", example: "What was asked for is done.") {
            $0
        })
}

extension Output where Value == Username {
    /// What registering answers.
    static let registered = object(
        "Registered", "The new account.",
        OutputField("message", .constant("User registered successfully"), "Always the same.") { _ in "" },
        OutputField("user", .text, "The name to log in with, its capitals folded.", example: "johndoe") { $0.text })
}

/// An id as examples show it.
let exampleID = "mfzwizlsmvxgk3tfnzxxe2lomu"
