/// A mail's subject and text with values in braces, such as `{greeting}`, which is `Hello` with or without a name.
struct MailTemplate: Sendable {
    /// The subject line.
    let subject: String
    /// The text, lines ended by a line feed.
    let text: String

    /// Greets a new account.
    static let welcome = MailTemplate(
        subject: "Welcome",
        text: """
            {greeting},

            an account with this address was made at {public_url}.
            You can now log in with your name or this address.

            If this was not you, somebody has used your address; you can take the
            account over by asking for a new password there.

            """)

    /// Greets a new account, and carries a link that confirms its address.
    static let welcomeAndVerify = MailTemplate(
        subject: "Welcome",
        text: """
            {greeting},

            an account with this address was made at {public_url}.
            Please confirm that the address is yours:

            {link}

            The link works once, and for {lifetime}.

            If this was not you, somebody has used your address: do nothing, or
            take the account over by asking for a new password there.

            """)

    /// Carries a link that makes an account of a registration.
    static let confirmRegistration = MailTemplate(
        subject: "Confirm your address",
        text: """
            {greeting},

            somebody, probably you, has registered at {public_url}
            under this name, with this address. Please confirm that both are yours:

            {link}

            The link works once, and for {lifetime}; after it you can log in.

            If this was not you, do nothing: without that link there will be no
            account, and whoever chose the name knows its password.

            """)

    /// Carries links that make accounts of registrations, of which one will do.
    static let confirmRegistrations = MailTemplate(
        subject: "Confirm your address",
        text: """
            {greeting},

            these names were registered at {public_url}
            with this address, perhaps by several people. Please follow the link
            under the one that is yours; the others work no more then:

            {links}

            The links work for {lifetime}. A name that you do not know is somebody
            else's, who knows its password: do nothing about it.

            """)

    /// Tells that somebody wants to register with an address which an account has already.
    static let addressHasAccount = MailTemplate(
        subject: "You have an account already",
        text: """
            {greeting},

            somebody, perhaps you, wanted to register at {public_url}
            with this address, where your account has it already. Log in with your
            name or this address; if you have forgotten the password, ask for a
            new one there.

            If this was not you, do nothing: nothing has changed.

            """)

    /// Tells that somebody wants to register with an address which an account can be taken back to.
    static let addressIsKept = MailTemplate(
        subject: "Your address cannot be registered now",
        text: """
            {greeting},

            somebody, perhaps you, wanted to register at {public_url}
            with this address. It was your account's until lately, and the link in
            the mail that told you so can still take the account back to it. Until
            that link ends, no other account can have the address.

            If this was not you, do nothing: nothing has changed.

            """)

    /// Carries a link that sets the first password of an account that an administrator has made.
    static let invitation = MailTemplate(
        subject: "Your new account, {username}",
        text: """
            {greeting},

            an account was made for you at {public_url}.
            Follow this link to choose a password; it works once, and for
            {lifetime}:

            {link}

            Later you can ask for another link there, with this address. If you
            want no account, do nothing.

            """)

    /// Tells that somebody wants to use an address which an account has already.
    static let addressInUse = MailTemplate(
        subject: "Your address is in use already",
        text: """
            {greeting},

            somebody, perhaps you, wanted to use this address at {public_url},
            where your account has it already. Log in with your name or this
            address; if you have forgotten the password, ask for a new one there.

            If this was not you, do nothing: nothing has changed.

            """)

    /// Tells a former address that it was changed, with a link that takes it back.
    static let addressChanged = MailTemplate(
        subject: "Your address was changed",
        text: """
            {greeting},

            your account at {public_url}
            has another e-mail address now; this one is no longer used for it.

            If this was not you, take the account back with this link. It works
            once, and for {lifetime}; it ends every session, and the password
            works no more until you have set a new one:

            {link}

            """)

    /// Tells an address that an account has another one.
    static let addressReplaced = MailTemplate(
        subject: "Your address was changed",
        text: """
            {greeting},

            your account at {public_url}
            has another e-mail address now; this one is no longer used for it.

            If this was not you, tell whoever runs that site.

            """)

    /// Carries a link that sets a new password, after an address was taken back.
    static let addressRestored = MailTemplate(
        subject: "Your account is yours again",
        text: """
            {greeting},

            this is the address of your account at {public_url} again. Every
            session has ended. Follow this link to set a new password; it works
            once, and for {lifetime}:

            {link}

            """)

    /// Carries a link that sets a new password.
    static let reset = MailTemplate(
        subject: "Set a new password",
        text: """
            {greeting},

            somebody, probably you, asked for a new password at {public_url}.
            Follow this link to choose one; it works once, and for {lifetime}:

            {link}

            If this was not you, do nothing: your password stays as it is.

            """)

    /// Tells that the password was changed.
    static let passwordChanged = MailTemplate(
        subject: "Your password was changed",
        text: """
            {greeting},

            the password of your account at {public_url} was just changed.

            If this was not you, ask for a new password there at once, and tell
            whoever runs that site.

            """)

    /// Carries a link that confirms an account's address. Whoever asks for it may not know that the account is a
    /// stranger's, who was there before them.
    static let verify = MailTemplate(
        subject: "Confirm your address",
        text: """
            {greeting},

            there is an account with this address at {public_url}.
            If you have chosen its password yourself, confirm the address by this
            link:

            {link}

            The link works once, and for {lifetime}.

            If you have not, somebody else has made the account, even if you have
            asked for this mail: do not follow the link, but ask for a new password
            there. That takes the account over: only your password works then, and
            whoever is logged in is logged out.

            """)

    /// Carries a link that gives an account another address.
    static let change = MailTemplate(
        subject: "Confirm your address",
        text: """
            {greeting},

            somebody, probably you, wants their account at {public_url}
            to have this address. Please confirm that both are yours:

            {link}

            The link works once, and for {lifetime}.

            If this was not you, do nothing: without that link the account keeps
            the address that it has, and whoever asked knows its password.

            """)

    /// All of them, for tests.
    static let all = [
        welcome, welcomeAndVerify, invitation, confirmRegistration, confirmRegistrations, addressHasAccount,
        addressIsKept, reset, passwordChanged, verify, change, addressInUse, addressChanged, addressReplaced,
        addressRestored,
    ]

    /// The template with its values filled in; a value's own braces stay as they are.
    func filled(with values: [String: String]) -> MailTemplate {
        MailTemplate(subject: Self.fill(subject, values), text: Self.fill(text, values))
    }

    private static func fill(_ text: String, _ values: [String: String]) -> String {
        var filled = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            guard let value = values[name] else { preconditionFailure("a mail template names a value that has none") }
            filled += rest[..<open] + value
            rest = rest[rest.index(after: close)...]
        }
        return filled + rest
    }
}
