import ArgumentParser
import GatewayAccess
import GatewayJOSE
import GatewayHTTP
import GatewayKit
import Logging

/// `token`: what others sign and show.
struct TokenVerbs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Check access tokens.", subcommands: [TokenCheck.self])
}

/// `token check`: says of each token whether `/auth/verify` would take it. `TokenJudge` judges.
struct TokenCheck: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say of each line of standard input whether it is a valid access token.",
        discussion: """
            Prints for each line, in their order, 'valid' and the token's claims as JSON, or 'invalid' and the reason, \
            by the same code as /auth/verify. Without options the gateway's own tokens are valid, and those of the \
            issuers in access.issuers; the store must be there already. With --jwks, --issuer and --audience those of \
            that issuer alone, and no configuration is read.

            Exit status: 0 if every token is valid, 1 if some are not, 78 if the configuration or a key set cannot be \
            used.
            """)

    @OptionGroup var file: FileOption
    @Option(
        name: .long,
        help: ArgumentHelp("Take the keys of this file, a JWK set, instead.", valueName: "file"),
        completion: .file())
    var jwks: String?
    @Option(name: .long, help: "What iss must be, with --jwks.") var issuer: String?
    @Option(name: .long, help: "What aud must name, with --jwks; of several, one.") var audience: [String] = []

    func validate() throws {
        let given = [jwks != nil, issuer != nil, !audience.isEmpty]
        guard given.allSatisfy({ $0 == given[0] }) else {
            throw ValidationError("--jwks, --issuer and --audience are given together")
        }
        guard jwks == nil || file.config == nil else {
            throw ValidationError("with --jwks no configuration is read: leave --config out")
        }
    }

    func run(on host: Host) async throws {
        let judge = if let jwks { try await keySetJudge(jwks, on: host) } else { try await fileJudge(on: host) }
        var lines = InputLines(limit: CompactJWS.maximumLength)
        var areAllValid = true
        let input = try LineInput("-")
        while let piece = try input.next() {
            let judged = await judge.judge(lines.take(piece[...]))
            if !judged.text.isEmpty { try host.say(judged.text, end: "") }
            areAllValid = areAllValid && judged.areAllValid
        }
        if let last = lines.end() {
            let judged = await judge.judge([last])
            try host.say(judged.text, end: "")
            areAllValid = areAllValid && judged.areAllValid
        }
        // What is wrong was said on standard output already.
        if !areAllValid { throw Failure("") }
    }

    /// By the keys of a file and nothing else.
    private func keySetJudge(_ path: String, on host: Host) async throws(Failure) -> TokenJudge {
        let keys = IssuerKeys(now: host.time.elapsed())
        do {
            let text = try await KeySetFiles().text(at: path)
            keys.replace(by: try JWKSet(text, allowingSymmetric: true), readAt: host.time.elapsed())
        } catch {
            throw Failure("--jwks: \(error)", status: ExitStatus.unusableConfiguration)
        }
        let issuer = ForeignIssuer(
            ForeignIssuer.Terms(
                issuer: issuer ?? "", audience: audience, algorithms: Set(JWSAlgorithm.allCases), prefix: ""),
            keys: keys)
        return TokenJudge { [time = host.time] token in issuer.verdict(on: token, at: time.now()) }
    }

    /// As the gateway would that the file describes.
    private func fileJudge(on host: Host) async throws(Failure) -> TokenJudge {
        let deployment = try Deployment.read(file, on: host)
        let logger = deployment.logger(atLeast: .warning)
        let (store, issuer) = try await Making(deployment, mayCreate: false, logger: logger).storeAndIssuer()
        let revocations = RevocationLog(
            storage: store, table: RevocationTable(), time: host.time, logger: logger)
        let trusted = try await TrustedIssuers.made(
            of: deployment.settings.access.issuers, in: deployment, logger: logger)
        let check = CredentialCheck(
            issuer: issuer, foreign: trusted.issuers, storage: store, revocations: revocations,
            cookieName: SessionCookie.name(under: deployment.settings.server.publicURL), time: host.time)
        return TokenJudge { token in
            check.check(authorization: ["Bearer " + String(decoding: token, as: UTF8.self)])
        } refresh: {
            if revocations.age.map({ $0 > .seconds(1) }) ?? true { await revocations.catchUp() }
            await trusted.updates?.catchUp()
        }
    }
}
