import ArgumentParser
import GatewayAccounts
import GatewayKit

/// `users create`: makes an account; the first administrator is made so.
struct UsersCreate: Verb {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an account.",
        discussion: "The first administrator: auth-gateway users create --username root --email … --groups admins")

    @OptionGroup var file: FileOption
    @Option(name: .long, help: "The user name: 3 to 64 of a-z, 0-9, '.', '_' and '-'.")
    var username: String
    @Option(name: .long, help: "The e-mail address; it counts as verified.")
    var email: String
    @Option(
        name: .long,
        help: ArgumentHelp("The groups, separated by commas, \(GroupList.rule).", valueName: "groups"))
    var groups: GroupList?
    @Flag(name: .long, help: "Read the password from the first line of standard input.")
    var passwordStdin = false

    func run(on host: Host) async throws {
        let (name, address) = (
            try checked("username") { try Username(username) }, try checked("email") { try EmailAddress(email) }
        )
        let administration = try await Administration.open(file, mayCreate: true, on: host)
        let password = try PasswordPrompt.read(fromStandardInput: passwordStdin)
        let creation = try await administration.create(
            name, address, isEmailVerified: true, password: password, groups: groups?.groups ?? [], by: .commandLine)
        switch creation {
        case .created(let account): try host.say(account.sheet)
        case .passwordRefused(let refusal): throw Failure("the password \(refusal.detail)")
        case .usernameTaken: throw Failure("the user name '\(name.text)' belongs to someone, or did")
        case .emailTaken: throw Failure("the address belongs to another account")
        }
    }

    private func checked<Value>(_ option: String, _ read: () throws -> Value) throws -> Value {
        do {
            return try read()
        } catch let refusal as InputRefusal {
            throw Failure("--\(option) \(refusal.detail)", status: ExitStatus.wrongUsage)
        }
    }
}
