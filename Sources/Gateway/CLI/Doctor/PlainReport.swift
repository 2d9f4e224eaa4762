/// What the report says of the plain request.
struct PlainReport: Sendable {
    let site: DoctorSite
    /// Where the file sends browsers, if it says so.
    var loginPage: String?
    /// Whether the application is this program, which sees what reaches it: what does not was answered before it.
    let isEcho: Bool

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
            if isOurs { return Finding(.ok, "the plain request is refused with \(answer.status), by the gateway") }
            return refused(
                "the plain request is refused with \(answer.status)", "It may be the application that refuses.")
        case 302, 303, 307:
            guard let location, !isSamePlace(location) else { break }
            return redirected(to: ProbeJudge.page(location))
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

    private func redirected(to page: Substring) -> Finding {
        let text = "the plain request is redirected to \(page)"
        guard let loginPage, !loginPage.isEmpty else {
            return refused(
                text,
                "See that the gateway sends browsers there, and not the application: without --config "
                    + "FILE only you can.")
        }
        if ProbeJudge.page(loginPage) == page { return Finding(.ok, text) }
        return Finding(
            .cannotTell, text + ", where the gateway sends nobody", request: site.plain.shown,
            remarks: [
                "The file sends browsers to \(ProbeJudge.page(loginPage)): the application may have answered, which "
                    + "nobody without a login should reach."
            ], isFailure: true)
    }

    /// A refusal that may be the application's own, where this program does not stand in its place.
    private func refused(_ text: String, _ doubt: String) -> Finding {
        isEcho
            ? Finding(.ok, text)
            : Finding(.cannotTell, text + ", by whom cannot be seen", remarks: [doubt, Self.echoShows])
    }

    private static let echoShows = "--echo shows whether the request reaches the application."

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

    /// Whether a redirect only tidies the URL up, as from http to https, or by a slash at its end.
    private func isSamePlace(_ location: String) -> Bool {
        let page = Self.tidied(ProbeJudge.page(location))
        if page == Self.tidied(site.path[...]) { return true }
        return ["https", "http"].contains { scheme in
            [site.host, site.authority].contains { page == Self.tidied("\(scheme)://\($0)\(site.path)") }
        }
    }

    private static func tidied(_ page: Substring) -> Substring { page.hasSuffix("/") ? page.dropLast() : page }
}
