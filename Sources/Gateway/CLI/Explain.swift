public import ArgumentParser
import Foundation
import GatewayAccess
import GatewayAccounts
public import GatewayEndpoints
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

            With --dialect a reverse proxy asks, one that is trusted, and all that the gateway would answer it comes \
            behind that, byte for byte but for the date and the request's id. The client is an app then, and at \
            192.0.2.1 unless --from says where.

            Exit status: 0 when the request would pass, 1 when it would not.
            """)

    @OptionGroup var file: FileOption
    @Option(name: .long, help: "The URL that is asked for, such as https://app.example.com/page.") var url: String
    @Option(name: .long, help: "The method.") var method = "GET"
    @Option(name: .long, help: "The client's address; without one it is in no network.") var from: String?
    @Option(name: .long, help: "The user name or the e-mail address of who asks.") var user: String?
    @Option(name: .long, help: "An access token or an API key, or - to read it from standard input.") var token: String?
    @Option(name: .long, help: "The proxy whose question is answered.")
    var dialect: Dialect?
    @Flag(name: .long, help: "With --dialect, the client is a browser that wants a page to show.")
    var navigation = false

    func validate() throws {
        guard user == nil || token == nil else { throw ValidationError("--user and --token exclude each other") }
        guard from.map({ IPAddress($0) != nil }) ?? true else { throw ValidationError("--from takes an IP address") }
        guard dialect != nil || !navigation else { throw ValidationError("--navigation needs --dialect") }
    }

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        let asker = try await asker(in: deployment)
        let (explained, passes) = try await explained(asker, in: deployment)
        try host.say(explained)
        guard let dialect, let client else { return try Self.end(passing: passes) }
        if deployment.settings.server.trustedProxies.somebody == .unknown {
            host.complain("warning: server.trusted_proxies is empty, so that no proxy is answered")
        }
        let answer = try await ProxyAnswer.given(in: dialect, to: client, showing: asker, by: deployment)
        let text = String(decoding: answer.bytes, as: UTF8.self)
        try host.say("\nthe answer to \(dialect.rawValue):\n\n\(text)", end: text.hasSuffix("\n") ? "" : "\n")
        try Self.end(passing: passes && answer.status == 200)
    }

    private static func end(passing passes: Bool) throws(Failure) {
        guard passes else { throw Failure("") }
    }

    /// What is said about the rules, and whether the request passes them.
    private func explained(_ asker: Asker, in deployment: Deployment) async throws -> (String, Bool) {
        let asked: CanonicalURL
        do throws(URLRefusal) {
            asked = try CanonicalURL(absolute: url.utf8.span)
        } catch {
            return ("refused before any rule: \(error.reason)", false)
        }
        let request = AccessRequest(method: method.uppercased(), url: asked, clientAddress: address)
        let verdict = try await verdict(on: asker, in: deployment)
        let explanation = deployment.settings.access.policy.explain(request, verdict)
        let text = explanation.text(of: request, by: verdict, in: deployment)
        return if case .passed = explanation.judgement.decision { (text, true) } else { (text, false) }
    }

    /// The client's address; a proxy always names one.
    private var address: IPAddress? {
        from.flatMap { IPAddress($0) } ?? (dialect == nil ? nil : ProxyAnswer.someClient)
    }

    private var client: ProxyAnswer.Client? {
        address.map { .init(method: method.uppercased(), url: url, address: $0, isNavigating: navigation) }
    }

    private func asker(in deployment: Deployment) async throws -> Asker {
        if let user {
            let making = Making(deployment, mayCreate: false, logger: deployment.logger(atLeast: .warning))
            return .account(try await making.administration().require(user))
        }
        return token.map { .holder(token: $0 == "-" ? readLine() ?? "" : $0) } ?? .nobody
    }

    /// What the credential of whoever asks is worth.
    private func verdict(on asker: Asker, in deployment: Deployment) async throws -> CredentialVerdict {
        let text: String
        switch asker {
        case .nobody: return .none
        case .account(let account) where account.isDisabled: return .bad(reason: "the account is disabled")
        case .account(let account):
            return .valid(Principal(trying: account.username.text, groups: account.groups.map(\.text)))
        case .holder(let token): text = token
        }
        let logger = deployment.logger(atLeast: .warning)
        let (store, issuer) = try await Making(deployment, mayCreate: false, logger: logger).storeAndIssuer()
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

extension Dialect: ExpressibleByArgument {}

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
