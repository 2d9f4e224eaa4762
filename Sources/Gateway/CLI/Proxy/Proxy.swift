import ArgumentParser
import GatewayKit

/// `proxy`: what a reverse proxy has to be told. `ProxySite` is what the file and the command line say of a site, and
/// each proxy's words are in the file of its name.
struct Proxy: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Print what a reverse proxy has to be told: nginx, caddy, haproxy, traefik or envoy.",
        discussion: """
            A commented configuration of one site, made from server.listen, server.public_url and access.login_url of \
            the file. Every request is asked about; who it is from goes to the application in the Remote-* headers, \
            which no client can set; the gateway's own API is shown under /auth/. HAProxy needs a script besides, \
            which haproxy-lua prints. docs/proxies.md says what is particular to each.
            """)

    @OptionGroup var file: FileOption
    @Argument(help: "The proxy.") var proxy: ProxyName
    @Option(name: .long, help: ArgumentHelp("The name that people reach the application by.", valueName: "name"))
    var host = "app.example.com"
    @Option(
        name: .long,
        help: ArgumentHelp("Where the application listens: an address with a port, or unix:/path.", valueName: "where"))
    var upstream = "127.0.0.1:3000"

    func run(on host: Host) async throws {
        let deployment = try Deployment.read(file, on: host)
        let site = try ProxySite(host: self.host, upstream: upstream, settings: deployment.settings)
        for warning in site.warnings { host.complain("warning: \(warning)") }
        try host.say(proxy.text(for: site))
    }
}

/// What `proxy` can print.
enum ProxyName: String, CaseIterable, ExpressibleByArgument {
    case nginx
    case caddy
    case haproxy
    case haproxyScript = "haproxy-lua"
    case traefik
    case envoy

    func text(for site: ProxySite) throws(Failure) -> String {
        switch self {
        case .nginx: NginxSite.text(for: site)
        case .caddy: CaddySite.text(for: site)
        case .haproxy: HAProxySite.text(for: site)
        case .haproxyScript: HAProxyScript.text
        case .traefik: try TraefikSite.text(for: site)
        case .envoy: EnvoySite.text(for: site)
        }
    }
}
