import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes

/// One's own API keys.
extension GatewayRoutes {
    static let keyCreated = Answer.json(
        .created, "The key; its text is never shown again.", Output.newKey, headers: [.noStore])
    static let keysListed = Answer.json(
        .ok, "The keys, without their texts.", Output.list(of: .key), headers: [.noStore])
    static let keyRevoked = Answer.empty(.noContent, "The key is refused, everywhere.")

    var createKey: Route<(KeyName, Duration?, Timestamp?, KeyScope?)> {
        Route(
            .post, "/auth/keys", "Makes an API key, with which a script passes where its owner may.",
            notes: RouteNotes(
                "createKey", topic: Topic.keys,
                "Scripts send it as 'Authorization: Bearer' through the proxy. It opens none of the routes of this "
                    + "document but those for apps and reverse proxies. It ends when it is revoked, when the password "
                    + "is reset, and with the account; logging out and changing the password leave it."),
            input: .object(
                [.json], InputField("name", .keyName, "What to call it."),
                InputField("expires_in", optional: .keyLifetime, "How long it lasts, in seconds."),
                InputField(
                    "expires_at", optional: .instant,
                    "When it ends; of both the sooner counts, and with neither it lasts until it is revoked."),
                InputField("paths", optional: .keyScope, "The paths that it is for; without them, all paths.")
            ) { ($0, $1, $2, $3) },
            security: .bearer, answers: [Self.keyCreated.declaration], refusals: [.invalidToken, .tooManyKeys],
            admit: admit)
    }

    var listKeys: Route<Void> {
        Route(
            .get, "/auth/keys", "Lists one's own API keys, the youngest first.",
            notes: RouteNotes("listKeys", topic: Topic.keys), security: .bearer,
            answers: [Self.keysListed.declaration], refusals: [.invalidToken])
    }

    var revokeKey: Route<Void> {
        Route(
            .delete, "/auth/keys/{id}", "Revokes one of one's own API keys.",
            notes: RouteNotes(
                "revokeKey", topic: Topic.keys,
                parameters: [
                    PathParameter("id", "The key's id, from the list.", example: "mfzwizlsmvxgk3tfnzxxe2lomu")
                ]),
            security: .bearer, answers: [Self.keyRevoked.declaration], refusals: [.invalidToken, .notFound])
    }
}

extension InputRule where Value == KeyName {
    /// What a key is called.
    fileprivate static var keyName: Self {
        InputRule<String>.text(1...64).described { $0.example = "backup" }
            .compactMap { text throws(InputRefusal) in try KeyName(text) }
    }
}

extension InputRule where Value == Duration {
    /// From a minute to ten years, in seconds.
    fileprivate static var keyLifetime: Self {
        InputRule<Int64>.wholeNumber(60...315_360_000).described { $0.example = 7_776_000 }
            .compactMap { seconds throws(InputRefusal) in Duration.seconds(seconds) }
    }
}

extension InputRule where Value == KeyScope {
    /// The paths that a key is for.
    fileprivate static var keyScope: Self {
        InputRule<[String]>.texts
            .described {
                $0.counts = KeyScope.counts
                $0.lengths = KeyScope.lengths
                $0.pattern = KeyScope.pattern
                $0.example = ["/reports/**"]
            }
            .compactMap { texts throws(InputRefusal) in try KeyScope(texts) }
    }
}
