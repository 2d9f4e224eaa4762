import Foundation
import Testing

/// deploy/compose.yaml as a file, read with its anchors and merges as Compose reads it: as it is, and with a mail
/// server's password as docs/deploy.md has it added.
@Suite(.needs("check-jsonschema"), .timeLimit(.minutes(5)))
struct CompositionFileTests {
    @Test(arguments: Form.allCases) func `the file is one that Docker Compose reads`(form: Form) async throws {
        let folder = try TestFolder()
        try folder.write("compose.yaml", try form.text())
        let (status, output) = try await RunningProcess.run(
            Program.path(of: "check-jsonschema") ?? "check-jsonschema",
            ["--builtin-schema", "vendor.compose-spec", folder.path("compose.yaml")], folder: folder.url)
        #expect(status == 0, "\(output)")
    }

    @Test(arguments: Form.allCases)
    func `each container is shown its own secrets alone, and cannot write to them`(form: Form) async throws {
        var shown: [String: [String]] = [:]
        for (name, service) in try await services(of: form) {
            let secrets = service.strings("volumes").filter { $0.contains("secrets:") }
            if !secrets.isEmpty { shown[name] = secrets }
        }
        let made = ["gateway", "database", "nginx"].map { "\($0)-secrets:/secrets/\($0)" }
        let gateways = Dictionary(
            uniqueKeysWithValues: ["gateway-1", "gateway-2", "migrate"].map { ($0, ["gateway-secrets:/secrets:ro"]) })
        let others = ["database", "nginx"].map { ($0, ["\($0)-secrets:/secrets:ro"]) }
        #expect(shown == gateways.merging(others + [("secrets", made)]) { $1 })
    }

    @Test(arguments: Form.allCases)
    func `whoever is shown secrets waits until all are made`(form: Form) async throws {
        let services = try await services(of: form)
        let readers = services.filter {
            $0.key != "secrets" && $0.value.strings("volumes").contains { $0.contains("secrets:") }
        }
        #expect(readers.count == 5)
        for (name, reader) in readers {
            #expect(reader.condition(of: "secrets") == "service_completed_successfully", "\(name)")
        }
        #expect(services["secrets"]?.members["depends_on"] == nil)
    }

    @Test(arguments: Form.allCases)
    func `nothing secret stands in the file or beside it`(form: Form) async throws {
        let file = try await composition(form)
        #expect(file["configs"] == nil)
        for (name, secret) in file["secrets"] as? [String: [String: String]] ?? [:] {
            #expect(secret.keys.elementsEqual(["file"]) && secret["file"]?.hasPrefix("/") == true, "\(name)")
        }
        for (name, service) in try await services(of: form) {
            #expect(service.members["env_file"] == nil, "\(name)")
            let environment = service.members["environment"] as? [String: String] ?? [:]
            let secret = environment.filter { $0.key.contains("PASSWORD") }
            #expect(secret.allSatisfy { $0.key.hasSuffix("_FILE") && $0.value.hasPrefix("/secrets/") }, "\(name)")
        }
    }

    @Test func `a mail server's password is shown to the gateways, and not to who makes the secrets`() async throws {
        let form = Form.withMailPassword
        #expect(try await composition(form)["secrets"] as? [String: [String: String]] != nil)
        let shown = try await services(of: form).filter { $0.value.strings("secrets").contains("smtp_password") }
        #expect(shown.keys.sorted() == ["gateway-1", "gateway-2", "migrate"])
    }

    @Test(arguments: Form.allCases)
    func `who makes the secrets is a root with one right and nothing to reach`(form: Form) async throws {
        let maker = try #require(try await services(of: form)["secrets"])
        #expect(maker.members["user"] as? String == "0:0")
        #expect(maker.strings("cap_drop") == ["ALL"])
        #expect(maker.strings("cap_add") == ["CHOWN"])
        #expect(maker.strings("security_opt") == ["no-new-privileges:true"])
        #expect(maker.members["read_only"] as? Bool == true)
        #expect(maker.members["network_mode"] as? String == "none")
        #expect(maker.members["restart"] == nil)
        #expect(maker.members["secrets"] as? [String] == [])
    }

    enum Form: CaseIterable {
        case asItIs, withMailPassword

        func text() throws -> String {
            let text = try Project.text(of: "deploy/compose.yaml")
            guard self == .withMailPassword, !text.contains("smtp_password") else { return text }
            let (shown, end) = (
                "secrets: [smtp_password]", "secrets: {smtp_password: {file: /etc/auth-gateway/smtp_password}}"
            )
            let document = try Project.text(of: "docs/deploy.md")
            for line in [shown, end] { #expect(document.contains("`\(line)`")) }
            let gateway = "x-gateway: &gateway\n"
            return try ProxySurroundings.changing(text, [(gateway, gateway + "  \(shown)\n")]) + "\n\(end)\n"
        }
    }

    private func services(of form: Form) async throws -> [String: Service] {
        let services = try #require(try await composition(form)["services"] as? [String: [String: Any]])
        return services.mapValues(Service.init)
    }

    private func composition(_ form: Form) async throws -> [String: Any] {
        let folder = try TestFolder()
        try folder.write("compose.yaml", try form.text())
        let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"
        let (status, output) = try await RunningProcess.run(
            Program.path(of: "python3") ?? "python3", ["-c", script, "compose.yaml"], folder: folder.url)
        #expect(status == 0, "\(output)")
        return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }

    private struct Service {
        let members: [String: Any]

        func strings(_ member: String) -> [String] { members[member] as? [String] ?? [] }

        func condition(of other: String) -> String? {
            let others = members["depends_on"] as? [String: [String: Any]]
            return others?[other]?["condition"] as? String
        }
    }
}
