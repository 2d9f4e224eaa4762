/// Probes that try the same thing, and what to do when one gets through.
struct ProbeGroup: Sendable {
    enum Subject: Sendable { case identity, question, path, openPath, host, method, credential }

    let subject: Subject
    let probes: [Probe]

    /// What nobody without a credential may get through with.
    static func anonymous(on site: DoctorSite, open: [String], marker: String, hasToken: Bool) -> [ProbeGroup] {
        [
            ProbeGroup(subject: .credential, probes: OtherRequests.credentials(on: site.plain, tamperingToo: hasToken)),
            ProbeGroup(subject: .identity, probes: ForgedIdentity.probes(on: site.plain, value: marker)),
            ProbeGroup(subject: .question, probes: ForgedQuestion.probes(on: site, open: open.first ?? "/")),
            ProbeGroup(subject: .method, probes: OtherRequests.methods(on: site.plain)),
            ProbeGroup(subject: .path, probes: PathSpellings.probes(on: site)),
            ProbeGroup(subject: .openPath, probes: PathSpellings.probes(on: site, behind: open)),
            ProbeGroup(subject: .host, probes: OtherRequests.hosts(on: site)),
        ]
    }

    /// What the report calls it.
    var name: String {
        switch subject {
        case .identity: "forged identity headers"
        case .question: "forged headers about the request"
        case .path: "other spellings of the path"
        case .openPath: "the path behind a public one"
        case .host: "other names of the host"
        case .method: "other methods"
        case .credential: "credentials that nobody issued"
        }
    }

    /// How to mend what got through.
    var mending: String {
        switch subject {
        case .identity:
            "the proxy takes a client's word for who it is: ask the gateway about every request, and remove the "
                + "client's own Remote-* fields, with underscores too"
        case .question:
            "the question believes the client: state the method, scheme, host, path and client in it by the proxy's "
                + "own variables, in a field that replaces the client's, and trust no outsider's X-Forwarded-*"
        case .path:
            "something decides by another spelling of the path than the application reads: ask about every path, with "
                + "the path as it came (nginx: $request_uri, never $uri), and forward it as it came"
        case .openPath:
            "something takes the path for a public one that the application can read as this one: let no location, "
                + "map or ACL of the proxy pass without the question, state the path in it as it came (nginx: "
                + "$request_uri, never $uri), and name what is public in access.rules"
        case .host:
            "another name of the host is served without the question: answer unknown hosts by themselves (nginx: "
                + "return 404 unless $host is the application's), and state the same host to the gateway and to the "
                + "application (nginx: $host, never $http_host)"
        case .method:
            "the question is not asked for every method: take it out of limit_except and the like; should the proxy "
                + "answer preflights by itself, --echo shows that nothing reached the application"
        case .credential:
            "whoever shows anything passes: let the gateway's answer decide, and not whether there is an Authorization "
                + "or a cookie"
        }
    }
}
