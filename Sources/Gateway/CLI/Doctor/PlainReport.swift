/// What the report says of the plain request.
struct PlainReport: Sendable {
    let site: DoctorSite

    func finding(_ answer: RawAnswer, hasArrived: Bool) -> Finding {
        let location = answer["location"]
        if hasArrived || answer.status == 101 || (200...299).contains(answer.status) {
            return Finding(
                .leak, "the plain request was answered \(answer.status) without a credential",
                request: site.plain.shown,
                remarks: [
                    "Either the URL is public, then give one that is protected; or nothing asks the gateway about it, "
                        + "then compare the proxy's configuration with what 'auth-gateway proxy NAME' prints (nginx: "
                        + "the location has no auth_request)."
                ])
        }
        switch answer.status {
        case 401, 403:
            let isOurs = answer["www-authenticate"]?.contains(#"realm="auth-gateway""#) ?? false
            return Finding(
                .ok,
                "the plain request is refused with \(answer.status)" + (isOurs ? ", by the gateway" : ""))
        case 302, 303, 307:
            guard let location, !isSamePlace(location) else { break }
            return Finding(
                .ok, "the plain request is redirected to \(location.prefix { $0 != "?" })",
                remarks: location.lowercased().contains("login")
                    ? [] : ["See that this is the login page: the rest is compared with it."])
        default: break
        }
        return Finding(
            .cannotTell,
            "the plain request was answered \(answer.status)" + (location.map { ", to \($0)" } ?? "")
                + ": that is neither a yes nor a refusal, so nothing can be compared with it",
            request: site.plain.shown,
            remarks: ["Give a URL that a browser without a login is refused, or sent to the login page from."],
            isFailure: true)
    }

    /// What it says of a path that should be public; nil where that is so.
    func finding(onOpen path: String, _ verdict: ProbeJudge.Verdict) -> Finding? {
        guard verdict == .refused else { return nil }
        return Finding(
            .warning, "the public path \(path) is refused without a credential",
            remarks: [
                "Either it is not public, or the gateway is asked about another path than the request's: state it as "
                    + "it came (nginx: $request_uri; $uri is /_auth in the question's own location)."
            ], isFailure: true)
    }

    /// Whether a redirect only tidies the URL up, as from http to https.
    private func isSamePlace(_ location: String) -> Bool {
        ["https", "http"].contains { scheme in
            location == "\(scheme)://\(site.host)\(site.path)\(site.query)"
                || location == "\(scheme)://\(site.authority)\(site.path)\(site.query)"
        }
    }
}
