import Foundation
import Testing

/// What the documents for module authors show: files of this project as they are, and sessions that `make examples`
/// runs.
@Suite struct GuideTests {
    @Test(arguments: ["docs/writing-modules.md", "Examples/WebhookMailer/README.md"])
    func `every file that a guide shows is as it stands in the project`(guide: String) throws {
        let blocks = try Block.all(in: guide)
        #expect(blocks.contains { $0.language == "console" })
        for block in blocks where block.language != "console" {
            let path = try #require(block.path, "a block that says no file:\n\(block.text)")
            let file = try Project.text(of: path)
            // Of the gateway's own files, parts are shown; of the examples, all.
            let isRight = path.hasPrefix("Sources/") ? file.contains("\n" + block.text) : file == block.text
            #expect(isRight, "\(path) is not as \(guide) shows it")
        }
    }

    @Test func `the guide shows the whole of its example`() throws {
        let shown = Set(try Block.all(in: "docs/writing-modules.md").compactMap(\.path))
        let example = "Examples/PigeonMailer"
        let listed = try #require(FileManager.default.enumerator(atPath: Project.folder + "/" + example))
        let files = listed.compactMap { $0 as? String }.filter { !$0.hasPrefix(".") && !$0.hasPrefix("data") }
            .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".yaml") }
        #expect(files.count >= 9)
        #expect(files.map { example + "/" + $0 }.filter { !shown.contains($0) } == [])
    }
}

/// A fenced block of a document: three backquotes, a language, and the file that it is from.
private struct Block {
    let language: String
    let path: String?
    let text: String

    static func all(in document: String) throws -> [Block] {
        try Project.text(of: document).matches(of: #/(?m)^```(\S*)(?: (\S+))?\n((?s).*?)^```$/#).map { match in
            Block(language: String(match.1), path: match.2.map(String.init), text: String(match.3))
        }
    }
}
