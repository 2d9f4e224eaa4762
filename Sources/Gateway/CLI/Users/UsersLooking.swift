import ArgumentParser
import GatewayAccounts
import GatewayKit

/// `users list`: every account, a line each, in the order of their names.
struct UsersList: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the accounts: name, address, state and groups.")

    @OptionGroup var file: FileOption

    func run(on host: Host) async throws {
        let administration = try await Administration.open(file, on: host)
        var last: Username?
        repeat {
            let page = try await administration.accounts(after: last, limit: 500)
            for account in page { try host.say(account.line) }
            last = page.last?.username
        } while last != nil
    }
}

/// `users show`: one account.
struct UsersShow: Verb {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one account.")

    @OptionGroup var file: FileOption
    @Argument(help: "The user name or the e-mail address.") var name: String

    func run(on host: Host) async throws {
        let administration = try await Administration.open(file, on: host)
        try host.say(await administration.require(name).sheet)
    }
}
