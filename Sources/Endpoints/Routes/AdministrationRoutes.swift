import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes

/// Everybody's accounts and the audit trail, for administrators.
extension GatewayRoutes {
    static let usersListed = Answer.json(.ok, "A page of accounts.", Output.userPage, headers: [.noStore])
    static let userShown = Answer.json(
        .ok, "The account.", Output.user,
        headers: [.noStore, entityTag])
    static let userCreated = Answer.json(
        .created, "The account.", Output.user,
        headers: [.noStore, .varying(.location, "Where the account is shown."), entityTag])
    static let userDeleted = Answer.empty(.noContent, "The account is gone.")
    static let userLoggedOut = Answer.empty(.noContent, "The account's sessions and API keys have ended, everywhere.")
    static let userReset = Answer.json(.accepted, "A mail is on its way.", Output.message)
    static let eventsListed = Answer.json(.ok, "A page of events.", Output.auditPage, headers: [.noStore])

    var listUsers: Route<(String?, Int64?, String?)> {
        Route(
            .get, "/admin/users", "Lists the accounts whose names or addresses begin with a text, or all of them.",
            notes: RouteNotes(
                "listUsers", topic: Topic.users,
                "In the order of the names, and of the addresses where only those match."),
            input: .query(
                InputField(
                    "query", optional: .beginning,
                    "What names or addresses begin with; capitals are folded."),
                InputField("limit", optional: .pageLength, "How many there may be on a page; 50 where it is left out."),
                InputField("after", optional: .termCursor, "The 'next' of the page before.")
            ) { ($0, $1, $2) },
            security: .bearer, answers: [Self.usersListed.declaration], refusals: Self.refusalsOfOthers,
            admit: admitAdministrator)
    }

    var createUser: Route<UserAdministration.NewUser> {
        Route(
            .post, "/admin/users", "Makes an account.",
            notes: RouteNotes(
                "createUser", topic: Topic.users,
                "Where no password is stated, the account's address is mailed a link that sets one, which works once "
                    + "and for a day. Registration may be closed."),
            input: .object(
                [.json], closed: true,
                InputField("username", .username, "The name to log in with, in a-z, 0-9, '.', '_' and '-'."),
                InputField("email", .email, "The address that mail goes to, in ASCII."),
                InputField("password", optional: .newPassword(policy), "The password."),
                InputField("groups", optional: .groups, "Its groups; none where they are left out."),
                InputField(
                    "email_verified", optional: .boolean,
                    "Whether the address is known to be its owner's; else it is "
                        + "to be confirmed."),
                together: { username, email, password, _, _ in
                    guard let password = password ?? nil,
                        let refusal = policy.refusal(of: password, username: username, email: email)
                    else { return [] }
                    return [InputProblem("password", refusal)]
                }
            ) {
                UserAdministration.NewUser(
                    username: $0, email: $1, password: $2, groups: $3 ?? [], isEmailVerified: $4 ?? false)
            },
            security: .bearer, answers: [Self.userCreated.declaration],
            refusals: Self.refusalsOfOthers + [.usernameTaken, .emailTaken], admit: admitAdministrator)
    }

    var showUser: Route<Void> {
        Route(
            .get, "/admin/users/{id}", "Shows an account.",
            notes: RouteNotes("showUser", topic: Topic.users, parameters: [Self.user]),
            security: .bearer, answers: [Self.userShown.declaration], refusals: Self.refusalsOfOne)
    }

    var changeUser: Route<UserChange> {
        Route(
            .patch, "/admin/users/{id}",
            "Changes what is stated of an account: all of it or, where one part is "
                + "refused, nothing.",
            notes: RouteNotes(
                "changeUser", topic: Topic.users,
                "Its access tokens end at once, and its sessions go on with new ones; disabling it ends those too, and "
                    + "its API keys. A confirmed address is told of another that takes its place. One's own account "
                    + "cannot be disabled, nor leave the administrators.",
                parameters: [Self.user], headers: [Self.ifMatch]),
            input: .object(
                [.json], closed: true, InputField("username", optional: .username, "The name to log in with."),
                InputField(
                    "email", optional: .email,
                    "The address that mail goes to; it is not confirmed, unless that is "
                        + "stated too."),
                InputField("email_verified", optional: .boolean, "Whether the address is known to be its owner's."),
                InputField("groups", optional: .groups, "All its groups."),
                InputField("disabled", optional: .boolean, "Whether nobody can use it.")
            ) { UserChange(username: $0, email: $1, isEmailVerified: $2, groups: $3, isDisabled: $4) },
            security: .bearer, answers: [Self.userShown.declaration],
            refusals: Self.refusalsOfOne + [.usernameTaken, .emailTaken, .preconditionFailed],
            admit: admitAdministrator)
    }

    var deleteUser: Route<Void> {
        Route(
            .delete, "/admin/users/{id}", "Deletes an account; its name is never given to anybody else.",
            notes: RouteNotes(
                "deleteUser", topic: Topic.users,
                "One's own account is deleted by 'DELETE /auth/me' instead, with "
                    + "the password.", parameters: [Self.user], headers: [Self.ifMatch]),
            security: .bearer, answers: [Self.userDeleted.declaration],
            refusals: Self.refusalsOfOne + [.malformedRequest, .preconditionFailed])
    }

    var logOutUser: Route<Void> {
        Route(
            .post, "/admin/users/{id}/logout", "Ends all sessions and API keys of an account.",
            notes: RouteNotes("logOutUser", topic: Topic.users, parameters: [Self.user]),
            security: .bearer, answers: [Self.userLoggedOut.declaration], refusals: Self.refusalsOfOne)
    }

    var resetUser: Route<Void> {
        Route(
            .post, "/admin/users/{id}/reset-password", "Mails an account's address a link that sets a new password.",
            notes: RouteNotes(
                "resetUser", topic: Topic.users,
                "The password works until the link is followed. The link works once and for half an hour.",
                parameters: [Self.user]),
            security: .bearer, answers: [Self.userReset.declaration],
            refusals: Self.refusalsOfOne + [.accountDisabled])
    }

    var listEvents: Route<(AuditFilter, Int64?, AuditPlace?)> {
        Route(
            .get, "/admin/audit", "Lists events of the audit trail, the youngest first.",
            notes: RouteNotes(
                "listEvents", topic: Topic.users,
                "Every filter that is stated has to let an event through."),
            input: .query(
                InputField(
                    "account", optional: .text(1...128).described { $0.example = "mfzwizlsmvxgk3tfnzxxe2lomu" },
                    "The id of the account that they concern."),
                InputField(
                    "kind", optional: .text(1...64).described { $0.example = "login_failed" }, "What happened."),
                InputField("from", optional: .instant, "The moment that they happened at or later."),
                InputField("until", optional: .instant, "The moment that they happened before."),
                InputField("limit", optional: .pageLength, "How many there may be on a page; 50 where it is left out."),
                InputField("after", optional: .placeCursor, "The 'next' of the page before.")
            ) { account, kind, from, until, limit, place in
                let filter = AuditFilter(
                    account: account.map { AccountID($0) }, kind: kind.map { AuditEvent.Kind($0) }, from: from,
                    until: until)
                return (filter, limit, place)
            },
            security: .bearer, answers: [Self.eventsListed.declaration], refusals: Self.refusalsOfOthers,
            admit: admitAdministrator)
    }

    private static let entityTag = AnswerHeader.varying(
        .eTag, "The account's state, for 'If-Match'; it changes with all that is shown.")

    private static let user = PathParameter(
        "id", "The account's id, from the list.", example: "mfzwizlsmvxgk3tfnzxxe2lomu")

    private static let ifMatch = HeaderParameter(
        .ifMatch,
        "The 'ETag' that was answered with the account, so that nothing is done where somebody has changed it since.",
        pattern: IfMatch.pattern, example: "\"7-hTmJ3wTfzVQ0eR0C2u1qWQ\"")

    private static let refusalsOfOthers: [ProblemKind] = [.invalidToken, .forbidden]
    private static let refusalsOfOne = refusalsOfOthers + [.notFound]
}

extension InputRule where Value == Int64 {
    /// How many items a page may have.
    fileprivate static var pageLength: Self { wholeNumber(1...200).described { $0.example = 50 } }
}

extension InputRule where Value == Set<GroupName> {
    /// Groups, as many as an access token and a proxy's header field have room for.
    fileprivate static var groups: Self {
        let most = GroupName.mostOfAnAccount
        return InputRule<[String]>.texts
            .described {
                $0.counts = 0...most
                $0.lengths = 1...64
                $0.pattern = "^[a-z0-9._-]+$"
                $0.example = ["family"]
            }
            .compactMap { texts throws(InputRefusal) in
                guard texts.count <= most else {
                    throw InputRefusal("too_many", "must have at most \(most) entries")
                }
                var groups: Set<GroupName> = []
                for text in texts { groups.insert(try GroupName(text)) }
                return groups
            }
    }
}

extension InputRule where Value == String {
    /// What names or addresses begin with. A '+' of a query that is not encoded is read as a space.
    fileprivate static var beginning: Self {
        InputRule<String>.text(0...254)
            .described {
                $0.pattern = "^[!-~]*$"
                $0.example = "john"
            }
            .compactMap { text throws(InputRefusal) in
                guard text.isEmpty || TermPrefix(text) != nil else {
                    throw InputRefusal(
                        "invalid_characters", "must be of ASCII without spaces; a '+' is written %2B in a URL")
                }
                return text
            }
    }
}
