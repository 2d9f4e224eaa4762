import ArgumentParser
import GatewayAccounts
import GatewayKit

/// `users set`: gives an account other groups.
struct UsersSet: Verb {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Give an account other groups.",
        discussion: "Its access tokens end within a second; its sessions go on, with new ones, and so do its API keys.")

    @OptionGroup var file: FileOption
    @Argument(help: "The user name or the e-mail address.") var name: String
    @Option(
        name: .long,
        help: ArgumentHelp(
            "All its groups, separated by commas, \(GroupList.rule); '' for none.", valueName: "groups"))
    var groups: GroupList

    func run(on host: Host) async throws {
        try await Administration.change(name, in: file, on: host) { administration, account in
            try await administration.setGroups(of: account.id, to: groups.groups, by: .commandLine)?.sheet
        }
    }
}

/// `users disable`: closes an account.
struct UsersDisable: Verb {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Close an account: its sessions and API keys end within a second, and nobody can log in.")

    @OptionGroup var file: FileOption
    @Argument(help: "The user name or the e-mail address.") var name: String

    func run(on host: Host) async throws {
        try await Administration.change(name, in: file, on: host) { administration, account in
            try await administration.disable(account.id, by: .commandLine).map { "\($0.username.text) is disabled" }
        }
    }
}

/// `users enable`: opens a closed account again.
struct UsersEnable: Verb {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Open a closed account again.")

    @OptionGroup var file: FileOption
    @Argument(help: "The user name or the e-mail address.") var name: String

    func run(on host: Host) async throws {
        try await Administration.change(name, in: file, on: host) { administration, account in
            try await administration.enable(account.id, by: .commandLine).map { "\($0.username.text) is enabled" }
        }
    }
}

/// `users passwd`: sets an account's password.
struct UsersPassword: Verb {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Set an account's password; its sessions and API keys end within a second.")

    @OptionGroup var file: FileOption
    @Argument(help: "The user name or the e-mail address.") var name: String
    @Flag(name: .long, help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    func run(on host: Host) async throws {
        try await Administration.change(name, in: file, on: host) { administration, account in
            let password = try PasswordPrompt.read(fromStandardInput: passwordStdin)
            switch try await administration.setPassword(of: account.id, to: password, by: .commandLine) {
            case .changed: return "\(account.username.text) has another password"
            case .passwordRefused(let refusal): throw Failure("the password \(refusal.detail)")
            case .missing: return nil
            }
        }
    }
}

/// `users delete`: removes an account.
struct UsersDelete: Verb {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an account; its name is never given to anybody else.")

    @OptionGroup var file: FileOption
    @Argument(help: "The user name or the e-mail address.") var name: String

    func run(on host: Host) async throws {
        try await Administration.change(name, in: file, on: host) { administration, account in
            try await administration.delete(account.id, by: .commandLine) ? "\(account.username.text) is deleted" : nil
        }
    }
}
