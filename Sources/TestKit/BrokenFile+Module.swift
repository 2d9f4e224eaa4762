public import GatewayKit
import GatewayYAML
public import Testing

extension BrokenFile {
    /// Reads the file as one that holds nothing but the section of a module, under a key such as `mail`, and expects
    /// exactly the problems that it announces, and no canary in any output.
    public func verify<Product>(
        section key: String, of slot: Slot<Product>, among modules: ModuleSet,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let file = Settings<ModuleChoice<Product>>.object(
            "A file with one section.", Field(key, .module(slot), required: "The module under test.")
        ) { $0 }
        verify(
            with: YAMLReader(inputs: ConfigInputs()), settings: file, registry: ModuleRegistry(sets: [modules]),
            sourceLocation: sourceLocation)
    }
}

extension ModuleSet {
    /// What is wrong with the defaults that these modules declare; empty when each is a value that its setting takes.
    public var problemsOfDefaults: [ConfigProblem] {
        ObjectShape(summary: "", fields: []).problemsOfDefaults(registry: ModuleRegistry(sets: [self]))
    }
}
