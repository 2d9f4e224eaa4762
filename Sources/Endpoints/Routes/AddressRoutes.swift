import GatewayHTTP
import GatewayKit
import HTTPTypes

/// Confirming addresses, and changing them.
extension GatewayRoutes {
    static let confirmationMailed = Answer.json(.accepted, "The same message for every address.", Output.message)
    static let button = Answer.page(.ok, "A page with a button, the same for any token.", headers: LinkPage.headers)
    static let namingButton = Answer.page(
        .ok, "A page with a button, and the name of the account where the link works.", headers: LinkPage.headers)
    static let confirmed = Answer.json(.ok, "The address is the account's.", Output.message)
    static let addressPage = Answer.page(.ok, "Browsers get a page that says so.", headers: LinkPage.headers)
    static let changeMailed = Answer.json(
        .accepted, "A mail is on its way to the new address, to whomever it belongs.", Output.message)
    static let restored = Answer.json(.ok, "The account has its former address.", Output.message)

    var sendConfirmation: Route<EmailAddress> {
        Route(
            .post, "/auth/verify-email",
            "Mails a link that confirms an address, if an account has it unconfirmed or waits for it.",
            notes: RouteNotes(
                "sendConfirmation", topic: Topic.addresses,
                "The answer is the same, and as fast, for every address. The link works once and for a day."),
            input: .object([.json], InputField("email", .email, "The account's address.")) { $0 },
            answers: [Self.confirmationMailed.declaration])
    }

    var confirmationForm: Route<Void> {
        form("/auth/verify-email/{token}", "showConfirmation", Self.namingButton)
    }

    var confirm: Route<Void> {
        Route(
            .post, "/auth/verify-email/{token}", "Confirms an address by a mailed link.",
            notes: RouteNotes(
                "confirmAddress", topic: Topic.addresses,
                "A registration that waits for it becomes an account. Where an account had another address, that one "
                    + "is told and can be taken back for seven days; access tokens that state it end.",
                parameters: [Self.token]),
            answers: [Self.confirmed.declaration, Self.addressPage.declaration], refusals: [.invalidLink],
            refusalForm: .problemOrPage,
            rendering: { problem, request in request.wantsPage ? LinkPage.refusal(problem) : nil })
    }

    var changeEmail: Route<(EmailAddress, Password)> {
        Route(
            .post, "/auth/change-email", "Asks for another address for one's own account.",
            notes: RouteNotes(
                "changeEmail", topic: Topic.addresses,
                "It takes effect when the link that is mailed there is followed. Whether the address is somebody "
                    + "else's is not told."),
            input: .object(
                [.json], InputField("email", .email, "The new address."),
                InputField("current_password", .password, "The password.")
            ) { ($0, $1) },
            security: .bearer, answers: [Self.changeMailed.declaration],
            refusals: [.invalidToken, .invalidCredentials, .tooManyRequests, .busy], admit: admit)
    }

    var restoringForm: Route<Void> {
        form("/auth/restore-email/{token}", "showRestoring", Self.button)
    }

    var restoreEmail: Route<Void> {
        Route(
            .post, "/auth/restore-email/{token}",
            "Gives an account its former address back, by the link that was mailed there.",
            notes: RouteNotes(
                "restoreAddress", topic: Topic.addresses,
                "Every session and API key ends, the password works no more, and a link that sets a new one is mailed.",
                parameters: [Self.token]),
            answers: [Self.restored.declaration, Self.addressPage.declaration], refusals: [.invalidLink, .busy],
            refusalForm: .problemOrPage,
            rendering: { problem, request in request.wantsPage ? LinkPage.refusal(problem) : nil })
    }

    private func form(_ path: String, _ operation: String, _ page: Answer<String>) -> Route<Void> {
        Route(
            .get, path, "Shows a page with a button for any token, and consumes nothing.",
            notes: RouteNotes(
                operation, topic: Topic.addresses,
                "This is where mailed links lead, unless the deployment has a page of its own for them. Programs that "
                    + "look through mails open links; only the button does something.", parameters: [Self.token]),
            answers: [page.declaration], refusalForm: .problemOrPage,
            rendering: { problem, request in request.wantsPage ? LinkPage.refusal(problem) : nil })
    }
}
