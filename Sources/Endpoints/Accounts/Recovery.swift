import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// Setting a forgotten password.
    var recovery: [Endpoint] { [forgotPassword, resetForm, reset] }

    private var forgotPassword: Endpoint {
        let route = Route(
            .post, "/auth/forgot-password", "Mails a link that sets a new password, if the address is an account's.",
            input: .object([.json], InputField("email", .email, "The account's address.")) { $0 },
            answers: [.init(.accepted, "The same message for every address.")])
        return Endpoint(route) { email, request, exchange in
            try await calling { () async throws(AccountsError) in
                try await flows.recovery.requestReset(for: email, from: Visitor(request, exchange))
            }
            let body: JSONValue = ["message": "If the address belongs to an account, a mail is on its way to it."]
            return Response.json(body, status: .accepted)
        }
    }

    private var resetForm: Endpoint {
        let route = Route(
            .get, "/auth/reset-password/{token}", "Shows a small form for any token, and consumes nothing.",
            answers: [.init(.ok, "The form.")])
        return Endpoint(route) { _, _, _ in ResetPage.form() }
    }

    private var reset: Endpoint {
        let route = Route(
            .post, "/auth/reset-password/{token}",
            "Sets a new password by a mailed link, and ends every session of the account.",
            input: .object([.json, .form], InputField("new_password", .password, "The password from now on.")) { $0 },
            answers: [.init(.ok, "The password is the new one.")], refusals: [.invalidLink, .busy],
            rendering: { problem, request in request.wantsPage ? ResetPage.refusal(problem) : nil })
        return Endpoint(route) { password, request, exchange in
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.recovery.reset(
                    by: OpaqueToken(exchange.parameter("token")), to: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .reset where request.wantsPage: return ResetPage.done()
            case .reset: return Response.json(["message": "The password has been changed; log in with the new one."])
            case .invalidLink: throw Problem.invalidLink
            case .passwordRefused(let refusal): throw Problem.invalidInput([InputProblem("new_password", refusal)])
            }
        }
    }
}

extension Request {
    /// Whether a browser asks that shows its user what comes back: it names HTML outright, as apps do not.
    fileprivate var wantsPage: Bool {
        headers[values: .accept].contains { $0.lowercased().contains("text/html") }
    }
}
