import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes

/// One's own account and where one is logged in.
extension GatewayRoutes {
    static let shown = Answer.json(.ok, "The account.", Output.account, headers: [.noStore])
    static let passwordChanged = Answer.empty(.noContent, "The password is the new one.")
    static let deleted = Answer.empty(.noContent, "The account is gone.")
    static let listed = Answer.json(.ok, "The sessions.", Output.list(of: .session), headers: [.noStore])
    static let sessionEnded = Answer.empty(.noContent, "The session has ended, everywhere.")

    var me: Route<Void> {
        Route(
            .get, "/auth/me", "Shows one's own account.", notes: RouteNotes("showMe", topic: Topic.profile),
            security: .bearer, answers: [Self.shown.declaration], refusals: [.invalidToken])
    }

    var rename: Route<Username> {
        Route(
            .patch, "/auth/me", "Renames one's own account; the old name is never given to anybody else.",
            notes: RouteNotes("renameMe", topic: Topic.profile),
            input: .object([.json], InputField("username", .username, "The new name.")) { $0 },
            security: .bearer, answers: [Self.shown.declaration], refusals: [.invalidToken, .usernameTaken],
            admit: admit)
    }

    var changePassword: Route<(Password, Password)> {
        Route(
            .post, "/auth/change-password", "Sets another password and ends the other sessions.",
            notes: RouteNotes("changePassword", topic: Topic.profile),
            input: .object(
                [.json], InputField("current_password", .password, "The password until now."),
                InputField("new_password", .newPassword(policy), "The password from now on.")
            ) { ($0, $1) },
            security: .bearer, answers: [Self.passwordChanged.declaration],
            refusals: [.invalidToken, .invalidCredentials, .tooManyRequests, .busy], admit: admit)
    }

    var delete: Route<Password> {
        Route(
            .delete, "/auth/me", "Deletes one's own account; its name is never given to anybody else.",
            notes: RouteNotes("deleteMe", topic: Topic.profile),
            input: .object([.json], InputField("current_password", .password, "The password.")) { $0 },
            security: .bearer, answers: [Self.deleted.declaration],
            refusals: [.invalidToken, .invalidCredentials, .tooManyRequests, .busy], admit: admit)
    }

    var listSessions: Route<Void> {
        Route(
            .get, "/auth/sessions", "Lists one's own sessions, the youngest first.",
            notes: RouteNotes("listSessions", topic: Topic.sessions), security: .bearer,
            answers: [Self.listed.declaration], refusals: [.invalidToken])
    }

    var endSession: Route<Void> {
        Route(
            .delete, "/auth/sessions/{id}", "Ends one of one's own sessions.",
            notes: RouteNotes(
                "endSession", topic: Topic.sessions,
                parameters: [
                    PathParameter("id", "The session's id, from the list.", example: "mfzwizlsmvxgk3tfnzxxe2lomu")
                ]),
            security: .bearer, answers: [Self.sessionEnded.declaration], refusals: [.invalidToken, .notFound])
    }
}
