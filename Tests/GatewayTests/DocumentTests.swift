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

    @Test func `each suite that the security page names is there`() throws {
        let page = try Project.text(of: "docs/security.md")
        let named = Set(page.matches(of: #/`([A-Za-z]+Tests)`/#).map { String($0.1) })
        let folder = FileManager.default.enumerator(atPath: Project.folder + "/Tests")
        let files = try #require(folder).compactMap { ($0 as? String).map { ($0 as NSString).lastPathComponent } }
        #expect(named.count > 30)
        #expect(named.filter { !files.contains($0 + ".swift") } == [])
    }
}
