/// Other ways to write a path: some mean the same to everybody, some to some, some to nobody.
enum PathSpellings {
    /// A path at which nothing is.
    private static let nowhere = "/auth-gateway-doctor"

    /// The site's path by other names.
    static func probes(on site: DoctorSite) -> [Probe] {
        let rest = String(site.path.dropFirst())
        let before = [
            "//", "///", "/./", "/.//", "/x/../", "/%2e/", "/x/%2e%2e/", "/x/.%2E/", "/%2e%2e/", "/../", "/%2f", "/%2F",
            "/x%2f..%2f", "/x/..%2f", "/\\", "/%5c", "/x\\..\\", "/x%5c..%5c", "/;/", "/;a=b/", "/.;/", "/x/..;/",
            "/%252e/", "/x/%252e%252e/", "/%00/", "/%09/",
        ].map { $0 + rest }
        let behind = [
            "/", "//", "/.", "/./", "/x/..", ";", ";a=b", ";.css", "/;.css", "%3b.css", "%00", "%00.css", "%20", "%0a",
            "%0d%0ax:%20y", "?", "%3f", "%23", "#", "\\", "%2f", "%5c",
        ].map { site.path + $0 }
        let within = ["//", "/./", "%2f", "%252f", "\\", "%5c", "/;/"].map { rest.replacing("/", with: $0) }
            .map { "/" + $0 }
        let letters = [encoded(rest.utf8.prefix(1)) + rest.dropFirst(), encoded(rest.utf8)]
            .flatMap { ["/" + $0, "/" + $0.replacing("%", with: "%25")] }
        let cases = ["/" + rest.uppercased(), "/" + rest.lowercased()]
        return unique(before + behind + within + letters + cases, on: site, control: nowhere)
    }

    /// The site's path behind one that everybody may see, so that the two are taken for each other. All ways for those
    /// that are known to be open, the usual ones for those that often are.
    static func probes(on site: DoctorSite, behind open: [String]) -> [Probe] {
        let guesses = ["/public", "/static", "/assets", "/login", "/auth", "/health"].filter { !open.contains($0) }
        return (open + guesses).flatMap { prefix in
            let ups = prefix.split(separator: "/").count
            func up(_ step: String) -> String { String(repeating: step, count: ups) }
            let usual = ["/..", "/%2e%2e", "/..%2f..", "/..;", "/%252e%252e"].map { prefix + up($0) + site.path }
            let rest = ["%2f..", "/..%2f", "\\..", ";/..", "//..", "/x/../..", "%5c.."].map {
                prefix + up($0) + site.path
            }
            let reversed = ["%2f..", "/..%2f", "%5c..", "/..;", "%2f%2e%2e"].map {
                site.path + String(repeating: $0, count: max(1, site.path.split(separator: "/").count)) + prefix + "/x"
            }
            return unique(
                usual + (open.contains(prefix) ? rest + reversed : []), on: site, control: prefix + nowhere)
        }
    }

    private static func unique(_ paths: [String], on site: DoctorSite, control: String) -> [Probe] {
        var seen: Set<String> = [site.path]
        return paths.filter { seen.insert($0).inserted }.map { path in
            site.plain.with { ($0.target, $0.control) = (path + site.query, .target(control)) }
        }
    }

    /// Every letter by its number.
    private static func encoded(_ letters: some Sequence<UInt8>) -> String {
        letters.map { letter in
            guard letter != UInt8(ascii: "/"), letter != UInt8(ascii: "%") else {
                return String(UnicodeScalar(letter))
            }
            return "%" + String(letter, radix: 16)
        }.joined()
    }
}
