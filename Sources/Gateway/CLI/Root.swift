import ArgumentParser

/// `auth-gateway`: one verb a subcommand, each in the file of its name; `Users/` holds those of `users`,
/// `Keys/` those of `keys`, `Mail/` those of `mail`, `Token/` that of `token`, `Proxy/` what `proxy` prints, `Doctor/`
/// what `doctor` tries. `Host` is the world that verbs work in; `PasswordPrompt` asks for a password, `PasswordLine`
/// reads it; `LineInput` reads a file piece by piece, and `InputLines` cuts that into lines.
struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth-gateway",
        abstract: "One process that reverse proxies ask about every request, and that people log in to.",
        discussion: """
            Everything that a deployment can choose stands in one YAML file. Without a file it is a working gateway on \
            this machine: accounts in an embedded SQLite database, mail in a folder.

            Exit status: 0 fine, 1 the thing asked for failed, 2 wrong usage, 78 a configuration that cannot be used.
            """,
        version: Version.current,
        subcommands: [
            Serve.self, Check.self, Explain.self, Doctor.self, Proxy.self, Schema.self, Modules.self, OpenAPI.self,
            Migrate.self,
            Users.self, Keys.self, MailVerbs.self, TokenVerbs.self, HealthCheckVerb.self,
        ],
        defaultSubcommand: nil)

    /// Runs the verb that some arguments ask for; the exit status.
    static func run(_ arguments: [String], on host: Host) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            if let verb = command as? any Verb {
                try await verb.run(on: host)
            } else {
                try command.run()
            }
            return ExitStatus.fine
        } catch let failure as Failure {
            if !failure.message.isEmpty { host.complain(failure.message) }
            return failure.status
        } catch {
            return end(with: error, on: host)
        }
    }

    /// Prints help where it was asked for, and what is wrong with the arguments where they are.
    private static func end(with error: any Error, on host: Host) -> Int32 {
        let text = fullMessage(for: error)
        switch exitCode(for: error) {
        case .success:
            do throws(Failure) { try host.say(text) } catch { return error.status }
            return ExitStatus.fine
        case .validationFailure:
            host.complain(text)
            return ExitStatus.wrongUsage
        default:
            host.complain(text)
            return ExitStatus.failed
        }
    }
}

/// A subcommand that needs the host.
protocol Verb: ParsableCommand {
    /// Does what was asked for; throws ``Failure`` to end with a message.
    func run(on host: Host) async throws
}

/// `--config FILE`, the same for every verb.
struct FileOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file.",
            discussion: "Default: AUTH_GATEWAY_CONFIG, else config.yaml if there is one, else the built-in defaults.",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?
}
