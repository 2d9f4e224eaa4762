import GatewayAccounts
import GatewayHTTP
import GatewayKit
import HTTPTypes

/// Registering, logging in, refreshing and logging out.
extension GatewayRoutes {
    static let registered = Answer.json(
        .created, "The account is there, or will be when its address is confirmed: a message and the user's name.",
        Output.registered)
    static let loggedIn = Answer.json(
        .ok, "An access token, when it ends, and a refresh token.", Output.tokens, headers: [.noStore])
    static let refreshed = Answer.json(
        .ok, "An access token, when it ends, and the next refresh token.", Output.tokens, headers: [.noStore])
    static let loggedOut = Answer.empty(.noContent, "The session has ended, everywhere.")

    var register: Route<(Username, EmailAddress, Password)> {
        Route(
            .post, "/auth/register", "Makes an account.",
            notes: RouteNotes(
                "register", topic: Topic.entering,
                "Capitals of the user name are folded. The password may not be one that everybody tries first, nor the "
                    + "user's own name or address. Where addresses must be confirmed first, the account is made when "
                    + "the mailed link is followed; a taken address gets the same answer, and its owner a mail."),
            input: .object(
                [.json],
                InputField("username", .username, "The name to log in with, in a-z, 0-9, '.', '_' and '-'."),
                InputField("email", .email, "The address that mail goes to, in ASCII."),
                InputField("password", .newPassword(policy), "The password."),
                together: { username, email, password in
                    guard let password, let refusal = policy.refusal(of: password, username: username, email: email)
                    else { return [] }
                    return [InputProblem("password", refusal)]
                }
            ) { ($0, $1, $2) },
            answers: [Self.registered.declaration],
            refusals: [.registrationClosed, .usernameTaken, .emailTaken, .busy])
    }

    var login: Route<(String, Password)> {
        Route(
            .post, "/auth/login", "Logs a person in.",
            notes: RouteNotes(
                "logIn", topic: Topic.entering,
                "Also takes the form that OAuth 2.0 clients send for a password; its other fields are ignored. An "
                    + "unknown user, a wrong password and a disabled account get one and the same answer. Where "
                    + "addresses must be confirmed first, the right password of one that is not has an answer of "
                    + "its own."),
            input: .object(
                [.form, .json],
                InputField(
                    "username", .text(1...254).described { $0.example = "johndoe" },
                    "The user name or the e-mail address."),
                InputField("password", .password, "The password.")
            ) { ($0, $1) },
            answers: [Self.loggedIn.declaration],
            refusals: [.invalidCredentials, .emailUnverified, .tooManyRequests, .busy])
    }

    var refresh: Route<OpaqueToken> {
        Route(
            .post, "/auth/refresh", "Exchanges a refresh token for new tokens.",
            notes: RouteNotes(
                "refresh", topic: Topic.entering,
                "A refresh token works once. Whoever repeats one because an answer was lost gets the same successor "
                    + "again, until that is used; a later repeat ends the session, for the token may be stolen."),
            input: .object(
                [.json, .form], InputField("refresh_token", .opaqueToken, "The refresh token; it works once.")
            ) { $0 },
            answers: [Self.refreshed.declaration], refusals: [.invalidRefreshToken])
    }

    var logout: Route<(Bool?, OpaqueToken?)> {
        Route(
            .post, "/auth/logout", "Ends the session of the access token, of the refresh token, or both.",
            notes: RouteNotes(
                "logOut", topic: Topic.entering,
                "One of the two tokens is needed, and the body may be left out. Access tokens of an ended session are "
                    + "refused at once."),
            input: .object(
                [.json, .form],
                InputField("everywhere", optional: .boolean, "Whether to end all sessions of the account."),
                InputField(
                    "refresh_token", optional: .opaqueToken,
                    "Names the session too, so that an expired access token can log out.")
            ) { ($0, $1) },
            security: .bearerOrField("refresh_token"), answers: [Self.loggedOut.declaration],
            refusals: [.invalidToken, .invalidRefreshToken])
    }
}

extension InputRule where Value == Password {
    /// A password that the policy takes; whether it is its owner's name or address is the flow's business.
    static func newPassword(_ policy: PasswordPolicy) -> Self {
        laterPassword(policy).compactMap { password throws(InputRefusal) in
            if let refusal = policy.refusal(of: password, username: nil, email: nil) { throw refusal }
            return password
        }
    }

    /// A password that the flow will hold against the policy, and documents too.
    static func laterPassword(_ policy: PasswordPolicy) -> Self {
        InputRule<Password>.password.described {
            $0.lengths = policy.minimumLength...max(policy.minimumLength, policy.maximumLength)
        }
    }
}
