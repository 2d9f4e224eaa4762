/// The rules of the file, of which the first that matches decides, laid out so that a thousand of them cost a request
/// little more than one: by host, and for each host by the path's first segment.
public struct AccessRules: Sendable {
    /// The rules in the order of the file.
    public let rules: [AccessRule]
    /// Whether any of them is about where clients are.
    public let askForClients: Bool
    private let byHost: [String: Shelf]
    private let below: [String: Shelf]
    private let anywhere: Shelf

    /// The numbers of rules that may match, ascending.
    private struct Shelf: Sendable {
        var byFirstSegment: [String: [Int]] = [:]
        var rest: [Int] = []

        mutating func add(_ number: Int, _ rule: AccessRule) {
            let segments = rule.paths.map { $0.firstLiteral.map { String(decoding: $0, as: UTF8.self) } }
            if segments.isEmpty || segments.contains(nil) {
                rest.append(number)
            } else {
                for segment in Set(segments.compactMap(\.self)) { byFirstSegment[segment, default: []].append(number) }
            }
        }
    }

    /// Lays the rules out.
    public init(_ rules: [AccessRule]) {
        self.rules = rules
        askForClients = rules.contains { !$0.networks.isEmpty }
        var (byHost, below, anywhere) = ([String: Shelf](), [String: Shelf](), Shelf())
        for (number, rule) in rules.enumerated() {
            if rule.hosts.isEmpty { anywhere.add(number, rule) }
            for host in Set(rule.hosts) {
                if host.isWildcard {
                    below[host.host, default: Shelf()].add(number, rule)
                } else {
                    byHost[host.host, default: Shelf()].add(number, rule)
                }
            }
        }
        (self.byHost, self.below, self.anywhere) = (byHost, below, anywhere)
    }

    /// The number of the first rule that is about such a request; nil where none is.
    func first(for request: AccessRequest, path: [UInt8]) -> Int? {
        guard !rules.isEmpty else { return nil }
        let segment = String(decoding: path.dropFirst().prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self)
        var best = rules.count
        look(on: anywhere, segment, request, path, &best)
        if !byHost.isEmpty, let shelf = byHost[request.url.host] { look(on: shelf, segment, request, path, &best) }
        if !below.isEmpty {
            var rest = Substring(request.url.host)
            while let dot = rest.firstIndex(of: ".") {
                rest = rest[rest.index(after: dot)...]
                if let shelf = below[String(rest)] { look(on: shelf, segment, request, path, &best) }
            }
        }
        return best < rules.count ? best : nil
    }

    private func look(
        on shelf: Shelf, _ segment: String, _ request: AccessRequest, _ path: [UInt8], _ best: inout Int
    ) {
        look(through: shelf.rest, request, path, &best)
        if !shelf.byFirstSegment.isEmpty, let numbers = shelf.byFirstSegment[segment] {
            look(through: numbers, request, path, &best)
        }
    }

    private func look(through numbers: [Int], _ request: AccessRequest, _ path: [UInt8], _ best: inout Int) {
        for number in numbers {
            guard number < best else { return }
            if rules[number].matches(request, path: path) {
                best = number
                return
            }
        }
    }
}
