import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// Setting a forgotten password.
    var recovery: [Endpoint] { [forgotPassword, resetForm, reset] }

    private var forgotPassword: Endpoint {
        Endpoint(routes.forgotPassword) { email, request, exchange in
            try await calling { () async throws(AccountsError) in
                try await flows.recovery.requestReset(for: email, from: Visitor(request, exchange))
            }
            return GatewayRoutes.linkMailed.response(
                "If the address belongs to an account, a mail is on its way to it.")
        }
    }

    private var resetForm: Endpoint {
        Endpoint(routes.resetForm) { _, _, _ in ResetPage.form() }
    }

    private var reset: Endpoint {
        Endpoint(routes.reset) { password, request, exchange in
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.recovery.reset(
                    by: OpaqueToken(exchange.parameter("token")), to: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .reset where request.wantsPage: return ResetPage.done()
            case .reset:
                return GatewayRoutes.passwordReset.response("The password has been changed; log in with the new one.")
            case .invalidLink: throw Problem.invalidLink
            case .passwordRefused(let refusal): throw Problem.invalidInput([InputProblem("new_password", refusal)])
            }
        }
    }
}
