import ArgumentParser
import GatewayAccounts
import GatewayKit

/// `users export`: every account as a line of JSON, as `users import` reads them.
struct UsersExport: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all accounts as JSON Lines, as 'users import' reads them.",
        discussion: """
            A line each, in the order of their ids, on standard output. Without --with-hashes it holds no secret: \
            whoever imports it has accounts without passwords, whose owners set one by 'forgot password'.
            """)

    @OptionGroup var file: FileOption
    @Flag(name: .long, help: "Write the password hashes too: keep the output where nobody else reads it.")
    var withHashes = false

    func run(on host: Host) async throws {
        let administration = try await Administration.open(file, on: host)
        var last: AccountID?
        repeat {
            let page = try await administration.accountsByID(after: last, limit: 500)
            if !page.isEmpty {
                try host.say(
                    page.map { AccountLine.text(of: $0, withHash: withHashes) }.joined(separator: "\n"))
            }
            last = page.last?.id
        } while last != nil
    }
}
