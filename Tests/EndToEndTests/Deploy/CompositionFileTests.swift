import Foundation
import Testing

/// deploy/compose.yaml as a file, read with its anchors and merges as Compose reads it.
@Suite(.needs("check-jsonschema"), .timeLimit(.minutes(5)))
struct CompositionFileTests {
    @Test func `the file is one that Docker Compose reads`() async throws {
        let (status, output) = try await RunningProcess.run(
            Program.path(of: "check-jsonschema") ?? "check-jsonschema",
            ["--builtin-schema", "vendor.compose-spec", Self.path], folder: URL(fileURLWithPath: Project.folder))
        #expect(status == 0, "\(output)")
    }

    @Test func `each container is shown its own secrets alone, and cannot write to them`() async throws {
        var shown: [String: [String]] = [:]
        for (name, service) in try await services() {
            let secrets = service.strings("volumes").filter { $0.contains("secrets:") }
            if !secrets.isEmpty { shown[name] = secrets }
        }
        let made = ["gateway", "database", "nginx"].map { "\($0)-secrets:/secrets/\($0)" }
        let gateways = Dictionary(
            uniqueKeysWithValues: ["gateway-1", "gateway-2", "migrate"].map { ($0, ["gateway-secrets:/secrets:ro"]) })
        let others = ["database", "nginx"].map { ($0, ["\($0)-secrets:/secrets:ro"]) }
        #expect(shown == gateways.merging(others + [("secrets", made)]) { $1 })
    }

    @Test func `whoever is shown secrets waits until all are made`() async throws {
        let services = try await services()
        let readers = services.filter {
            $0.key != "secrets" && $0.value.strings("volumes").contains { $0.contains("secrets:") }
        }
        #expect(readers.count == 5)
        for (name, reader) in readers {
            #expect(reader.condition(of: "secrets") == "service_completed_successfully", "\(name)")
        }
        #expect(services["secrets"]?.members["depends_on"] == nil)
    }

    @Test func `nothing is asked of the host beforehand, and nothing secret stands in the file`() async throws {
        let file = try await composition()
        #expect(file["secrets"] == nil && file["configs"] == nil)
        for (name, service) in try await services() {
            #expect(service.members["env_file"] == nil && service.members["secrets"] == nil, "\(name)")
            let environment = service.members["environment"] as? [String: String] ?? [:]
            let secret = environment.filter { $0.key.contains("PASSWORD") }
            #expect(secret.allSatisfy { $0.key.hasSuffix("_FILE") && $0.value.hasPrefix("/secrets/") }, "\(name)")
        }
    }

    @Test func `who makes the secrets is a root with one right and nothing to reach`() async throws {
        let maker = try #require(try await services()["secrets"])
        #expect(maker.members["user"] as? String == "0:0")
        #expect(maker.strings("cap_drop") == ["ALL"])
        #expect(maker.strings("cap_add") == ["CHOWN"])
        #expect(maker.strings("security_opt") == ["no-new-privileges:true"])
        #expect(maker.members["read_only"] as? Bool == true)
        #expect(maker.members["network_mode"] as? String == "none")
        #expect(maker.members["restart"] == nil)
    }

    private static let path = Project.folder + "/deploy/compose.yaml"

    private func services() async throws -> [String: Service] {
        let services = try #require(try await composition()["services"] as? [String: [String: Any]])
        return services.mapValues(Service.init)
    }

    private func composition() async throws -> [String: Any] {
        let script = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"
        let (status, output) = try await RunningProcess.run(
            Program.path(of: "python3") ?? "python3", ["-c", script, Self.path],
            folder: URL(fileURLWithPath: Project.folder))
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
