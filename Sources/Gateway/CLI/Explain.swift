import ArgumentParser
import Foundation
import GatewayAccess
import GatewayAccounts
import GatewayHTTP
import GatewayKit
import Logging

/// `explain`: which rule decides about a request, and why.
struct Explain: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Say which access rule decides about a request, and why.",
        discussion: """
            Judges the request by the file's rules as the gateway does, and prints each rule up to the one that \
            decides, with the conditions that held and those that did not. Somebody is taken from the store with \
            --user, or from an access token with --token; without either nobody asks. Begins no deployment.

            Exit status: 0 when the request would pass, 1 when it would not.
            """)

    @OptionGroup var file: FileOption
    @Option(name: .long, help: "The URL that is asked for, such as https://app.example.com/page.") var url: String
    @Option(name: .long, help: "The method.") var method = "GET"
    @Option(name: .long, help: "The client's address; without one it is in no network.") var from: String?
    @Option(name: .long, help: "The user name or the e-mail address of who asks.") var user: String?
    @Option(name: .long, help: "An access token or an API key, or - to read it from standard input.") var token: String?

    func validate() throws {
        guard user == nil || token == nil else { throw ValidationError("--user and --token exclude each other") }
        guard from.map({ IPAddress($0) != nil }) ?? true else { throw ValidationError("--from takes an IP address") }
    }

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        let asked: CanonicalURL
        do throws(URLRefusal) {
            asked = try CanonicalURL(absolute: url.utf8.span)
        } catch {
            try host.say("refused before any rule: \(error.reason)")
            throw Failure("")
        }
        let request = AccessRequest(
            method: method.uppercased(), url: asked, clientAddress: from.flatMap { IPAddress($0) })
        let verdict = try await verdict(in: deployment)
        let explanation = deployment.settings.access.policy.explain(request, verdict)
        try host.say(explanation.text(of: request, by: verdict, in: deployment))
        guard case .passed = explanation.judgement.decision else { throw Failure("") }
    }

    /// Who asks.
    private func verdict(in deployment: Deployment) async throws -> CredentialVerdict {
        guard user != nil || token != nil else { return .none }
        let making = Making(deployment, mayCreate: false, logger: deployment.logger(atLeast: .warning))
        if let user {
            let account = try await making.administration().require(user)
            guard !account.isDisabled else { return .bad(reason: "the account is disabled") }
            return .valid(Principal(trying: account.username.text, groups: account.groups.map(\.text)))
        }
        let text = token == "-" ? readLine() ?? "" : token ?? ""
        let (store, issuer) = try await making.storeAndIssuer()
        let logger = deployment.logger(atLeast: .warning)
        let revocations = RevocationLog(
            storage: store, table: RevocationTable(), time: deployment.host.time, logger: logger)
        await revocations.catchUp()
        let trusted = try await TrustedIssuers.made(
            of: deployment.settings.access.issuers, in: deployment, logger: logger)
        await trusted.updates?.catchUp()
        let check = CredentialCheck(
            issuer: issuer, foreign: trusted.issuers, storage: store, revocations: revocations,
            cookieName: SessionCookie.name(under: deployment.settings.server.publicURL), time: deployment.host.time)
        return await check.check(authorization: ["Bearer \(text)"], cookies: [])
    }
}

extension Explanation {
    /// What a person reads.
    fileprivate func text(of request: AccessRequest, by verdict: CredentialVerdict, in deployment: Deployment) -> String
    {
        let path = String(decoding: request.url.path.bytes, as: UTF8.self)
        var lines = ["\(request.method), host \(request.url.host), path \(path)", "asked by \(verdict.text)", ""]
        for step in steps {
            let place = "\(deployment.file.name):\(step.rule.position.line)"
            lines.append("\(place): \(step.isMet ? "decides: allow \(step.rule.allowed)" : "is about something else")")
            for condition in step.conditions {
                lines.append("    \(condition.holds ? "holds" : "does not hold"): \(condition.text)")
            }
        }
        if judgement.rule == nil {
            lines.append("no rule is about it: default \(deployment.settings.access.policy.standard)")
        }
        return (lines + ["", judgement.decision.text]).joined(separator: "\n")
    }
}

extension CredentialVerdict {
    fileprivate var text: String {
        switch self {
        case .none: "nobody"
        case .bad(let reason): "somebody whose credential is not valid: \(reason)"
        case .cannotDecide, .heldBack: "somebody whom nobody can judge now"
        case .valid(let principal):
            principal.username
                + (principal.groups.isEmpty
                    ? ", in no group" : ", in \(principal.groups.sorted().joined(separator: ", "))")
        }
    }
}

extension AccessDecision {
    fileprivate var text: String {
        switch self {
        case .passed(nil): "passes as nobody"
        case .passed: "passes"
        case .unknown: "needs a valid credential: 401, or the login page"
        case .refused(let refusal): "refused: \(refusal.rawValue)"
        case .undecided: "nobody can tell now: 503"
        case .heldBack: "has to wait: 429"
        }
    }
}
