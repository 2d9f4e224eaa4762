import Foundation
import GatewayKit
import Testing

@testable import Gateway

/// What the program prints of itself is in docs/, word for word; `make docs` writes it again.
@Suite struct DocumentTests {
    @Test func `the module reference is fresh`() throws {
        let printed = ModuleReference.markdown(root: GatewaySettings.root, registry: Project.host.registry)
        #expect(try Project.text(of: "docs/modules.md") == printed, "run make docs")
    }

    @Test func `the schema is fresh`() throws {
        let printed = JSONSchema.text(root: GatewaySettings.root, registry: Project.host.registry)
        #expect(try Project.text(of: "docs/config.schema.json") == printed, "run make docs")
    }
}
