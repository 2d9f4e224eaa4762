import GatewayKit

/// Writes and seals the mails that flows send; a flow enqueues them in its own transaction.
///
/// A mail to an address that its account has not confirmed holds no name: a stranger may have registered somebody
/// else's address under a name such as `evil.com`, of which mail programs make a link. Decision 0043 has exceptions.
struct Letters: Sendable {
    let outbox: Outbox
    let links: LinkSettings
    let publicURL: PublicURL
    let time: any TimeSource
    let random: any RandomSource

    func welcome(to account: Account) throws(AccountsError) -> OutboxMail { try write(.welcome, to: account) }

    func passwordChanged(to account: Account) throws(AccountsError) -> OutboxMail {
        try write(.passwordChanged, to: account)
    }

    func reset(to account: Account, with token: OpaqueToken) throws(AccountsError) -> OutboxMail {
        try write(.reset, to: account, values: link(links.reset, token, Recovery.linkLifetime))
    }

    /// Names the account all the same: an administrator has chosen its name.
    func invitation(
        to account: Account, toSetPasswordBy token: OpaqueToken
    ) throws(AccountsError) -> OutboxMail {
        try write(
            .invitation, to: account, naming: true,
            values: link(links.reset, token, UserAdministration.invitationLifetime))
    }

    func welcome(to account: Account, toVerifyBy token: OpaqueToken) throws(AccountsError) -> OutboxMail {
        try write(.welcomeAndVerify, to: account, values: link(links.verify, token, AddressConfirmation.linkLifetime))
    }

    func verify(_ account: Account, by token: OpaqueToken) throws(AccountsError) -> OutboxMail {
        try write(.verify, to: account, values: link(links.verify, token, AddressConfirmation.linkLifetime))
    }

    /// To the address that the account is to have.
    func change(
        of account: Account, to address: EmailAddress, by token: OpaqueToken
    ) throws(AccountsError) -> OutboxMail {
        var account = account
        account.email = address
        account.isEmailVerified = false
        return try write(.change, to: account, values: link(links.verify, token, AddressConfirmation.linkLifetime))
    }

    /// To the address that waits to be confirmed, with a link for each name that waits for it. It has to say which:
    /// whoever has the mailbox confirms a name by its link.
    func confirmRegistration(
        of waiting: [(name: Username, token: OpaqueToken)], at address: EmailAddress, within lifetime: Duration
    ) throws(AccountsError) -> OutboxMail {
        var account = Account.stranger(at: address, random, time)
        if let only = waiting.first, waiting.count == 1 {
            account.username = only.name
            return try write(
                .confirmRegistration, to: account, naming: true, values: link(links.verify, only.token, lifetime))
        }
        var values = link(links.verify, OpaqueToken(""), lifetime)
        values["links"] = waiting.map { name, token in
            "\(name.text):\n\n\(links.verify.link(carrying: token, publicURL: publicURL))"
        }.joined(separator: "\n\n")
        return try write(.confirmRegistrations, to: account, values: values)
    }

    /// To whoever has an account at the address that somebody registers with.
    func addressHasAccount(to account: Account) throws(AccountsError) -> OutboxMail {
        try write(.addressHasAccount, to: account)
    }

    /// To the former address of an account that can be taken back to it, as only confirmed ones can.
    func addressIsKept(_ address: EmailAddress, for account: Account) throws(AccountsError) -> OutboxMail {
        var account = account
        account.email = address
        return try write(.addressIsKept, to: account, naming: true)
    }

    func addressInUse(to account: Account) throws(AccountsError) -> OutboxMail { try write(.addressInUse, to: account) }

    /// To the address that the account has until then.
    func addressChanged(of account: Account, toRestoreBy token: OpaqueToken) throws(AccountsError) -> OutboxMail {
        try write(.addressChanged, to: account, values: link(links.restore, token, AddressChange.restoringLifetime))
    }

    /// The same to one that nobody has confirmed.
    func addressChanged(of account: Account) throws(AccountsError) -> OutboxMail {
        try write(.addressReplaced, to: account)
    }

    /// To an address that an account has no longer, since its former one was taken back; `account` says whether it was
    /// confirmed.
    func addressTakenBack(from address: EmailAddress, of account: Account) throws(AccountsError) -> OutboxMail {
        var account = account
        account.email = address
        return try write(.addressReplaced, to: account)
    }

    /// To an address that was confirmed before it was lost.
    func addressRestored(to account: Account, toResetBy token: OpaqueToken) throws(AccountsError) -> OutboxMail {
        try write(.addressRestored, to: account, naming: true, values: link(links.reset, token, Recovery.linkLifetime))
    }

    private func link(_ template: LinkTemplate, _ token: OpaqueToken, _ lifetime: Duration) -> [String: String] {
        let minutes = lifetime.components.seconds / 60
        let words =
            switch minutes {
            case 0..<120: "\(minutes) minutes"
            case 0..<(48 * 60): "\(minutes / 60) hours"
            default: "\(minutes / 60 / 24) days"
            }
        return ["link": template.link(carrying: token, publicURL: publicURL), "lifetime": words]
    }

    private func write(
        _ template: MailTemplate, to account: Account, naming isNamed: Bool? = nil, values: [String: String] = [:]
    ) throws(AccountsError) -> OutboxMail {
        let name = account.username.text
        let common = [
            "greeting": isNamed ?? account.isEmailVerified ? "Hello \(name)" : "Hello", "username": name,
            "public_url": publicURL.text,
        ]
        let filled = template.filled(with: common.merging(values) { $1 })
        do {
            let mail = try Mail(
                id: random.identifier(), recipient: account.email, subject: filled.subject, text: filled.text,
                createdAt: time.now())
            return try outbox.seal(mail)
        } catch {
            throw .broken(cause: error)
        }
    }
}
