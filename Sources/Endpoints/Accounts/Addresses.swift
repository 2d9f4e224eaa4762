import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes
import Hummingbird

extension GatewayEndpoints {
    /// Confirming addresses, and changing them.
    var addresses: [Endpoint] {
        [sendConfirmation, confirmationForm, confirm, changeEmail, restoringForm, restoreEmail]
    }

    private var sendConfirmation: Endpoint {
        Endpoint(routes.sendConfirmation) { email, request, exchange in
            try await calling { () async throws(AccountsError) in
                try await flows.confirmation.request(for: email, from: Visitor(request, exchange))
            }
            return GatewayRoutes.confirmationMailed.response(
                "If an account has this address unconfirmed, a mail is on its way to it.")
        }
    }

    private var confirmationForm: Endpoint {
        Endpoint(routes.confirmationForm) { _, _, exchange in
            let name = try await calling { () async throws(AccountsError) in
                try await flows.confirmation.name(linkedBy: OpaqueToken(exchange.parameter("token")))
            }
            let sentence =
                name.map { name in
                    "Confirm this address for the account \"\(name.text)\", but only if it is yours and you have "
                        + "chosen its password yourself. If not, close this page."
                } ?? "Confirm that this address is yours."
            return LinkPage.button(GatewayRoutes.namingButton, "Confirm your address", sentence, "Confirm")
        }
    }

    private var confirm: Endpoint {
        Endpoint(routes.confirm) { _, request, exchange in
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.confirmation.confirm(
                    by: OpaqueToken(exchange.parameter("token")), from: Visitor(request, exchange))
            }
            guard outcome == .confirmed else { throw Problem.invalidLink }
            guard request.wantsPage else { return GatewayRoutes.confirmed.response("The address is confirmed.") }
            return LinkPage.done("Your address is confirmed", "You can close this page.")
        }
    }

    private var changeEmail: Endpoint {
        Endpoint(routes.changeEmail) { input, request, exchange in
            let (email, password) = input
            let session = try caller.session(of: request)
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.addressChange.request(
                    session, to: email, knowing: password, from: Visitor(request, exchange))
            }
            switch outcome {
            case .asked:
                return GatewayRoutes.changeMailed.response(
                    "A mail is on its way to the new address, which counts once the link in it was followed.")
            case .refused(let refusal): throw Problem.invalidInput([InputProblem("email", refusal)])
            case .wrongPassword: throw Problem.invalidCredentials
            case .tooMany(let retryAfter): throw Problem.tooManyRequests(retryAfter: retryAfter)
            case .gone: throw Problem.invalidToken
            }
        }
    }

    private var restoringForm: Endpoint {
        Endpoint(routes.restoringForm) { _, _, _ in
            LinkPage.button(
                GatewayRoutes.button, "Take your account back",
                "Your account gets its former address again, every session ends, and you set a new password.",
                "Take it back")
        }
    }

    private var restoreEmail: Endpoint {
        Endpoint(routes.restoreEmail) { _, request, exchange in
            let outcome = try await calling { () async throws(AccountsError) in
                try await flows.addressChange.restore(
                    by: OpaqueToken(exchange.parameter("token")), from: Visitor(request, exchange))
            }
            guard outcome == .restored else { throw Problem.invalidLink }
            let message = "The account has its former address. A link that sets a new password was mailed there."
            guard request.wantsPage else { return GatewayRoutes.restored.response(message) }
            return LinkPage.done("Your account is yours again", message)
        }
    }
}
