/// What a client may say about which request it makes, and who it is that makes it, to fool the proxy's question or the
/// application.
enum ForgedQuestion {
    /// By these some frameworks act on another path or method than the one that was judged.
    static let actedOn = [
        "X-Original-URL", "X-Original-Method", "X-Forwarded-Uri", "X-Forwarded-Method", "X-Rewrite-URL",
        "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override",
    ]

    /// The plain request with fields by which it would pass if they were believed.
    static func probes(on site: DoctorSite, open: String) -> [Probe] {
        let origin = "\(site.scheme)://\(site.authority)"
        let lies = [
            Probe.Field("X-Original-URL", origin + open), Probe.Field("X-Original-URI", open),
            Probe.Field("X-Original-Method", "OPTIONS"), Probe.Field("X-Forwarded-Method", "OPTIONS"),
            Probe.Field("X-Forwarded-Proto", site.isSecure ? "http" : "https"),
            Probe.Field("X-Forwarded-Host", "localhost"), Probe.Field("X-Forwarded-Uri", open),
            Probe.Field("X-Forwarded-For", "127.0.0.1"), Probe.Field("X-Real-IP", "127.0.0.1"),
            Probe.Field("Forwarded", "for=127.0.0.1;host=localhost;proto=http"), Probe.Field("X-Rewrite-URL", open),
            Probe.Field("X-HTTP-Method", "OPTIONS"), Probe.Field("X-HTTP-Method-Override", "OPTIONS"),
            Probe.Field("X-Method-Override", "OPTIONS"),
        ]
        let own = ["X-Original-URL", "X-Original-Method", "X-Forwarded-Method", "X-Forwarded-Host", "X-Forwarded-Uri"]
        let dropping = own.map { Probe.Field("Connection", "close, \($0)") }
        return spelled(lies).map { fields in site.plain.with { $0.fields = fields } }
            + (dropping.map { [$0] } + [lies]).map { fields in site.plain.with { $0.fields = fields } }
    }

    /// The same with values that nothing but this program sends, so that they are known where they arrive.
    static func marked(on site: DoctorSite, marker: String) -> [Probe] {
        let lies =
            actedOn.map { Probe.Field($0, marker) } + [
                Probe.Field("X-Forwarded-Host", "\(marker).invalid"), Probe.Field("X-Forwarded-Proto", "ftp"),
                Probe.Field("X-Forwarded-For", "192.0.2.66"),
            ]
        return spelled(lies).map { fields in
            site.plain.with { ($0.fields, $0.credential) = (fields, .token) }
        }
    }

    /// As they are, with underscores, twice, and two values in one.
    private static func spelled(_ lies: [Probe.Field]) -> [[Probe.Field]] {
        lies.flatMap { lie in
            let underscored = Probe.Field(lie.name.replacing("-", with: "_"), lie.value)
            return [[lie], [lie, lie], [Probe.Field(lie.name, "\(lie.value), \(lie.value)")]]
                + (underscored == lie ? [] : [[underscored]])
        }
    }
}
