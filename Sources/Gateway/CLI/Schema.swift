import ArgumentParser
import GatewayKit

/// `schema`: the JSON Schema of the file.
struct Schema: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Print the configuration's JSON Schema (2020-12), for editors.",
        discussion: """
            Editors with a YAML language server check and complete the file by it, when its first line says: \
            # yaml-language-server: $schema=./config.schema.json
            """)

    func run(on host: Host) async throws {
        try host.say(JSONSchema.text(root: GatewaySettings.root, registry: host.registry), end: "")
    }
}

/// `modules`: the reference of every module of this binary.
struct Modules: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Print every setting and every module of this binary, as Markdown.")

    func run(on host: Host) async throws {
        try host.say(ModuleReference.markdown(root: GatewaySettings.root, registry: host.registry), end: "")
    }
}
