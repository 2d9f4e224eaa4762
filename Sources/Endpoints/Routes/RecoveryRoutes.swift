import GatewayHTTP
import GatewayKit
import HTTPTypes

/// Setting a forgotten password.
extension GatewayRoutes {
    static let linkMailed = Answer.json(.accepted, "The same message for every address.", Output.message)
    static let form = Answer.page(.ok, "The form, the same for any token.", headers: LinkPage.headers)
    static let passwordReset = Answer.json(.ok, "The password is the new one.", Output.message)
    static let passwordResetPage = Answer.page(.ok, "Browsers get a page that says so.", headers: LinkPage.headers)

    static let token = PathParameter(
        "token", "What the mailed link ends with.", example: "bm90IGEgdG9rZW4gZWl0aGVy")

    var forgotPassword: Route<EmailAddress> {
        Route(
            .post, "/auth/forgot-password", "Mails a link that sets a new password, if the address is an account's.",
            notes: RouteNotes(
                "forgotPassword", topic: Topic.recovery,
                "The answer is the same, and as fast, for every address. The link works once and for half an hour."),
            input: .object([.json], InputField("email", .email, "The account's address.")) { $0 },
            answers: [Self.linkMailed.declaration])
    }

    var resetForm: Route<Void> {
        Route(
            .get, "/auth/reset-password/{token}", "Shows a small form for any token, and consumes nothing.",
            notes: RouteNotes(
                "showResetForm", topic: Topic.recovery,
                "This is where mailed links lead, unless the deployment has a "
                    + "page of its own for them.", parameters: [Self.token]),
            answers: [Self.form.declaration], refusalForm: .problemOrPage,
            rendering: { problem, request in request.wantsPage ? LinkPage.refusal(problem) : nil })
    }

    var reset: Route<Password> {
        Route(
            .post, "/auth/reset-password/{token}",
            "Sets a new password by a mailed link, and ends every session and API key of the account.",
            notes: RouteNotes("resetPassword", topic: Topic.recovery, parameters: [Self.token]),
            input: .object(
                [.json, .form], InputField("new_password", .laterPassword(policy), "The password from now on.")
            ) { $0 },
            answers: [Self.passwordReset.declaration, Self.passwordResetPage.declaration],
            refusals: [.invalidLink, .busy], refusalForm: .problemOrPage,
            rendering: { problem, request in request.wantsPage ? ResetPage.refusal(problem) : nil })
    }
}
