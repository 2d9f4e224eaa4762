import ArgumentParser
import Foundation
import GatewayAccess
import GatewayKit
import NIOCore
import NIOSSL

/// `doctor`: tries to fool a proxy that asks the gateway.
///
/// `DoctorSite` is what is examined, `Probe` one request, `ProbeGroup` those of a kind, which `ForgedIdentity`,
/// `ForgedQuestion`, `PathSpellings` and `OtherRequests` list. `RawExchange` sends them and `RawAnswer` is what comes
/// back; `EchoApplication` stands in place of the application, where an `Arrival` is what came, and `PathReading` how
/// applications may read that. `Examination` goes through it all, `ProbeJudge` judges, and `PlainReport`, `GroupReport`
/// and `Somebody` say each `Finding` in words.
struct Doctor: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Try to fool your reverse proxy, and say what got through.",
        discussion: """
            Sends the proxy in front of URL, which must be protected, some 250 requests that a request without a \
            credential must not get through with: forged identity headers, forged headers about the request, other \
            spellings of the path and the host. With the token of somebody who may pass it looks at what the \
            application is told; that takes --echo, where this program stands in place of the application. It sends \
            no method that changes anything. It waits ten seconds at most for each answer, and begins \
            nothing after two minutes.

            Exit status: 0 if nothing got through, 1 if something did, or the URL is public, the token is refused or \
            the proxy cannot be reached, 2 for wrong usage.
            """)

    @Argument(help: "A URL that is protected, such as https://app.example.com/page.") var url: String
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file, which says where browsers are sent and which paths are public.",
            discussion: "Without it none is read.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?
    @Option(
        name: .long,
        help: "An access token or an API key of somebody who may pass; others on this machine can see it.")
    var token: String?
    @Flag(name: .long, help: "Read the token from standard input.") var tokenStdin = false
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Stand in place of the application at this address, to which the proxy forwards meanwhile.",
            valueName: "where"))
    var echo: String?
    @Option(
        name: .long, help: ArgumentHelp("Connect to this place instead of the URL's host.", valueName: "where"))
    var connect: String?
    @Option(name: .customLong("public"), help: ArgumentHelp("A path that everybody may see.", valueName: "path"))
    var open: [String] = []
    @Option(
        name: .long, help: ArgumentHelp("Trust the authorities of this PEM file too.", valueName: "file"),
        completion: .file())
    var ca: String?

    func validate() throws {
        guard token == nil || !tokenStdin else { throw ValidationError("--token and --token-stdin exclude each other") }
        guard open.allSatisfy({ Self.isPath($0) }) else { throw ValidationError("--public takes a path such as /open") }
    }

    func run(on host: Host) async throws {
        let site = try DoctorSite(url, connectingTo: connect)
        let echoAddress = try echoAddress()
        let access = try access(on: host)
        let token = try secret()
        let exchange = RawExchange(
            destination: site.destination, server: site.server, tls: try context(for: site), time: host.time)
        let application: EchoApplication? =
            if let echoAddress { try await EchoApplication.start(at: echoAddress) } else { nil }
        let names = ProbeNames(random: host.random)
        let hidden = token.map { [$0.reveal(), Probe.tampered($0.reveal())] } ?? []
        let examination = Examination(
            site: site, open: openPaths(with: access),
            loginPage: access?.login.url, hasToken: token != nil, echo: application?.listensAt,
            marker: "doctor-\(host.random.identifier())", time: host.time,
            send: { probe in
                let name = application.map { _ in names.next() }
                let outcome = await exchange.send(probe.bytes(named: name, token: token), method: probe.method)
                let arrivals = name.flatMap { application?.arrivals(of: $0) } ?? []
                return Examination.Sight(outcome: outcome, arrivals: arrivals)
            },
            say: { try host.say($0.text(hiding: hidden)) })
        let summary: Examination.Summary
        do {
            summary = try await examination.run()
        } catch {
            await application?.end()
            throw error
        }
        await application?.end()
        guard summary.isFine else { throw Failure("") }
        try host.say(summary.isWhole ? "\nnothing got through" : "\nnothing got through that could be seen")
    }

    private func echoAddress() throws(Failure) -> ListenAddress? {
        guard let echo else { return nil }
        guard let address = ListenAddress(echo) else {
            throw Failure(
                "--echo must be an address such as 127.0.0.1:3999, or unix:/path", status: ExitStatus.wrongUsage)
        }
        return address
    }

    private func access(on host: Host) throws(Failure) -> AccessSettings? {
        guard let config else { return nil }
        var file = FileOption()
        file.config = config
        return try Deployment.read(file, on: host).settings.access
    }

    private func secret() throws(Failure) -> Secret<String>? {
        guard let text = tokenStdin ? readLine() ?? "" : token else { return nil }
        // Of other characters a field could be made; shorter ones would be everywhere in what is printed.
        guard (16...16_384).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw Failure(
                "the token is none: it has 16 characters at least, and no spaces", status: ExitStatus.wrongUsage)
        }
        return Secret(text)
    }

    private func context(for site: DoctorSite) throws(Failure) -> NIOSSLContext? {
        guard site.isSecure else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // Whoever does not end its side of TLS is not waited for.
        configuration.shutdownTimeout = .milliseconds(200)
        do {
            if let ca { configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(ca))] }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure("--ca: \(ca ?? "the system's authorities") cannot be read as PEM certificates")
        }
    }

    /// The first paths that the command line, and then the file, says everybody may see.
    private func openPaths(with access: AccessSettings?) -> [String] {
        let named = open.map(Self.withoutSlash) + (access.map(Self.openPaths) ?? [])
        var seen: Set<String> = []
        return Array(named.filter { seen.insert($0).inserted }.prefix(8))
    }

    /// Paths that the file lets anyone see, where they are written so that one can be named.
    private static func openPaths(of access: AccessSettings) -> [String] {
        access.policy.rules.rules.filter { $0.allowed == .anyone }.flatMap(\.paths).map(\.description)
            .map { $0.hasSuffix("/**") ? String($0.dropLast(3)) : $0 }
            .filter { isPath($0) && $0 != "/" && !$0.contains("*") }.map(withoutSlash)
    }

    private static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.allSatisfy { $0 > 32 && $0 < 127 } && !text.contains("?")
            && !text.contains("#")
    }

    private static func withoutSlash(_ path: String) -> String { path.hasSuffix("/") ? String(path.dropLast()) : path }
}
