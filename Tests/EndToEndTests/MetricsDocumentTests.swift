import Foundation
import Testing

/// docs/metrics.md, the dashboard and the alerts, held against each other and against a running gateway.
@Suite(.timeLimit(.minutes(5)))
struct MetricsDocumentTests {
    @Test func `the page names every metric of a running gateway, and no other, as the gateway itself does`()
        async throws
    {
        let folder = try TestFolder()
        try folder.write("keys.json", #"{"keys":[]}"#)
        let gateway = try await GatewayProcess.start(in: folder, extra: IssuerTests.section)
        _ = try await gateway.get("/auth/verify")
        let shown = try await Metrics.of(gateway)
        await gateway.end()
        let rows = try Row.all()
        #expect(rows.map(\.name).sorted() == shown.kinds.keys.sorted())
        for row in rows {
            #expect(row.kind == shown.kinds[row.name], "\(row.name)")
            #expect(row.meaning == shown.help[row.name], "\(row.name)")
            let labels = shown.labels(of: row.name)
            #expect(Set(row.labels.keys) == Set(labels.keys), "\(row.name)")
            for (label, values) in row.labels where !values.isEmpty {
                #expect(values == labels[label], "\(row.name) \(label)")
            }
        }
    }

    @Test func `the dashboard draws every metric of the page, and no other`() async throws {
        let text = try Project.text(of: "deploy/grafana-dashboard.json")
        let board = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let panels = try #require(board?["panels"] as? [[String: Any]])
        let expressions = panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }.compactMap {
            $0["expr"] as? String
        }
        #expect(try Set(expressions.flatMap(Self.metrics)) == Set(Row.all().map(\.name)))
        let variables = (board?["templating"] as? [String: Any])?["list"] as? [[String: Any]] ?? []
        #expect(variables.map { $0["name"] as? String } == ["datasource", "instance"])
        #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
    }

    @Test func `each alert is about metrics of the page, and its runbook is one of the page's sections`() throws {
        let alerts = try Project.text(of: "deploy/alerts.yaml")
        let named = Set(Self.metrics(in: alerts))
        #expect(named.subtracting(try Row.all().map(\.name)) == [])
        #expect(named.count > 10)
        let page = try Project.text(of: "docs/metrics.md")
        let sections = page.split(separator: "\n").filter { $0.hasPrefix("## ") }
            .map { $0.dropFirst(3).lowercased().replacingOccurrences(of: " ", with: "-") }
        let runbooks = alerts.matches(of: #/runbook: docs/metrics.md#([a-z-]+)/#).map { String($0.1) }
        #expect(runbooks.count == alerts.components(separatedBy: "- alert: ").count - 1)
        #expect(runbooks.filter { !sections.contains($0) } == [])
    }

    @Test(.needs("promtool")) func `Prometheus' own tool takes the page of metrics, the alerts and the dashboard`()
        async throws
    {
        let folder = try TestFolder()
        let gateway = try await GatewayProcess.start(in: folder)
        _ = try await TourTests.registerAndLogIn(at: gateway)
        let metrics = try await Metrics.of(gateway).text
        await gateway.end()
        let checked = try await promtool(["check", "metrics"], input: metrics)
        #expect(checked.status == 0, "\(checked.output)")

        let deploy = Project.folder + "/deploy"
        let tested = try await promtool(["test", "rules", deploy + "/alerts.test.yaml"])
        #expect(tested.status == 0, "\(tested.output)")

        let text = try Project.text(of: "deploy/grafana-dashboard.json")
        let rules = text.matches(of: #/"expr": "((?:[^"\\]|\\.)*)"/#).enumerated().map { index, match in
            "    - {record: 'panel:\(index)', expr: \"\(match.1.replacing("$__rate_interval", with: "1m"))\"}\n"
        }
        try folder.write("rules.yaml", "groups:\n- name: panels\n  rules:\n" + rules.joined())
        let drawn = try await promtool(["check", "rules", folder.path("rules.yaml")])
        #expect(drawn.status == 0, "\(drawn.output)")
        #expect(rules.count > 30)
    }

    private func promtool(_ arguments: [String], input: String = "") async throws -> (status: Int32, output: String) {
        try await RunningProcess.run(
            Program.path(of: "promtool") ?? "promtool", arguments, input: input,
            folder: URL(fileURLWithPath: Project.folder))
    }

    /// The metrics that a text names, a histogram's series by its own name.
    private static func metrics(in text: String) -> [String] {
        text.matches(of: #/\b(auth_gateway|process)_[a-z_]+/#).map { match in
            let name = String(match.0)
            for suffix in ["_bucket", "_count", "_sum"] where name.hasSuffix(suffix) {
                return String(name.dropLast(suffix.count))
            }
            return name
        }
    }
}

/// A row of the tables of docs/metrics.md.
private struct Row {
    let name: String
    let kind: String
    /// Each label with the values that it may have; none where they are no fixed words.
    let labels: [String: Set<String>]
    let meaning: String

    static func all() throws -> [Row] {
        try Project.text(of: "docs/metrics.md").split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("| `"), cells.count == 4 else { return nil }
            return Row(
                name: cells[0].replacingOccurrences(of: "`", with: ""), kind: cells[1], labels: labels(in: cells[2]),
                meaning: cells[3])
        }
    }

    /// `` `outcome`: `a`, `b` `` or `` `route`, `method` ``.
    private static func labels(in cell: String) -> [String: Set<String>] {
        let parts = cell.split(separator: ":", maxSplits: 1)
        let words = { (text: Substring) in text.matches(of: #/`([^`]+)`/#).map { String($0.1) } }
        guard let names = parts.first.map(words) else { return [:] }
        let values = parts.count == 2 ? Set(words(parts[1])) : []
        return Dictionary(uniqueKeysWithValues: names.map { ($0, values) })
    }
}
