import ArgumentParser
import GatewayAccess
import GatewayAccounts
import GatewayKit

/// `users import`: takes accounts over from another system.
struct UsersImport: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take accounts over from JSON Lines, with the hashes that other systems made.",
        discussion: """
            Each line is an account; docs/users.md has the format, with an example for each system. A line that will \
            not do is reported on standard error and stops nothing. Run it again after it was broken off: accounts \
            that are there already are passed over. A hash of another system is replaced at its owner's first login.

            Exit status: 0 if every line's account is there now, 1 if some are not.
            """)

    @OptionGroup var file: FileOption
    @Argument(help: "The file, or - for standard input.", completion: .file()) var source: String
    @Flag(name: .long, help: "Say what would be imported and what is wrong, and change nothing.")
    var dryRun = false
    @Option(name: .long, help: ArgumentHelp("A key of the lines that is to be passed over.", valueName: "key"))
    var ignore: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Tell so many refused lines, and count the others; all are told without it.", valueName: "n")
    )
    var problems: Int?

    func validate() throws {
        if let problems, problems < 0 { throw ValidationError("--problems must be 0 or more") }
        guard let key = ignore.first(where: { AccountLine.keys.contains($0) }) else { return }
        throw ValidationError("--ignore is for keys that mean nothing here; '\(key)' does: take it out of the lines")
    }

    func run(on host: Host) async throws {
        let input = try LineInput(source)
        defer { input.close() }
        let administration = try await Administration.open(file, mayCreate: !dryRun, on: host)
        var run = ImportRun(
            accountImport: administration.accountImport, isRehearsal: dryRun, ignored: Set(ignore),
            foreignPrefixes: try Deployment.read(file, on: host).settings.access.issuers.map(\.prefix),
            mostTold: problems, tell: host.complain)
        try await run.take(input.next)
        try host.say(run.summary)
        // What is wrong was said line by line already.
        if run.refused > 0 { throw Failure("") }
    }
}
