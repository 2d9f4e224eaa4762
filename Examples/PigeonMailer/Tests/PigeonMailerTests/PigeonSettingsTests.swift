import GatewayKit
import GatewayTestKit
import Testing

@testable import PigeonMailer

@Suite struct PigeonSettingsTests {
    @Test(arguments: try BrokenFile.all(in: folder))
    func `a broken file is met by the problems that it announces`(file: BrokenFile) {
        file.verify(section: "mail", of: .mail, among: .pigeon)
    }

    @Test func `every default is a value that its own setting takes`() {
        #expect(ModuleSet.pigeon.problemsOfDefaults == [])
    }

    private static let folder = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/BrokenFiles"
}
