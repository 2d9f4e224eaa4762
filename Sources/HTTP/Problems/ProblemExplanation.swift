/// A kind of refusal in plain words, as its page and the OpenAPI document tell it.
public struct ProblemExplanation: Hashable, Sendable {
    /// What has happened.
    public let meaning: String
    /// What whoever called can do.
    public let remedy: String
}

extension ProblemKind {
    /// What it means and what to do about it; nil for a kind that a module of another author has.
    public var explanation: ProblemExplanation? {
        Self.explanations[code].map { ProblemExplanation(meaning: $0.0, remedy: $0.1) }
    }

    private static let explanations: [String: (String, String)] = [
        malformedRequest.code: (
            "The request could not be read: its body is not JSON or not a form, a name stands twice in it, or the Host "
                + "header is missing or doubled.",
            "Read the detail, which says where reading ended, and mend what writes the request. Sending the same again "
                + "does not help."
        ),
        requestTimeout.code: (
            "The request did not arrive within the time that the gateway waits for one.",
            "Send it again. If that happens often, look at the connection and at the size of what you send."
        ),
        bodyTooLarge.code: (
            "The body is longer than this gateway takes.",
            "Send less; the detail names the limit. No request of this API needs more."
        ),
        unsupportedMediaType.code: (
            "The body's type or encoding is not one that this route takes, or there was no Content-Type header.",
            "Send one of the types that the detail names, in UTF-8, not compressed, and name it in Content-Type."
        ),
        headerTooLarge.code: (
            "The header of the request is longer than this gateway takes.",
            "Send fewer or shorter header fields. In a browser, cookies of the same site are the usual cause."
        ),
        invalidInput.code: (
            "The body or the query could be read, but some of its fields cannot be taken.",
            "The list 'errors' names each of them: where it is, a code for programs, and a sentence for people. Mend "
                + "all of them and send the request again."
        ),
        invalidCredentials.code: (
            "The user name or the password is wrong, or the account is disabled. Which of them is never said.",
            "Check both, and mind that passwords know capitals. If the password is forgotten, ask for a reset link."
        ),
        emailUnverified.code: (
            "The password is right, but the e-mail address has not been confirmed, which this deployment asks for.",
            "Follow the link in the newest mail to that address, or ask for another one with POST /auth/verify-email. "
                + "Where a mail says instead that you have an account already, log in to that one."
        ),
        invalidToken.code: (
            "The access token is missing, damaged, expired or revoked. Tokens end early at a logout, and when a "
                + "password, a group or an account is changed.",
            "Refresh the token, or log in again, and send the new one as 'Authorization: Bearer'."
        ),
        invalidRefreshToken.code: (
            "The refresh token is unknown or expired, its session has ended, or it was used before.",
            "Log in again. If a token was used that you have not used, somebody else may have it: change the password."
        ),
        invalidLink.code: (
            "The link is unknown, was used before, or has expired. Links of mails work once and for half an hour.",
            "Ask for another one, and open the newest mail."
        ),
        usernameTaken.code: (
            "Another account has this user name, or had it once: names are never given again.",
            "Choose another name."
        ),
        emailTaken.code: (
            "Another account has this e-mail address.",
            "Log in to that account, or ask for a reset link if its password is forgotten."
        ),
        tooManyKeys.code: (
            "The account has as many API keys as one may have.",
            "List the keys, revoke one that nobody needs, and try again. A key that has expired does not count."
        ),
        accountDisabled.code: (
            "The account is disabled, so that what was asked for would be in vain. Administrators alone are told so.",
            "Enable the account, and ask again."
        ),
        preconditionFailed.code: (
            "The request was to be done only to what its If-Match header names, and somebody has changed that since. "
                + "Nothing was done.",
            "Read it again, decide again, and send the request with the ETag of that answer."
        ),
        registrationClosed.code: (
            "This deployment lets nobody register by themselves.",
            "Ask whoever runs it for an account."
        ),
        forbidden.code: (
            "The credential is valid, but it does not allow this.",
            "Use another account, or ask whoever runs this deployment."
        ),
        notFound.code: (
            "There is nothing under this path, or nothing that is yours.",
            "Check the path: it counts to the letter, slashes included."
        ),
        methodNotAllowed.code: (
            "The path is there, but it does not know this method.",
            "Use one of the methods that the Allow header names."
        ),
        tooManyRequests.code: (
            "There were too many requests, or too many wrong passwords for one account. Names without an account "
                + "count alike.",
            "Wait as long as Retry-After says, in seconds, and try again then."
        ),
        busy.code: (
            "More is waiting than the gateway can work off in good time. Nothing was done.",
            "Wait as long as Retry-After says, in seconds, and try again then."
        ),
        unavailable.code: (
            "The gateway cannot answer now, because something that it depends on is out of reach.",
            "Try again later. A change that was being made may have been stored: look before you repeat it."
        ),
        internalError.code: (
            "Something went wrong in the gateway, and it is not the caller's fault.",
            "Tell whoever runs this deployment the request id; the log says more under it."
        ),
    ]
}
