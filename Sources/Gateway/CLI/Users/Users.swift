import ArgumentParser
import GatewayAccounts
import GatewayKit
import Logging

/// `users`: accounts, from the command line. A running server obeys within a second.
struct Users: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, look at, change and delete accounts, and move them from and to other systems.",
        discussion: """
            Works on the store that the file names, beside a running server, which obeys within a second. An account \
            is named by its user name or its e-mail address. Passwords are asked for, or read from standard input \
            with --password-stdin; never given as arguments, which every process of the machine could read.
            """,
        subcommands: [
            UsersCreate.self, UsersList.self, UsersShow.self, UsersSet.self, UsersDisable.self, UsersEnable.self,
            UsersPassword.self, UsersDelete.self, UsersImport.self, UsersExport.self,
        ])
}

extension Administration {
    /// Makes what the flows for operators need out of a file; a deployment that is not there is begun only when the
    /// verb may.
    static func open(_ file: FileOption, mayCreate: Bool = false, on host: Host) async throws -> Administration {
        let deployment = try Deployment.read(file, on: host)
        let making = Making(deployment, mayCreate: mayCreate, logger: deployment.logger(atLeast: .warning))
        return try await making.administration()
    }

    /// Finds an account, changes it and says what became of it; a change that answers nil met no account any more.
    static func change(
        _ name: String, in file: FileOption, on host: Host,
        by change: (Administration, Account) async throws -> String?
    ) async throws {
        let administration = try await open(file, on: host)
        let account = try await administration.require(name)
        guard let outcome = try await change(administration, account) else {
            throw Failure("the account '\(name)' was deleted meanwhile")
        }
        try host.say(outcome)
    }

    /// The account of that name or address; throws ``Failure`` when there is none.
    func require(_ name: String) async throws -> Account {
        guard let account = try await account(named: name) else { throw Failure("there is no account '\(name)'") }
        return account
    }
}

extension Account {
    /// One line of a list.
    var line: String {
        var parts = [username.text, email.text, isDisabled ? "disabled" : "enabled"]
        parts.append(groups.isEmpty ? "-" : groups.map(\.text).joined(separator: ","))
        return parts.joined(separator: "  ")
    }

    /// Every part that an operator may see; never the hash.
    var sheet: String {
        """
        id:             \(id.text)
        username:       \(username.text)
        email:          \(email.text) (\(isEmailVerified ? "verified" : "not verified"))
        groups:         \(groups.isEmpty ? "-" : groups.map(\.text).joined(separator: ","))
        state:          \(isDisabled ? "disabled" : "enabled")
        version:        \(version)
        created:        \(createdAt.iso8601)
        last login:     \(lastLoginAt?.iso8601 ?? "never")
        """
    }
}

/// Group names as they are typed: `admins,staff`, or nothing for none.
struct GroupList: ExpressibleByArgument, Sendable {
    /// What each name may be; the option's help, which is printed behind a refusal too.
    static let rule = "at most \(GroupName.mostOfAnAccount), each 1 to 64 of a-z, 0-9, '.', '_' and '-'"

    let groups: Set<GroupName>

    init?(argument: String) {
        var groups: Set<GroupName> = []
        for name in argument.split(separator: ",") {
            guard let group = try? GroupName(String(name)) else { return nil }
            groups.insert(group)
        }
        guard groups.count <= GroupName.mostOfAnAccount else { return nil }
        self.groups = groups
    }
}
