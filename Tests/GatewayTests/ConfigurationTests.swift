import Foundation
import GatewayKit
import GatewayTestKit
import GatewayYAML
import Testing

@testable import Gateway

@Suite struct ConfigurationTests {
    @Test(arguments: try BrokenFile.all(in: Project.folder + "/Tests/GatewayTests/BrokenFiles"))
    func `a broken file is met by the problems that it announces`(_ file: BrokenFile) {
        file.verify(
            with: YAMLReader(inputs: ConfigInputs()), settings: GatewaySettings.settings,
            registry: Project.host.registry)
    }

    @Test(arguments: try BrokenFile.all(in: Project.folder + "/Tests/GatewayTests/BrokenLinks"))
    func `settings that do not fit each other are met by the problems that the file announces`(_ file: BrokenFile) {
        file.verify(
            decode(file.text).problems, of: ConfigSource(file: "config.yaml", text: file.text),
            names: SecretNames(root: GatewaySettings.root, registry: Project.host.registry))
    }

    @Test func `there are at least sixty broken files`() throws {
        #expect(try BrokenFile.all(in: Project.folder + "/Tests/GatewayTests/BrokenFiles").count >= 60)
    }

    @Test func `every default decodes`() {
        #expect(GatewaySettings.root.problemsOfDefaults(registry: Project.host.registry).isEmpty)
    }

    @Test(arguments: ["", "# nothing\n", "server:\n"])
    func `an empty file is a working deployment`(text: String) throws {
        let outcome = decode(text)
        #expect(outcome.problems.isEmpty)
        let settings = try #require(outcome.settings)
        #expect(settings.storage.name == "sqlite")
        #expect(settings.pipeline.map(\.name) == ["access-log", "security-headers", "rate-limit", "validation"])
    }

    @Test func `the example decodes, and states what an empty file means`() throws {
        let example = decode(try Project.text(of: "config.example.yaml"))
        #expect(example.problems.isEmpty)
        #expect(withoutOrigins(example) == withoutOrigins(decode("")))
    }

    @Test func `the example shows every module with every setting, and what is commented out decodes too`() throws {
        let example = try Project.text(of: "config.example.yaml")
        let commented = example.split(separator: "\n").filter { $0.contains(#/^# ([a-z]+:$|[a-z]+: +#|  [a-z_]+: )/#) }
        let environment = ["POSTGRES_PASSWORD": "canary", "SMTP_PASSWORD": "canary"]
        let host = Gateway.Host(registry: Project.host.registry, environment: environment)
        let others = decode(commented.map { $0.dropFirst(2) }.joined(separator: "\n"), on: host)
        #expect(others.diagnostics == "")
        #expect(others.settings?.passwords.name == "bcrypt" && others.settings?.storage.name == "postgres")
        #expect(others.settings?.mail.name == "smtp")

        // A stage stands commented out in its place within the list.
        let whole = decode(example.replacing(#/\n  # /#, with: "\n  "))
        #expect(whole.diagnostics == "")
        var shown = ShownSettings()
        shown.look(for: .object(GatewaySettings.root), named: "", in: whole.node)
        for slot in ["storage", "passwords", "mail"] {
            shown.look(for: .module(slot: slot), named: "." + slot, in: others.node.entry(slot)?.value)
        }
        // So does another module, in its stage.
        let shared = decode(example.replacing(#/count_in: \{.*\n *# /#, with: ""))
        // Where the storage keeps counts, that is.
        #expect(shared.problems.count == 1 && shared.diagnostics.contains("'sqlite' is one gateway's alone"))
        shown.look(for: .object(GatewaySettings.root), named: "", in: shared.node)
        #expect(shown.missing == [])
        #expect(shown.modules == Set(Project.host.registry.modules.map { "\($0.slotName) \($0.name)" }))
    }

    @Test func `a stage that stands twice is warned about`() {
        let outcome = decode("pipeline:\n  - use: access-log\n  - use: access-log\n")
        #expect(outcome.settings != nil)
        #expect(
            outcome.diagnostics.hasPrefix(
                "config.yaml:3:10: warning: pipeline[1]: 'access-log' stands in the pipeline already in line 2\n"))
    }

    private func decode(_ text: String, on host: Gateway.Host = Project.host) -> Decoding.Outcome {
        let file = ConfigurationFile(name: "config.yaml", path: "/nowhere/config.yaml", bytes: Array(text.utf8))
        return Decoding.decode(file, host: host)
    }

    @Test func `problems of a file that only a reload finds name that file`() {
        let none = ConfigurationFile(name: "built-in defaults", path: "/config.yaml", bytes: [], isNone: true)
        #expect(none.nameWhenReread == "config.yaml")
        let named = ConfigurationFile(name: "other.yaml", path: "/other.yaml", bytes: [])
        #expect(named.nameWhenReread == "other.yaml")
    }

    /// The effective configuration without its notes of where a value came from.
    private func withoutOrigins(_ outcome: Decoding.Outcome) -> [String] {
        EffectiveConfiguration.yaml(for: outcome.node, root: GatewaySettings.root, registry: Project.host.registry)
            .split(separator: "\n").map { String($0.split(separator: "  # ")[0]) }
    }
}
