/// Requests that mean the plain one by another host's name, method or credential.
enum OtherRequests {
    /// The site's host by other names, several at once, or none.
    static func hosts(on site: DoctorSite) -> [Probe] {
        let plain = site.plain.with { $0.control = .unknownHost }
        let named = [
            site.host.uppercased(), "\(site.host):\(site.port)", "\(site.host):8443", "\(site.host).", "\(site.host):",
            "user@\(site.host)", "\(site.authority), \(site.authority)", "localhost", "127.0.0.1", Probe.unknownHost,
        ].filter { $0 != site.authority }.map { [$0] }
        let counted: [[String]] = [
            [], [""], [site.authority, Probe.unknownHost], [Probe.unknownHost, site.authority],
            [site.authority, site.authority],
        ]
        let absolute = [
            (site.authority, site.authority), (site.host.uppercased(), Probe.unknownHost),
            (site.authority, Probe.unknownHost), (Probe.unknownHost, site.authority), ("localhost", site.authority),
            (site.authority, "localhost"),
        ].flatMap { named, host in
            ["https", "http"].map { scheme in
                plain.with { ($0.target, $0.hosts) = ("\(scheme)://\(named)\(plain.target)", [host]) }
            }
        }
        return (named + counted).map { hosts in plain.with { $0.hosts = hosts } } + absolute
            + [plain.with { ($0.version, $0.hosts) = ("HTTP/1.0", []) }]
    }

    /// Methods that change nothing, and one that is none.
    static func methods(on plain: Probe) -> [Probe] {
        ["HEAD", "OPTIONS", "TRACE", "PROPFIND", "get"].map { method in plain.with { $0.method = method } }
            + [plain.with { $0.version = "HTTP/1.0" }]
    }

    /// Credentials that nobody has issued.
    static func credentials(on plain: Probe, tamperingToo: Bool) -> [Probe] {
        // A token of `none`, as old libraries took: {"alg":"none","typ":"at+jwt"} and {"sub":"admin"}.
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhZG1pbiJ9."
        let values = ["Bearer doctor", "Bearer \(unsigned)", "Bearer ", "Basic YWRtaW46YWRtaW4=", "doctor"]
        let cookies = ["__Host-gateway_session", "__Secure-gateway_session", "gateway_session"]
        return values.map { value in plain.with { $0.credential = .other(value) } }
            + cookies.map { name in plain.with { $0.fields = [Probe.Field("Cookie", "\(name)=doctor")] } }
            + (tamperingToo ? [plain.with { $0.credential = .tamperedToken }] : [])
    }
}
