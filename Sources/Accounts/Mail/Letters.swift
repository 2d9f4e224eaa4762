import GatewayKit

/// Writes and seals the mails that flows send; a flow enqueues them in its own transaction.
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
        let link = links.reset.link(carrying: token, publicURL: publicURL)
        return try write(.reset, to: account, values: ["link": link, "lifetime": "30 minutes"])
    }

    private func write(
        _ template: MailTemplate, to account: Account, values: [String: String] = [:]
    ) throws(AccountsError) -> OutboxMail {
        let common = ["username": account.username.text, "public_url": publicURL.text]
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
